"""Charts by matplotlib without pyplot: nothing global is touched, threads do not meet."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

DPI = 110


def new_chart(width: float, height: float) -> Any:
    """A white figure, in inches, with a canvas to draw it on."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def chart_image(figure: Any) -> Image.Image:
    """The figure as an image, cut to what is drawn."""
    data = io.BytesIO()
    figure.savefig(data, format="png", bbox_inches="tight")
    data.seek(0)
    return Image.open(data).convert("RGB")
