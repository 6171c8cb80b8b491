"""What a run shows: pictures, contact sheets, HTML."""
