"""Drawings for a pen plotter: fitted to paper, thinned, in layers, measured, written as SVG."""
