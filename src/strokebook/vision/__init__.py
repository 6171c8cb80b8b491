"""Images to vectors, clusters, labels and maps."""
