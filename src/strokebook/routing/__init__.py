"""A graph of lines becomes the pen's path: half-edges, continuity, pairing, trails, order."""
