"""Binarisation of a scan: background, levels, thresholds, ridges, cleaning, components."""
