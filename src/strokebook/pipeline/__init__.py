"""The stages in order, resumable."""
