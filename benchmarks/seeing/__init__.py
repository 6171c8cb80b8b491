"""What is measured of seeing the sketchbooks: each module is one command."""
