"""Vision: images to vectors, clusters, labels and maps."""
