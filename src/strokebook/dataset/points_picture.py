"""Pictures of a data set."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from strokebook.dataset.build import Cuts

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BEFORE, _AFTER, _CUT = "#b9b4a7", "#27408b", "#c0392b"


def points_picture(
    before: Sequence[int],
    after: Sequence[int],
    cuts: Cuts,
    budget: int | None = None,
    size: tuple[int, int] = (1200, 640),
) -> Image.Image:
    """How many points the drawings have: those offered above, the data set below.

    Args:
        before: Points of all drawings offered.
        after: Points of those kept, simplified.
        cuts: Its limits are drawn as lines.
        budget: Drawn as a line where given.
        size: Pixels of the picture.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(size[0] / 100, size[1] / 100), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2, 1)
    _histogram(upper, before, _BEFORE, f"offered: {len(before)} drawings")
    _histogram(lower, after, _AFTER, f"in the data set: {len(after)} drawings")
    for limit in (cuts.low, cuts.high):
        if limit is not None:
            _line(upper, limit, f"{limit:g}")
    if budget is not None:
        _line(lower, budget, f"budget {budget}")
        lower.set_xlim(0, budget * 1.04)
    lower.set_xlabel("points of a drawing")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return Image.open(buffer).convert("RGB")


def _histogram(axes: Axes, values: Sequence[int], colour: str, title: str) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_title(title, loc="left", fontsize=12)
    axes.set_ylabel("drawings")
    axes.spines[["top", "right"]].set_visible(False)
    if not values:
        axes.text(0.5, 0.5, "none", transform=axes.transAxes, ha="center", va="center")
        return
    count = int(np.clip(len(values) // 3, 8, 60))
    edges = np.linspace(min(values) - 0.5, max(values) + 0.5, count + 1)
    axes.hist(values, bins=edges.tolist(), color=colour)
    axes.set_xlim(left=0)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))


def _line(axes: Axes, at: float, label: str) -> None:
    axes.axvline(at, color=_CUT, linewidth=1.2)
    axes.annotate(
        label,
        (at, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(4, -4),
        textcoords="offset points",
        color=_CUT,
        va="top",
    )
