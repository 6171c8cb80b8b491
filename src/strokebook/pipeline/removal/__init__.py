"""What we made and may take away: ownership, purge of private pages, trash, tidying."""
