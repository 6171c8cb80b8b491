"""Patterns over time: periods, streams, measures of drawings, what was new; and their picture."""
