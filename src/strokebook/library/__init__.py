"""Sketchbooks on disk, and the catalogue that remembers them."""
