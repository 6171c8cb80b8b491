"""Benchmarks of seeing the sketchbooks."""
