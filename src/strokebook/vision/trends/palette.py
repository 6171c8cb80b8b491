"""The colours of the picture over time: few, on paper, told apart by colour-blind people too.

Labels differ in hue and in lightness; a test simulates the two common kinds of colour blindness
(Machado, Oliveira & Fernandes 2009) and asks that all are told apart. Clusters have no hue of their
own: their lightness, from dark blue to pale yellow, says when they were drawn most, which every eye
sees.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from strokebook.base.array_types import Floats

PAPER, INK, SOFT, RULE = "#f6f1e7", "#2b2824", "#857d70", "#ddd5c6"
ACCENT = "#b4492b"
# The kinds of page that every library has keep their colours in every picture.
KIND_COLOURS = {
    "drawing": "#1f4668",
    "watercolour": "#d0602f",
    "notes": "#e9c767",
    "cover": "#9cc7bd",
    "bad-scan": "#8f867b",
}
MORE_COLOURS = ("#8fbfe0", "#8a3b5c", "#c99bb3", "#6b5540", "#3f7d4e")
GREY = "#cfc7b9"
_RAMP = ("#1c2c4c", "#2a5070", "#4a7d88", "#86a78c", "#c9c384", "#f0dfae")


def label_colours(kinds: Sequence[str | None]) -> list[str]:
    """A colour for each label by its kind; labels of one kind, or of none, get further ones."""
    free = [*MORE_COLOURS]
    used: set[str] = set()
    colours = []
    for kind in kinds:
        colour = KIND_COLOURS.get(kind or "", "")
        if not colour or colour in used:
            colour = free.pop(0) if free else GREY
        used.add(colour)
        colours.append(colour)
    return colours


def colours_by_time(shares: Floats) -> list[str]:
    """A colour for each layer ``(L, K)``: those drawn early are dark, those drawn late pale."""
    if not len(shares):
        return []
    weights = shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-12)
    when = weights @ np.arange(shares.shape[1])
    rank = np.argsort(np.argsort(when, kind="stable"), kind="stable")
    return [ramp(float(r) / max(len(shares) - 1, 1)) for r in rank]


def ramp(share: float) -> str:
    """The colour at ``share`` (0 to 1) of the way from early to late."""
    stops = np.array([rgb(colour) for colour in _RAMP])
    where = share * (len(stops) - 1)
    mixed = [np.interp(where, np.arange(len(stops)), stops[:, c]) for c in range(3)]
    return "#" + "".join(f"{round(255 * float(v)):02x}" for v in mixed)


def rgb(colour: str) -> tuple[float, float, float]:
    """``#rrggbb`` as three numbers from 0 to 1."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def is_dark(colour: str) -> bool:
    """Whether light lines read better on it than dark ones (WCAG relative luminance)."""
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] < 0.3
