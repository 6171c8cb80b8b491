"""Looking at a project: search, review, dates, time, clusters, the map, open data."""
