"""A scan becomes ink: background, levels, thresholds, ridges, cleaning, components."""
