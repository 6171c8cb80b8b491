"""Figures: a page's strokes as separate drawings, by joining, splicing and separating."""
