"""The rows under the streams: typical items, measures, the time axis, what was new."""

from __future__ import annotations

import numpy as np

from strokebook.vision.trends import palette
from strokebook.vision.trends.poster_parts import MM_PER_POINT, SMALL, TINY, Sheet, text_width
from strokebook.vision.trends.story import Exemplar, MeasureTrend, TimeStory, sparse

GAP = 3.0  # mm between two items of a row
NARROWEST = 17.0  # mm of an item in a row: smaller ones are not looked at


def draw_centres(sheet: Sheet, items: tuple[Exemplar, ...], y: float, height: float) -> None:
    """A row of items under their places in time, as many as there is room for."""
    shown = sparse(items, int((sheet.right - sheet.left) // NARROWEST))
    middles = _spread([float(sheet.x(item.place)) for item in shown], sheet, NARROWEST)
    gaps = np.diff(middles) if len(middles) > 1 else np.array([height])
    wide = float(np.clip(gaps.min() - GAP, NARROWEST - GAP, height))
    for middle, item in zip(middles, shown, strict=True):
        box = (middle - wide / 2, y, middle + wide / 2, y + height)
        sheet.show(item.picture, box, palette.INK)
        size = min(TINY, TINY * (wide + GAP - 2) / max(text_width(item.id, TINY), 1e-9))
        sheet.text(middle, y + height + 5, item.id, size, palette.SOFT, ha="center")


def _spread(middles: list[float], sheet: Sheet, least: float) -> list[float]:
    """Places at least ``least`` apart, as near to those wanted as one pass each way brings them."""
    moved = list(middles)
    for n in range(1, len(moved)):
        moved[n] = max(moved[n], moved[n - 1] + least)
    limit = sheet.right - least / 2 + GAP
    for n in range(len(moved) - 1, -1, -1):
        moved[n] = min(moved[n], limit)
        limit = moved[n] - least
    return moved


def draw_trend(sheet: Sheet, trend: MeasureTrend, y: float, height: float) -> None:
    """One measure: the median as a line, the middle half as a band, its name to the left."""
    band = trend.band
    low, high = float(band.low.min(initial=np.inf)), float(band.high.max(initial=-np.inf))
    room = max(high - low, 1e-9 + abs(high) * 0.02)
    low, high = low - 0.08 * room, high + 0.08 * room
    x = sheet.x(band.at)

    def at(values: object) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        share = (np.asarray(values, np.float64) - low) / (high - low)
        return np.asarray(y + height * (1 - share), np.float64)

    sheet.rule(y + height, sheet.left, sheet.right)
    sheet.axes.fill_between(
        x, at(band.low), at(band.high), facecolor=palette.RULE, linewidth=0, zorder=1, alpha=0.8
    )
    marks = {"marker": "o", "markersize": 2.6, "markeredgewidth": 0}
    sheet.axes.plot(x, at(band.median), color=palette.ACCENT, linewidth=1.3, zorder=2, **marks)
    name = sheet.left - 4
    sheet.text(name, y + height / 2, trend.name, SMALL, ha="right", va="center_baseline")
    if trend.unit:
        below = y + height / 2 + SMALL * MM_PER_POINT
        sheet.text(name, below, trend.unit, TINY, palette.SOFT, ha="right", va="center_baseline")
    _scale(sheet, at(band.median), band.median)


def _scale(sheet: Sheet, y: object, values: object) -> None:
    """The least and the greatest median, written where they are."""
    heights, numbers = np.asarray(y, np.float64), np.asarray(values, np.float64)
    for row in sorted({int(numbers.argmin()), int(numbers.argmax())}):
        text, line = _number(float(numbers[row])), float(heights[row])
        sheet.text(
            sheet.right + 2.5, line, text, TINY, palette.SOFT, ha="left", va="center_baseline"
        )


def _number(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}".removesuffix(".0") if abs(value) >= 2 else f"{value:.2g}"


def draw_axis(sheet: Sheet, story: TimeStory, y: float, top: float) -> None:
    """The time axis: a mark for each page, names of periods, hairlines between sketchbooks."""
    sheet.rule(y, sheet.left, sheet.right, palette.SOFT)
    marks = sheet.x(story.places)
    sheet.axes.vlines(marks, y, y + 2.2, color=palette.SOFT, linewidth=0.35)
    for bound in story.bounds:
        line = float(sheet.x(bound))
        sheet.axes.plot([line, line], [top, y], color=palette.RULE, linewidth=0.4, zorder=0)
    last = -np.inf
    for tick in story.ticks:
        x, half = float(sheet.x(tick.place)), text_width(tick.text, SMALL) / 2
        if x - half > last:
            sheet.text(x, y + 8, tick.text, SMALL, ha="center")
            last = x + half + 2
    for number, item in enumerate(story.unlike, start=1):
        x = float(sheet.x(item.place))
        sheet.axes.plot([x], [y + 12.2], marker="^", markersize=4, color=palette.ACCENT, mew=0)
        sheet.text(x, y + 16.5, str(number), TINY, palette.ACCENT, ha="center")


def draw_unlike(sheet: Sheet, items: tuple[Exemplar, ...], y: float, height: float) -> None:
    """Pages in a row, each with the number that it has on the axis."""
    wide = (sheet.right - sheet.left + GAP) / max(len(items), 5) - GAP
    for number, item in enumerate(items):
        x = sheet.left + number * (wide + GAP)
        sheet.show(item.picture, (x, y, x + wide, y + height), palette.INK)
        sheet.text(x + wide / 2, y + height + 5.5, f"{number + 1}", SMALL, palette.ACCENT,
                   ha="center")  # fmt: skip
        note = f"{item.id} {item.note}".strip()
        size = min(TINY, TINY * (wide + GAP - 2) / max(text_width(note, TINY), 1e-9))
        sheet.text(x + wide / 2, y + height + 10, note, size, palette.SOFT, ha="center")
