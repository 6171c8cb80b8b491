"""When pages were drawn: intervals of days, spelt, compared, interpolated."""
