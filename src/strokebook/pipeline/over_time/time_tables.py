"""Measures and dates as CSV: one row a drawing, one a page. ``docs/over-time.md`` has the units."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from strokebook.pipeline.over_time.time_story import Told

# In the order of the columns; what each holds, and in which unit.
PAGE_COLUMNS = {
    "page": "id of the page",
    "sketchbook": "its sketchbook",
    "number": "its page number, where its name has one",
    "place": "its place in time: from ½ in the order; where dates are known, a day (1: 0001-01-01)",
    "period": "the period that it is counted in",
    "date_first": "the first day that it may have been drawn on, ISO 8601",
    "date_last": "the last such day, ISO 8601",
    "date_source": "hand, read, file, or between (interpolated)",
    "label": "the label that holds",
    "label_source": "hand, cluster, classifier or rule",
    "kind": "drawing, watercolour, notes, cover, bad-scan, other",
    "cluster": "number of its cluster",
    "drawings": "drawings separated on it",
    "unlike_before": "cosine distance to the nearest page before it, 0 to 2",
    "width_px": "width of the scan, in pixels",
    "height_px": "height of the scan, in pixels",
}
DRAWING_COLUMNS = {
    "drawing": "id of the drawing",
    "page": "id of its page",
    "sketchbook": "its sketchbook",
    "period": "the period that it is counted in",
    "date_first": "as of its page",
    "date_last": "as of its page",
    "kept": "1: may be trained on; 0: dropped",
    "cluster": "number of its cluster of drawings",
    "length": "of the pen's line, in sides: 1 is the longer side of the page",
    "length_mm": "the same in millimetres; empty where the scan does not tell its resolution",
    "crossings": "how often the line crosses itself",
    "lifts": "how often the pen leaves the paper",
    "turns": "full turns of the line, left and right alike",
    "size": "longer side of its box, in sides of the page",
    "size_mm": "the same in millimetres",
    "points": "points of its line as separated",
}


def pages_csv(told: Told) -> str:
    """One row for each page, in order of time."""
    periods, counts = _periods(told), _counts(told)
    rows = []
    for row, page in enumerate(told.axis.pages):
        unlike = float(told.unlike[row])
        rows.append(
            (
                page.id,
                page.book,
                page.number,
                round(float(told.axis.places[row]), 2),
                periods[page.id],
                *_dates(told, page.id),
                page.label,
                page.label_source,
                page.kind,
                page.cluster,
                counts.get(page.id, 0),
                None if math.isnan(unlike) else round(unlike, 4),
                page.width,
                page.height,
            )
        )
    return csv_text(tuple(PAGE_COLUMNS), rows)


def drawings_csv(told: Told) -> str:
    """One row for each drawing that was measured, by page and number."""
    periods, books = _periods(told), {page.id: page.book for page in told.axis.pages}
    rows = []
    for drawing in told.drawings:
        measures = told.measures.get(drawing.key)
        if measures is not None:
            page = drawing.page
            about = (drawing.id, page, books.get(page), periods.get(page), *_dates(told, page)[:2])
            kept = (int(drawing.kept), drawing.cluster)
            rows.append((*about, *kept, *measures.as_facts().values()))
    return csv_text(tuple(DRAWING_COLUMNS), rows)


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table as CSV (RFC 4180): UTF-8, a head, nothing for what is not known.

    A text that a spreadsheet would take for a formula gets an apostrophe before it, as the Open
    Worldwide Application Security Project advises: labels and ids come from names of files.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value


def _periods(told: Told) -> dict[str, str]:
    pages = told.axis.pages
    return {pages[int(row)].id: p.name for p in told.axis.periods for row in p.rows}


def _counts(told: Told) -> dict[str, int]:
    return Counter(drawing.page for drawing in told.drawings)


def _dates(told: Told, page: str) -> tuple[str, str, str]:
    interval = told.dates.get(page)
    if interval is None:
        return "", "", ""
    return interval.first.isoformat(), interval.last.isoformat(), interval.source
