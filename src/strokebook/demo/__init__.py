"""A sample library, drawn by the program from a seed."""
