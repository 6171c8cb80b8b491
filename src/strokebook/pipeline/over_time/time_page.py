"""The page to zoom: the picture over time as one HTML file, with its pages as thumbnails inside.

It loads nothing: no server, no network, and a policy in the file that forbids both.
"""

from __future__ import annotations

import base64
import io
import json
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from strokebook.base.errors import InputRefused
from strokebook.geometry.drawing import Drawing
from strokebook.library.catalogue.records import Page
from strokebook.pipeline.over_time.time_story import NO_LABEL, Told
from strokebook.pipeline.preview_images import Previews
from strokebook.pipeline.project import Project
from strokebook.vision.trends import palette
from strokebook.vision.trends.poster_parts import placed_lines
from strokebook.vision.trends.story import Exemplar, MeasureTrend, Shown, TimeStream

TEMPLATE = Path(__file__).with_name("over_time.html")
MARK = "/*DATA*/"
MOST_THUMBNAILS = 4000  # of more pages an even choice: the file stays one that a browser opens
SIDE, QUALITY = 144, 52  # px of a thumbnail's longer side; of its WebP
ART = 120.0  # units of a line drawing's longer side
STEP = 3  # every third place of the curves is enough on a screen


def time_page(project: Project, told: Told) -> str:
    """The whole file as text."""
    data = json.dumps(
        _data(project, told), ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    # Nothing in a script's text may look like the end of the script.
    return TEMPLATE.read_text("utf-8").replace(MARK, data.replace("<", "\\u003c"))


def _data(project: Project, told: Told) -> dict[str, Any]:
    story = told.story
    row_of = {page.id: row for row, page in enumerate(told.axis.pages)}
    unlike = [row_of[item.id] for item in story.unlike]
    return {
        "title": story.title,
        "subtitle": story.subtitle,
        "first": story.first,
        "last": story.last,
        "ticks": [[round(t.place, 2), t.text] for t in story.ticks],
        "bounds": list(story.bounds),
        "streams": [_stream(stream) for stream in story.streams],
        "centres": [_exemplar(item) for item in story.centres],
        "centres_are": story.centres_are,
        "trends": [_trend(trend, told) for trend in story.trends],
        "unlike": unlike,
        "pages": _pages(project, told, unlike),
        "notes": list(story.notes),
    }


def _stream(stream: TimeStream) -> dict[str, Any]:
    graph, layers = stream.graph, range(len(stream.colours))
    return {
        "title": stream.title,
        "key": stream.key,
        "names": list(stream.captions),
        "colours": list(stream.colours),
        "inks": [palette.PAPER if palette.is_dark(c) else palette.INK for c in stream.colours],
        "at": np.round(graph.at[::STEP], 2).tolist(),
        "edges": np.round(graph.edges[:, ::STEP], 4).tolist(),
        "art": [_art(stream.pictures.get(layer)) for layer in layers],
        "images": [_image(stream.pictures.get(layer)) for layer in layers],
    }


def _trend(trend: MeasureTrend, told: Told) -> dict[str, Any]:
    band, names = trend.band, {p.centre: p.name for p in told.axis.periods}
    return {
        "name": trend.name,
        "unit": trend.unit,
        "periods": [names[float(at)] for at in band.at],
        "at": np.round(band.at, 2).tolist(),
        "median": np.round(band.median, 4).tolist(),
        "low": np.round(band.low, 4).tolist(),
        "high": np.round(band.high, 4).tolist(),
        "counts": band.counts.astype(int).tolist(),
    }


def _exemplar(item: Exemplar) -> dict[str, Any]:
    return {
        "x": round(item.place, 2),
        "id": item.id,
        "art": _art(item.picture),
        "image": _image(item.picture),
    }


def _pages(project: Project, told: Told, always: Sequence[int]) -> list[dict[str, Any]]:
    pages = told.axis.pages
    drawings = Counter(drawing.page for drawing in told.drawings)
    shown = set(np.linspace(0, len(pages) - 1, min(len(pages), MOST_THUMBNAILS)).astype(int))
    shown |= set(always)
    previews = Previews(project, pages, SIDE)
    rows = project.progress.track(range(len(pages)), "thumbnails")
    return [
        _page(told, row, drawings[pages[row].id])
        | {"t": _thumbnail(previews, row) if row in shown else ""}
        for row in rows
    ]


def _page(told: Told, row: int, drawings: int) -> dict[str, Any]:
    page, unlike = told.axis.pages[row], float(told.unlike[row])
    return {
        "x": round(float(told.axis.places[row]), 2),
        "id": page.id,
        "label": page.label or NO_LABEL,
        "cluster": page.cluster,
        "date": _date(told, page),
        "drawings": drawings,
        "unlike": "" if math.isnan(unlike) else round(unlike, 3),
    }


def _date(told: Told, page: Page) -> str:
    interval = told.dates.get(page.id)
    if interval is None:
        return ""
    if interval.first == interval.last:
        return interval.first.isoformat()
    return f"{interval.first.isoformat()} to {interval.last.isoformat()}"


def _thumbnail(previews: Previews, row: int) -> str:
    """A page as a data URI; "" where its preview cannot be read."""
    try:
        return _image(previews[row]) or ""
    except InputRefused:
        return ""


def _image(shown: Shown | None) -> str | None:
    if shown is None or isinstance(shown, Drawing):
        return None
    data, small = io.BytesIO(), shown
    if max(shown.size) > SIDE:
        small = shown.copy()
        small.thumbnail((SIDE, SIDE), Image.Resampling.BICUBIC)
    small.save(data, "WEBP", quality=QUALITY, method=2)
    return "data:image/webp;base64," + base64.b64encode(data.getvalue()).decode()


def _art(shown: Shown | None) -> list[Any] | None:
    """A drawing as the path of an SVG, and its width and height."""
    if not isinstance(shown, Drawing) or not shown.strokes:
        return None
    extent = np.maximum(np.ptp(shown.points.astype(np.float64), axis=0), 1e-6)
    width, height = (extent * ART / extent.max()).tolist()
    lines = placed_lines(shown, (0.0, 0.0, width, height))
    parts = ["M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in line) for line in lines]
    return ["".join(parts), round(width, 1), round(height, 1)]
