"""A page's strokes become separate drawings: join what belongs together, splice, separate."""
