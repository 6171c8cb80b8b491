"""What the campaign ``fuzz`` is made of: seeds, mutants, readers and the processes they run in."""
