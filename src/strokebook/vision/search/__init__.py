"""Search by sight: pages and drawings like a picture, a drawing, or the beginning of one."""
