"""The log of edits: what the artist says, row by row, with its readable twin, undo and redo."""
