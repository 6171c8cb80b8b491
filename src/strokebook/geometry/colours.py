"""Colours that mean the same wherever a drawing is shown."""

from __future__ import annotations

Rgb = tuple[int, int, int]

# A person's line is black, a model's a red brown: on sheets, in animations, in SVGs, for
# plotters, on the page in the browser (web/draw/src/style.css, outputs/ink.ts).
PERSON_COLOUR: Rgb = (0, 0, 0)
MODEL_COLOUR: Rgb = (179, 64, 42)


def css(colour: Rgb) -> str:
    """``#b3402a``."""
    return "#" + "".join(f"{channel:02x}" for channel in colour)
