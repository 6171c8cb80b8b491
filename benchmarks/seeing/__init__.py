"""Measurements of what sees the sketchbooks: search, labels, composition, dates, maps."""
