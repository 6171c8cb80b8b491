"""SketchRNN: nets, training, sampling."""
