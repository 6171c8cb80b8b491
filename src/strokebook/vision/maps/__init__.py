"""Vectors as places on a plane, and the picture of it."""
