"""From a scanned page to a Drawing."""
