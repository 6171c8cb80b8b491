"""Drawings as arrays, the lowest layer: of this package it imports only `base`."""
