"""Training of :mod:`strokebook.routing.continuity` on pages whose pen order is known."""
