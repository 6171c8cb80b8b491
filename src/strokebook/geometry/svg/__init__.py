"""SVG in and out: read with a guard against hostile files, write, and the styles between."""
