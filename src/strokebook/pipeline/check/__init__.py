"""``strokebook check``: a whole project looked over, and mended."""
