"""Campaigns: stress tests of the program's promises, each a command that exits 1 on any loss."""
