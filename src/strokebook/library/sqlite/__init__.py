"""The connection to the catalogue's SQLite file."""
