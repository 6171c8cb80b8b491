"""Tracing measured on pages whose pen order is known."""
