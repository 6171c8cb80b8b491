"""When pages were drawn."""
