"""Whole sequences as one operation on a CPU: compiled cell arithmetic around BLAS products."""
