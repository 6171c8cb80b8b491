"""When pages were drawn: dates of a project, readings off its scans, their sheets."""
