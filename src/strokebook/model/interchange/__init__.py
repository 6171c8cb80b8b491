"""Models from and for other programs: SketchRNN in JavaScript, ONNX."""
