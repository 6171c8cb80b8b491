"""Pictures of results: the worst cases, and tracings laid over real pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from benchmarks.truth.rendering import render_case
from benchmarks.truth.running import Result
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.polyline import arc_length, evenly
from strokebook.geometry.render import Picture, paint, sheet

CELL = 460  # px
BEGINS, ENDS = (220, 30, 30), (30, 90, 220)


def badness(result: Result) -> float:
    """By what the worst cases are chosen: order error; for several strokes, by stroke and count."""
    m = result.measures
    if m is None:
        return float("inf")
    if result.case.family != "several":
        return m.order
    return m.by_stroke + 20 * abs(m.strokes / m.true_strokes - 1)


def worst_sheet(results: Sequence[Result], count: int, heading: str) -> Image.Image:
    """The worst of results of one way: truth by time, page, tracing by time, with numbers."""
    worst = sorted(results, key=badness, reverse=True)[:count]
    cells, titles = [], []
    for r in worst:
        page = render_case(r.case)
        truth = [page.to_pixels(s) for s in r.case.strokes]
        traced = [page.to_pixels(s) for s in r.strokes]
        cells += [over(page.pixels, truth, 0), Image.fromarray(page.pixels)]
        cells.append(over(page.pixels, traced, 0))
        shape = f"{page.pixels.shape[1]} x {page.pixels.shape[0]} px"
        titles += [r.case.name, f"{shape}, pen {page.pen:.1f} px", _numbers(r)]
    return sheet(cells, 6, CELL, titles, heading)


def _numbers(result: Result) -> str:
    m = result.measures
    if m is None:
        return result.failure
    order = f"order {m.order:.1f}"
    if result.case.family == "several":
        order = f"by stroke {m.by_stroke:.1f}"
    straight = f"straight {m.straight:.0%} of {m.clear}" if m.clear else "no clear crossing"
    return (
        f"{order}, strokes {m.strokes}/{m.true_strokes}, {straight}, "
        f"F1 {m.f_unit:.3f}, invented {m.invented:.1f}"
    )


def over(
    pixels: npt.NDArray[np.uint8], strokes: Sequence[npt.NDArray[np.floating]], zoom: int
) -> Image.Image:
    """Strokes coloured by time over the page in pale grey; where each begins red, ends blue.

    Args:
        pixels: The page ``(H, W, 3)``.
        strokes: In page pixels.
        zoom: Times enlarged; 0: as large as a cell of the sheet.
    """
    height, width = pixels.shape[:2]
    times = float(zoom) if zoom else CELL / max(height, width)
    size = (round(width * times), round(height * times))
    how = cv2.INTER_CUBIC if times > 1 else cv2.INTER_AREA
    grey = cv2.cvtColor(cv2.resize(pixels, size, interpolation=how), cv2.COLOR_RGB2GRAY)
    pale = (165 + grey.astype(np.uint16) * 90 // 255).astype(np.uint8)
    canvas: Picture = np.repeat(pale[:, :, None], 3, axis=2)
    lines = [np.asarray(s, np.float64) * times for s in strokes]
    # Colours follow the number of points, so the points must lie evenly.
    even = [evenly(s, max(2, int(arc_length(s)[-1] / 2))).astype(np.float64) for s in lines]
    paint(canvas, even, 2.0, "time")
    for line in lines:
        for point, colour in ((line[0], BEGINS), (line[-1], ENDS)):
            at = (round(float(point[0])), round(float(point[1])))
            cv2.circle(canvas, at, 3, colour, -1, cv2.LINE_AA)
    return Image.fromarray(canvas)


def real_sheet(
    pages: Sequence[tuple[str, npt.NDArray[np.uint8], Drawing]], zoom: int, heading: str
) -> Image.Image:
    """Overlays of real pages with their stroke counts."""
    cells = [over(pixels, drawing.strokes, zoom) for _, pixels, drawing in pages]
    titles = [f"{name}: {len(d)} strokes, {d.length:,.0f} px" for name, _, d in pages]
    cell = (max(c.width for c in cells), max(c.height for c in cells))
    return sheet(cells, 5, cell, titles, heading)


def save(picture: Image.Image, path: Path) -> None:
    """Write a PNG and say where."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)
    print(path)
