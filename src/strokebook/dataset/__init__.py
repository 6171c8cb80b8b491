"""Drawings to a training set: measured, cut, simplified, split by page, written and read."""
