"""Whether the sketchbooks are seen rightly: searching, labels, clusters, dates, and how fast."""
