"""SVG files: reading with a guard against hostile files, writing, styles."""
