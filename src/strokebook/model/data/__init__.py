"""Training data: augmentation, scaling, batches, packing, statistics."""
