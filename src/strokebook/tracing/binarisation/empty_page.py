"""Empty pages: why nothing was drawn, and what to do, as one warning."""

from __future__ import annotations

import numpy as np

from strokebook.base.errors import Diagnostic, Severity
from strokebook.tracing.binarisation.levels import LEAST_CONTRAST, Grey

LEAST_SIDE = 16  # pixels: on less, no line can be told from its surroundings
BLACK = 80  # of 255: an even page darker than this is no paper
SAMPLES = 400  # pixels along either side that are looked at


def too_small(grey: Grey) -> bool:
    """Whether a page is so small that no line can be told from its surroundings."""
    return bool(min(grey.shape) < LEAST_SIDE)


def why_empty(grey: Grey, marks: bool, source: str) -> Diagnostic:
    """The warning about a page without a line; it is no error, the drawing is simply empty.

    Args:
        grey: ``(H, W)``, the page.
        marks: There was ink, but all of it was left out.
        source: The page as people name it.
    """
    reason, remedy = _reason_and_remedy(grey, marks)
    return Diagnostic(source, f"nothing is drawn, for {reason}.", remedy, severity=Severity.WARNING)


def _reason_and_remedy(grey: Grey, marks: bool) -> tuple[str, str]:
    height, width = grey.shape
    if too_small(grey):
        return (
            f"{width} x {height} pixels are too few to hold a line",
            "Scan the page at 100 dots per inch or more.",
        )
    if marks:
        return (
            "there are only specks, pale marks or a scanner's edge on the page",
            "If a drawing is there, scan it darker, or lower pale and dot under [trace].",
        )
    every = max(1, height // SAMPLES), max(1, width // SAMPLES)
    dark, middle, light = np.percentile(grey[:: every[0], :: every[1]], [0.1, 50, 99.9])
    if light - dark >= LEAST_CONTRAST:
        return (
            "nothing narrow on the page is darker than what lies around it: it has shades, "
            "but no lines",
            "If a drawing is there, scan it flat on the glass and in even light.",
        )
    if middle < BLACK:
        return "the page is black all over", "Check that the scanner's lid and lamp worked."
    return (
        "the page is blank: no mark on it is darker than the paper by a tenth",
        "If a faint drawing is there, scan it with more contrast.",
    )
