"""Routing of the pen through a graph of lines: half-edges, continuity, pairing, trails, order."""
