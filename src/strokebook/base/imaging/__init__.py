"""Pictures from files: decoding, orientation, TIFF; their content and nothing else."""
