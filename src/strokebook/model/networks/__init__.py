"""Networks: SketchRNN, and the decoder that sees the page it draws on."""
