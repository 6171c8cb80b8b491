"""Training: one step, its state, validation, metrics, interrupts, the model card."""
