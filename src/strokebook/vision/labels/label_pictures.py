"""Pictures of what labels are worth: which are taken for which, and how sure against how right."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from strokebook.vision.labels.scores import LabelScores

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 120


def confusion_picture(scores: LabelScores, heading: str) -> Image.Image:
    """A table of counts: rows are what pages are, columns what they were called.

    Precision stands under the columns, recall beside the rows.
    """
    from matplotlib.figure import Figure

    n, table = len(scores.labels), np.array(scores.confusion, float)
    figure = Figure(figsize=(3.6 + 0.75 * n, 2.6 + 0.62 * n), dpi=DPI, layout="constrained")
    axes: Any = figure.add_subplot()
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1.25)
    for i, j in np.ndindex(n, n):
        if table[i, j]:
            colour = "white" if share[i, j] > 0.6 else "black"
            axes.text(j, i, f"{table[i, j]:.0f}", ha="center", va="center", color=colour)
    precise = [f"{c.label}\n{_percent(c.precision)}" for c in scores.classes]
    recalled = [f"{c.label}  {_percent(c.recall)}" for c in scores.classes]
    axes.set_xticks(range(n), precise, rotation=30, ha="right")
    axes.set_yticks(range(n), recalled)
    axes.set_xlabel("called, with the share that is right (precision)")
    axes.set_ylabel("is, with the share that was found (recall)")
    axes.set_title(heading, fontsize=10)
    return _image(figure)


def reliability_picture(scores: LabelScores, heading: str) -> Image.Image:
    """How often pages are right against how sure that was; on the diagonal the two agree."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 4.8), dpi=DPI, layout="constrained")
    axes: Any = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    sure, right = [b.sure for b in scores.bins], [b.right for b in scores.bins]
    # The interval that a share of so few pages leaves open (Wilson 1927), at 95 %.
    spans = [_wilson(b.right, b.pages) for b in scores.bins]
    axes.vlines(sure, [s[0] for s in spans], [s[1] for s in spans], color="#4477aa", alpha=0.5)
    axes.plot(sure, right, "o", color="#4477aa")
    for b in scores.bins:
        axes.annotate(f"{b.pages}", (b.sure, b.right), (6, -10), textcoords="offset points")
    axes.set(xlim=(0.2, 1.02), ylim=(0, 1.03), xlabel="how sure", ylabel="how often right")
    note = f"numbers are pages; calibration error {scores.calibration_error:.3f}"
    axes.set_title(f"{heading}\n{note}", fontsize=10)
    return _image(figure)


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{share:.1%}"


def _wilson(share: float, n: int, z: float = 1.96) -> tuple[float, float]:
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return float(middle - half), float(middle + half)


def _image(figure: Figure) -> Image.Image:
    file = io.BytesIO()
    figure.savefig(file, format="png")
    with Image.open(file) as image:
        return image.convert("RGB")
