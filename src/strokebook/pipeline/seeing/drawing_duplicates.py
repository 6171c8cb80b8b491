"""Drawings that are there twice: tracings of one line, as two scans of a page give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from strokebook.base.errors import StrokebookError
from strokebook.geometry.render import render
from strokebook.library.catalogue.records import DrawingRecord
from strokebook.pipeline.project import Project
from strokebook.pipeline.seeing.duplicate_sheet import CELL, Row, save_sheet
from strokebook.pipeline.seeing.duplicates import DuplicateGroup, DuplicatePair
from strokebook.pipeline.stages.figures import load_figure
from strokebook.vision.search.near_duplicates import in_order_of, likely_pairs, together
from strokebook.vision.search.nearest import find_nearest
from strokebook.vision.search.same_drawing import (
    LIKELY,
    EvenLine,
    lay_line,
    measure_line,
    measure_line_map,
    overlay_line,
)


def find_drawing_duplicates(project: Project) -> list[DuplicateGroup]:
    """Drawings of different pages that are the same line; those of private pages are left out."""
    records = project.catalogue.drawings(include_private=project.options.include_private)
    lines = [_line(project, r) for r in project.progress.track(records, "lines of drawings")]
    kept = [(r, line) for r, line in zip(records, lines, strict=True) if line is not None]
    if not kept:
        return []
    maps = np.stack([measure_line_map(line) for _, line in kept])
    likely = likely_pairs(maps, lambda asked, most: find_nearest(asked, maps, most), LIKELY)
    pairs = []
    for a, b in project.progress.track(likely, "drawings laid onto each other"):
        (first, line), (second, other) = kept[a], kept[b]
        # On one page it is two drawings, however alike: a page is traced once.
        if first.image != second.image and (fit := lay_line(line, other)).is_same_line:
            pairs.append(DuplicatePair(first.id, second.id, fit.why, round(1 - fit.mean, 4)))
    return group_drawings(pairs, {record.id: record for record, _ in kept})


def group_drawings(
    pairs: Sequence[DuplicatePair], records: Mapping[str, DrawingRecord]
) -> list[DuplicateGroup]:
    """Pairs of drawings as groups; the one to keep is kept already, or has the most points."""
    order = list(records)
    groups = []
    for ids in together((pair.first, pair.second) for pair in pairs):
        ordered = in_order_of(ids, order)
        keep = max(ordered, key=lambda i: (records[i].kept, records[i].points))
        inside = [_from(pair, keep) for pair in pairs if {pair.first, pair.second} <= set(ids)]
        inside.sort(key=lambda pair: (pair.first != keep, order.index(pair.second)))
        groups.append(DuplicateGroup(keep, [i for i in ordered if i != keep], inside))
    return sorted(groups, key=lambda group: order.index(group.keep))


def _from(pair: DuplicatePair, keep: str) -> DuplicatePair:
    if pair.second != keep:
        return pair
    return DuplicatePair(pair.second, pair.first, pair.why, pair.agreement)


def _line(project: Project, record: DrawingRecord) -> EvenLine | None:
    """Its points; None where its file is missing or not as it was written."""
    try:
        return measure_line(load_figure(project, record))
    except (StrokebookError, OSError):
        return None


def save_drawing_sheet(project: Project, groups: Sequence[DuplicateGroup]) -> str | None:
    """The sheet of drawings that are there twice, ``pictures/duplicates-drawings.jpg``."""
    name = "duplicates-drawings.jpg"
    return save_sheet(project, groups, name, "drawing", lambda p: _drawings(project, p))


def _drawings(project: Project, pair: DuplicatePair) -> Row | None:
    drawings = []
    for name in (pair.first, pair.second):
        record = project.catalogue.drawing(name)
        if project.catalogue.page(record.page).private and not project.options.include_private:
            return None
        drawings.append(load_figure(project, record))
    first, second = drawings
    both = overlay_line(measure_line(first), measure_line(second), CELL)
    return render(first, CELL, 2.0), render(second, CELL, 2.0), both
