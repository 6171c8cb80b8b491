"""What the artist corrects by hand: labels, tags, keeping and dropping, undo, effects."""
