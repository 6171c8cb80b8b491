"""Tracing accuracy, measured on pages whose pen order is known."""
