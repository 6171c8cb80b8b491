"""Tracing: from a scanned page to a Drawing."""
