"""Drawings → a model that draws in their hand: SketchRNN, its training and its sampling."""
