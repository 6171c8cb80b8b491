"""The browser's speed: the published page, and our engine beside @magenta/sketch."""
