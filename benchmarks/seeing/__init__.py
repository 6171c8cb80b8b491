"""Benchmarks of what looks at the sketchbooks."""
