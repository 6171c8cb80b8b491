"""Composition: whether a drawing is one figure, a chain of two to four, or a pattern."""
