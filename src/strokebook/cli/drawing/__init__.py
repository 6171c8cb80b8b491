"""Commands that draw with a model, or hand a model or a drawing on."""
