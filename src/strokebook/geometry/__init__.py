"""Drawings as arrays: the ground floor. Imports nothing of ours but `base`."""
