"""Map pictures: points coloured by what is known of the pages, or the pages themselves."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from strokebook.base.array_types import Bools
from strokebook.base.files import write_bytes
from strokebook.vision.charts import new_chart
from strokebook.vision.maps.map2d import Places

# Okabe & Ito's eight colours, made to be told apart with any colour vision (Color Universal
# Design, 2008); beyond eight groups the marker's shape changes, so colour never stands alone.
COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#000000",
    "#F0E442",
)
MARKERS = ("o", "^", "s", "D", "v", "P", "X", "*")
SHOWN = 16  # groups in a legend; the rest are one grey group, "other"
OTHER = ("#BBBBBB", ".")
MOST = 2500  # pages on the map of pages: 65 across, in a picture of 4,160 px
HEADING = 40  # px of the line that says how many are shown


@dataclass(frozen=True)
class Scale:
    """A number of each page, such as its date.

    Attributes:
        values: ``(N,)``; NaN: unknown.
        first: The lowest in words.
        last: The highest in words.
    """

    values: Sequence[float]
    first: str
    last: str


def map_picture(
    xy: Places,
    groups: Mapping[str, Sequence[str]],
    hand: Bools | None = None,
    path: Path | None = None,
    title: str = "",
    scales: Mapping[str, Scale] | None = None,
) -> Image.Image:
    """The map side by side, each panel coloured by another grouping.

    Args:
        xy: ``(N, 2)``.
        groups: Panel title (``folder``, ``cluster``, ``label``) to the N pages' group names.
        hand: ``(N,)``: pages labelled by hand, which get a ring.
        path: Where to write it as PNG too.
        title: Above all.
        scales: Panel title (``date``) to values that the colours run along, after the others.
    """
    scales = scales or {}
    count = max(len(groups) + len(scales), 1)
    figure = new_chart(5.4 * count, 5.4)
    panels = figure.subplots(1, count, squeeze=False)[0]
    for axes, (name, values) in zip(panels, groups.items(), strict=False):
        _panel(axes, _spread(xy), name, values, hand)
    for axes, (name, scale) in zip(panels[len(groups) :], scales.items(), strict=False):
        _scale_panel(axes, _spread(xy), name, scale)
    if title:
        figure.suptitle(title, fontsize=14)
    figure.subplots_adjust(left=0.01, right=0.99, bottom=0.02, top=0.88, wspace=0.03)
    data = io.BytesIO()
    figure.savefig(data, format="png", bbox_inches="tight")  # legends hang below the panels
    if path is not None:
        write_bytes(path, data.getvalue())
    return Image.open(data).convert("RGB")


def _scale_panel(axes: Any, xy: Places, name: str, scale: Scale) -> None:
    """Points coloured along viridis, from dark (first) to yellow (last); grey: unknown."""
    values = np.asarray(scale.values, np.float64)
    known = np.isfinite(values)
    size = float(np.clip(6000 / max(len(xy), 1), 5, 60))
    axes.scatter(*xy[~known].T, s=size, c=OTHER[0], marker=OTHER[1])
    drawn = axes.scatter(
        *xy[known].T, s=size, c=values[known], cmap="viridis", linewidths=0.4, edgecolors="#444444"
    )
    axes.set_title(name)
    axes.set(xticks=[], yticks=[], xlim=(-1.08, 1.08), ylim=(1.08, -1.08))
    if known.any():
        bar = axes.figure.colorbar(
            drawn, ax=axes, orientation="horizontal", fraction=0.04, pad=0.03, aspect=40
        )
        ends = [values[known].min(), values[known].max()]
        bar.set_ticks(ends if ends[0] < ends[1] else ends[:1])
        bar.set_ticklabels([scale.first, scale.last][: len(bar.get_ticks())])


def _panel(
    axes: Any,
    xy: Places,
    name: str,
    values: Sequence[str],
    hand: Bools | None,
) -> None:
    size = float(np.clip(7000 / max(len(xy), 1), 8, 60))
    names = np.array([str(v) for v in values], dtype=object)
    for group, colour, marker in _styles(names):
        rows = names == group if marker != OTHER[1] else ~np.isin(names, _largest(names))
        points = xy[rows.astype(bool)]
        label = f"{group} ({int(rows.sum())})"
        axes.scatter(
            points[:, 0],
            points[:, 1],
            s=size,
            c=colour,
            marker=marker,
            label=label,
            linewidths=0.4,
            edgecolors="#444444",  # yellow alone would be lost on white
        )
    if hand is not None and hand.any():
        ring = xy[np.asarray(hand, bool)]
        axes.scatter(
            ring[:, 0],
            ring[:, 1],
            s=size * 2.8,
            facecolors="none",
            edgecolors="black",
            linewidths=1.1,
            label=f"by hand ({len(ring)})",
        )
    axes.set_title(name)
    axes.set(xticks=[], yticks=[], xlim=(-1.08, 1.08), ylim=(1.08, -1.08))
    if len(names):
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=4, fontsize=8)


def _spread(xy: Places) -> Places:
    """Both axes stretched to ±1, so that no band stays empty; the axes mean nothing anyway."""
    reach = np.abs(xy).max(axis=0, initial=0.0)
    return np.asarray(xy / np.where(reach > 0, reach, 1), np.float32)


def _largest(names: npt.NDArray[np.object_]) -> list[str]:
    counts = Counter(names.tolist())
    return sorted(counts, key=lambda name: (-counts[name], name))[:SHOWN]


def _styles(names: npt.NDArray[np.object_]) -> list[tuple[str, str, str]]:
    """Group, colour and marker, the largest group first."""
    shown = _largest(names)
    styles = [
        (name, COLOURS[k % len(COLOURS)], MARKERS[(k // len(COLOURS) * 3 + k) % len(MARKERS)])
        for k, name in enumerate(shown)
    ]
    return styles + ([("other", *OTHER)] if len(set(names.tolist())) > len(shown) else [])


def thumbnail_map(
    xy: Places, images: Sequence[Image.Image], side: int = 1400, cell: int = 64
) -> Image.Image:
    """The pages themselves laid out on the map.

    Pages that would lie on one another step aside to the nearest free cell of a grid, so that
    each one is seen. Of more than :data:`MOST` pages, one of each place on the map is shown, and a
    line above says how many those are.

    Args:
        xy: ``(N, 2)``, within ±1.
        images: N page images; only those shown are taken, one at a time, so a lazy sequence may
            open files.
        side: Of the picture in px; grows when the pages need more room.
        cell: Side of a page's cell in px.
    """
    shown = _visible(xy, MOST)
    across = max(side // cell, int(np.ceil(1.3 * np.sqrt(max(len(shown), 1)))))
    top = HEADING if len(shown) < len(images) else 0
    picture = Image.new("RGB", (across * cell, top + across * cell), "white")
    draw = ImageDraw.Draw(picture)
    if top:
        text = f"{len(shown)} of {len(images)} pages shown, one of each place on the map"
        draw.text((8, 8), text, "black", ImageFont.load_default(HEADING - 16))
    for (column, row), at in zip(_cells(xy[shown], across), shown, strict=True):
        small = images[at].convert("RGB")
        small.thumbnail((cell - 4, cell - 4), Image.Resampling.BILINEAR, reducing_gap=2.0)
        x = column * cell + (cell - small.width) // 2
        y = top + row * cell + (cell - small.height) // 2
        picture.paste(small, (x, y))
        draw.rectangle((x - 1, y - 1, x + small.width, y + small.height), outline=(200, 200, 200))
    return picture


def _visible(xy: Places, most: int) -> list[int]:
    """The pages to show, in order: all, or of too many the most central of each place on a grid."""
    if len(xy) <= most:
        return list(range(len(xy)))
    across = int(np.sqrt(most))
    places = (_spread(xy).astype(np.float64) * 0.5 + 0.5) * across  # (N, 2)
    cells = np.minimum(places.astype(np.intp), across - 1)
    away = np.linalg.norm(places - cells - 0.5, axis=1)
    order = np.lexsort((away, cells[:, 1], cells[:, 0]))
    _, first = np.unique(cells[order], axis=0, return_index=True)
    return sorted(order[first].tolist())


def _cells(xy: Places, across: int) -> list[tuple[int, int]]:
    """The free cell (column, row) nearest to each place, those in the middle of the map first."""
    want = (_spread(xy).astype(np.float64) * 0.5 + 0.5) * (across - 1)  # (N, 2)
    grid = np.stack(np.meshgrid(np.arange(across), np.arange(across)), axis=-1).reshape(-1, 2)
    free = np.ones(len(grid), bool)
    cells: list[tuple[int, int]] = [(0, 0)] * len(want)
    for i in np.argsort(np.linalg.norm(xy, axis=1), kind="stable"):
        distance = ((grid - want[i]) ** 2).sum(axis=1)
        best = int(np.where(free, distance, np.inf).argmin())
        free[best] = False
        cells[i] = (int(grid[best, 0]), int(grid[best, 1]))
    return cells
