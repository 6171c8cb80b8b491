"""The line between the points that a model draws, as the artist would have drawn it."""
