"""Parts of the campaign ``fuzz``: seeds, mutants, readers and the processes they run in."""
