"""Benchmarks of seeing: search, labels, clusters, dates, over made and real drawings and pages."""
