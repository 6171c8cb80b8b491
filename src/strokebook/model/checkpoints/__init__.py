"""Checkpoints on disk, the folder of a model, and the starter that is shipped."""
