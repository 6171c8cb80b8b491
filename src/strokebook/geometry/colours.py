"""Colours that mean the same wherever a drawing is shown."""

from __future__ import annotations

Rgb = tuple[int, int, int]

# A person's line is black, a model's blue: on sheets, in animations, in SVGs, for plotters.
PERSON_COLOUR: Rgb = (0, 0, 0)
MODEL_COLOUR: Rgb = (30, 100, 200)


def css(colour: Rgb) -> str:
    """``#1e64c8``."""
    return "#" + "".join(f"{channel:02x}" for channel in colour)
