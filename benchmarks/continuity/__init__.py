"""Fitting what :mod:`strokebook.routing.continuity` knows to pages whose pen order is known."""
