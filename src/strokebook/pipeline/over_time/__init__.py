"""Patterns over time: places in time, the story a picture tells, the page to zoom, tables."""
