"""Names of the files that a saved label classifier consists of, for those who only remove it."""

ARRAYS, CARD = "labels.npz", "labels.json"
