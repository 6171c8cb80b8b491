"""Commands that look at the sketchbooks: search, review, clusters, map, dates, over time."""
