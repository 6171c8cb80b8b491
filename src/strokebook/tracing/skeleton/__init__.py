"""Ink becomes a graph of centerlines: thinning, pixel graph, junctions, corners, edges."""
