"""Fitting what :mod:`strokebook.geometry.continuity` knows to pages whose pen order is known."""
