"""Open data: what is known of pages and drawings, as a folder for other programs."""
