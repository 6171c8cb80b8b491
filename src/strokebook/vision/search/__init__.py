"""Which pages and drawings are most like one."""
