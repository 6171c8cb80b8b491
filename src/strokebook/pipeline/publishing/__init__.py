"""The page to draw on with models inside: published by an artist, or for one's own browser."""
