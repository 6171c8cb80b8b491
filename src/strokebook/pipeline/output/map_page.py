"""The map as one HTML file: a template, the pages' places and facts as JSON, small pictures inside.

The small pictures lie in sheets (an atlas), JPEGs of at most 2,048 pixels a side, which are kept
beside the page: when a label changes they need not be made again. All that is a person's word (a
label, an id, a title) gets into the page as JSON without ``<``, ``>`` and ``&``.
"""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from strokebook.base.array_types import Floats32
from strokebook.library.edits.store import natural

TEMPLATE = Path(__file__).with_name("map.html")
DATA = '<script type="application/json" id="data">{}</script>'
UNSAFE = re.compile("[<>&\u2028\u2029]")
SHEET = 2048  # px: what phones still take as one picture
# Side in px of a small picture, by how many pages there are: 2,000 stay under 15 MB (EXPERIMENTS).
SIDES = ((400, 224), (1000, 160), (2500, 128), (6000, 80), (20_000, 48))
MOST = 20_000  # pages with a picture; of more, those spread most evenly over the map have one


@dataclass(frozen=True)
class Atlas:
    """Which small picture lies where.

    Attributes:
        cell: Side of a picture's cell in px; 0 where there are no pages.
        rows: Of the pages in it, in order; each sheet has the next ``across * across``.
    """

    cell: int
    rows: tuple[int, ...]

    @property
    def across(self) -> int:
        """Cells side by side in a sheet."""
        return SHEET // self.cell if self.cell else 1

    @property
    def sheets(self) -> list[tuple[int, ...]]:
        """The rows on each sheet."""
        size = self.across**2
        return [self.rows[i : i + size] for i in range(0, len(self.rows), size)]


def plan_atlas(xy: Floats32, order: Sequence[int]) -> Atlas:
    """How large the small pictures are, and which pages have one.

    Args:
        xy: ``(N, 2)``, the pages' places.
        order: The rows in the order in which they are put into sheets: those that were there
            first come first, so that their sheets stay as they are when pages are added.
    """
    n = len(xy)
    if n == 0:
        return Atlas(0, ())
    cell = next((side for most, side in SIDES if n <= most), SIDES[-1][1])
    if n <= MOST:
        return Atlas(cell, tuple(order))
    shown = set(_spread_out(xy, MOST))
    return Atlas(cell, tuple(row for row in order if row in shown))


def _spread_out(xy: Floats32, most: int) -> list[int]:
    """Rows of as many points, at most so many of each place on a grid as that allows."""
    across = int(np.sqrt(most / 4))
    cells = np.clip(((xy + 1) / 2 * across).astype(np.int64), 0, across - 1)
    number = cells[:, 0] * across + cells[:, 1]
    order = np.argsort(number, kind="stable")
    starts = np.r_[0, np.flatnonzero(np.diff(number[order])) + 1]
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    return [int(row) for row in order[np.argsort(rank, kind="stable")][:most]]


def atlas_sheet(
    rows: Sequence[int], atlas: Atlas, item: Callable[[int], Image.Image]
) -> Image.Image:
    """One sheet: each picture in the upper left corner of its cell."""
    across, cell = atlas.across, atlas.cell
    wide, high = min(across, len(rows)), -(-len(rows) // across)
    sheet = Image.new("RGB", (wide * cell, high * cell), "white")
    for at, row in enumerate(rows):
        sheet.paste(_small(item(row), cell), (at % across * cell, at // across * cell))
    return sheet


def _small(picture: Image.Image, cell: int) -> Image.Image:
    small = picture.convert("RGB")
    return small.resize(fitted_size(*small.size, cell), Image.Resampling.BOX, reducing_gap=2.0)


def fitted_size(width: int, height: int, cell: int) -> tuple[int, int]:
    """The size in px of a page's small picture."""
    longest = max(width, height, 1)
    return max(1, round(width * cell / longest)), max(1, round(height * cell / longest))


@dataclass(frozen=True)
class Grouping:
    """What the map can be coloured by.

    Attributes:
        title: ``folder``, ``label``, ``cluster``, ``book``, ``date``.
        values: Of each page; ``unknown`` where there is none.
        ordered: The values have an order that the colours show (dates, books in turn).
        unknown: The value of pages that have none.
        told: It is among the facts of a page that was clicked.
    """

    title: str
    values: Sequence[str]
    ordered: bool = False
    unknown: str = "none"
    told: bool = True

    def as_json(self) -> dict[str, Any]:
        """Names, the most numerous first or in their order, and the number of each page's."""
        counts = Counter(self.values)
        known = [name for name in counts if name != self.unknown]
        if self.ordered:
            known.sort(key=natural)
        else:
            known.sort(key=lambda name: (-counts[name], natural(name)))
        names = known + ([self.unknown] if self.unknown in counts else [])
        at = {name: i for i, name in enumerate(names)}
        return {
            "title": self.title,
            "names": names,
            "of": [at[value] for value in self.values],
            "ordered": self.ordered,
            "unknown": self.unknown,
            "told": self.told,
        }


@dataclass(frozen=True)
class MapContent:
    """All that the page says; the N pages in the same order everywhere.

    Attributes:
        title: Above the map.
        ids: Of the pages.
        xy: ``(N, 2)``.
        sizes: Width and height of each page, in any unit.
        groupings: What it can be coloured by, at least one.
        more: Facts of a page that are only shown: title and the value of each page.
        walk: The pages' rows in the order that the keys go through them.
    """

    title: str
    ids: Sequence[str]
    xy: Floats32
    sizes: Sequence[tuple[int, int]]
    groupings: Sequence[Grouping]
    more: Sequence[tuple[str, Sequence[str]]]
    walk: Sequence[int]


def map_page(content: MapContent, atlas: Atlas, sheets: Sequence[bytes]) -> str:
    """The page as text.

    Args:
        content: What it says.
        atlas: Which small picture lies where.
        sheets: The atlas's JPEGs.
    """
    at = {row: n for n, row in enumerate(atlas.rows)}
    small = [fitted_size(*size, atlas.cell) for size in content.sizes]
    reach = float(np.abs(content.xy).max(initial=0.0)) or 1.0
    value = {
        "title": content.title,
        "ids": list(content.ids),
        "x": [round(float(x) / reach, 4) for x, _ in content.xy],
        "y": [round(float(y) / reach, 4) for _, y in content.xy],
        "groups": [grouping.as_json() for grouping in content.groupings],
        "more": [{"title": title, "of": list(of)} for title, of in content.more],
        "walk": list(content.walk),
        "note": _note(len(content.ids), len(atlas.rows)),
        "atlas": {
            "cell": atlas.cell,
            "across": atlas.across,
            "at": [at.get(row, -1) for row in range(len(content.ids))],
            "w": [w for w, _ in small],
            "h": [h for _, h in small],
            "sheets": [f"data:image/jpeg;base64,{base64.b64encode(s).decode()}" for s in sheets],
        },
    }
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    safe = UNSAFE.sub(lambda m: f"\\u{ord(m[0]):04x}", text)
    before, place, after = TEMPLATE.read_text("utf-8").partition(DATA)
    return f"{before}{place.replace('{}', safe)}{after}"


def _note(pages: int, pictured: int) -> str:
    if pictured == pages:
        return ""
    return (
        f"{pictured:,} of {pages:,} pages have a picture here, spread over the map; the others are"
        " points, so that this file stays small."
    )
