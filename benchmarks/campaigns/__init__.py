"""Campaigns: the promises tried hard, each as one command that exits 1 on any loss."""
