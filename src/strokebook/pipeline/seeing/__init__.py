"""Looking at a project: search, review, dates and patterns over time, clusters, the map, open data."""
