"""Skeleton of the ink as a graph: thinning, pixel graph, junctions, corners, edges."""
