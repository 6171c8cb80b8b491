"""What strokebook wrote and may delete: ownership, purge of private pages, tidying."""
