"""Honest numbers: how well a model predicts drawings, and how its own compare with them."""
