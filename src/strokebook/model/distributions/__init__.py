"""Distributions of the next point: Gaussian mixtures, local frame, temperature, sampling."""
