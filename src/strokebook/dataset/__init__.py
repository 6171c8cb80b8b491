"""Drawings to a training set."""
