"""What looks at the sketchbooks, measured: its speed and how often it is right."""
