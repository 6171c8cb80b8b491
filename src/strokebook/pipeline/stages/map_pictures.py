"""The map of the pages: as pictures, and as a page to zoom and click in (``map.html``).

What is made: ``map.png`` (by folder, cluster and label), ``map-time.png`` (by book and date),
``map-pages.jpg`` (the pages themselves), ``map/`` (sheets of small pictures), ``map.html``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from strokebook.base.array_types import Floats32
from strokebook.base.files import file_digest
from strokebook.library.catalogue.records import Page
from strokebook.pipeline.dating.page_dates import date_pages
from strokebook.pipeline.output.cached_pictures import CachedPicture, draw_cached
from strokebook.pipeline.output.map_page import (
    TEMPLATE,
    Atlas,
    Grouping,
    MapContent,
    atlas_sheet,
    map_page,
    plan_atlas,
)
from strokebook.pipeline.output.pictures import counted
from strokebook.pipeline.preview_images import Previews
from strokebook.pipeline.project import Project
from strokebook.pipeline.seeing.page_order import order_pages
from strokebook.pipeline.stage import key_of, usable_pages
from strokebook.vision.maps.mapview import Scale, map_picture, thumbnail_map

VERSION = "3"
SMALL = 160  # px: a page on the picture of pages
PAGE = "map.html"
YEARS = 3  # of dates: where they span more, they are told by year, else by month
UNKNOWN = "unknown"


def draw_maps(project: Project) -> None:
    """Redraw the pictures and the page of the map where what they show has changed."""
    points = project.catalogue.map_points("pages")
    pages = [page for page in usable_pages(project) if page.image in points]
    if not pages:
        draw_cached(project, "maps", {})
        return
    xy = np.array([points[page.image] for page in pages], np.float32)
    dates = known_dates(project, pages)
    draw_cached(project, "maps", _pictures(project, pages, xy, dates))


def write_map(project: Project) -> Path | None:
    """Bring the map up to date; where its page lies, None while there is no map."""
    draw_maps(project)
    path = project.pictures / PAGE
    return path if path.exists() else None


def map_records(project: Project) -> list[dict[str, Any]]:
    """What the map says of each page, for scripts: its place, from -1 to 1, and its groups."""
    points = project.catalogue.map_points("pages")
    pages = [page for page in usable_pages(project) if page.image in points]
    groupings = _groupings(pages, known_dates(project, pages))
    return [
        {
            "id": page.id,
            "x": round(points[page.image][0], 5),
            "y": round(points[page.image][1], 5),
            **{g.title: g.values[row] for g in groupings},
        }
        for row, page in enumerate(pages)
    ]


def known_dates(project: Project, pages: Sequence[Page]) -> dict[str, date]:
    """The day in the middle of when each page was drawn, by page id, where that is known."""
    intervals = date_pages(project)
    return {
        page.id: interval.first + (interval.last - interval.first) / 2
        for page in pages
        if (interval := intervals.get(page.id)) is not None
    }


def _pictures(
    project: Project, pages: Sequence[Page], xy: Floats32, dates: Mapping[str, date]
) -> dict[str, CachedPicture]:
    places = [str(place) for place in xy.tolist()]
    facts = [f"{p.id} {p.image} {p.folder} {p.cluster} {p.label} {p.label_source}" for p in pages]
    told = [str(dates.get(p.id)) for p in pages]
    pictures = {
        "map.png": CachedPicture(key_of(VERSION, *facts, *places), partial(_by_kind, pages, xy)),
        "map-time.png": CachedPicture(
            key_of(VERSION, "time", *(p.id for p in pages), *told, *places),
            partial(_by_time, pages, xy, dates),
        ),
        "map-pages.jpg": CachedPicture(
            key_of(VERSION, *(p.image for p in pages), *places),
            partial(_of_pages, project, pages, xy),
        ),
    }
    atlas = plan_atlas(xy, _first_met(project, pages))
    sheets = _sheets(project, pages, atlas)
    key = key_of(
        VERSION, file_digest(TEMPLATE), *facts, *places, *told, *(s.key for s in sheets.values())
    )
    content = partial(_content, project, pages, xy, dates)
    page = CachedPicture(key, partial(_page, project, content, atlas, list(sheets)))
    return {**pictures, **sheets, PAGE: page}


def _by_kind(pages: Sequence[Page], xy: Floats32) -> Image.Image:
    groups = {
        "folder": [page.folder or page.book for page in pages],
        "cluster": [_cluster(page) for page in pages],
        "label": [page.label or "none" for page in pages],
    }
    hand = np.array([page.label_source == "hand" for page in pages])
    return map_picture(xy, groups, hand=hand)


def _by_time(pages: Sequence[Page], xy: Floats32, dates: Mapping[str, date]) -> Image.Image:
    groups = {"book": [page.book for page in pages]}
    if dates:
        days = [float(dates[p.id].toordinal()) if p.id in dates else np.nan for p in pages]
        ends = min(dates.values()), max(dates.values())
        scales = {"date": Scale(days, f"{ends[0]:%Y-%m}", f"{ends[1]:%Y-%m}")}
    else:
        turn = in_turn(pages)
        rank = np.empty(len(pages))
        rank[turn] = np.arange(len(pages))
        ends_by_id = pages[turn[0]].id, pages[turn[-1]].id
        scales = {"order of the books and pages": Scale(rank.tolist(), *ends_by_id)}
    return map_picture(xy, groups, scales=scales)


def _of_pages(project: Project, pages: Sequence[Page], xy: Floats32) -> Image.Image:
    return thumbnail_map(xy, Previews(project, pages, SMALL))


def _sheets(project: Project, pages: Sequence[Page], atlas: Atlas) -> dict[str, CachedPicture]:
    """The sheets of small pictures, each under the key of the pages on it."""
    previews = Previews(project, pages, atlas.cell)
    item: Callable[[int], Image.Image] = previews.__getitem__
    return {
        f"map/small-{n:03d}.jpg": CachedPicture(
            key_of(VERSION, str(atlas.cell), *(pages[row].image for row in rows)),
            partial(atlas_sheet, rows, atlas, item),
        )
        for n, rows in enumerate(atlas.sheets)
    }


def _first_met(project: Project, pages: Sequence[Page]) -> list[int]:
    """Rows of pages in the order in which they were first scanned."""
    numbers = project.catalogue.page_numbers()
    return sorted(range(len(pages)), key=lambda row: (numbers.get(pages[row].image, 0), row))


def _page(
    project: Project, content: Callable[[], MapContent], atlas: Atlas, sheets: Sequence[str]
) -> str:
    files = [project.pictures / name for name in sheets]
    return map_page(content(), atlas, [file.read_bytes() for file in files])


def _content(
    project: Project, pages: Sequence[Page], xy: Floats32, dates: Mapping[str, date]
) -> MapContent:
    return MapContent(
        title=f"{project.library.name}: {counted(len(pages), 'page')}",
        ids=[page.id for page in pages],
        xy=xy,
        sizes=[(page.width, page.height) for page in pages],
        groupings=_groupings(pages, dates),
        more=[
            ("title", [page.title or "" for page in pages]),
            ("label given", [_source(page) for page in pages]),
            ("tags", [", ".join(sorted(page.tags)) for page in pages]),
        ],
        walk=in_turn(pages),
    )


def _groupings(pages: Sequence[Page], dates: Mapping[str, date]) -> list[Grouping]:
    groupings = [
        Grouping("label", [page.label or "none" for page in pages]),
        Grouping("cluster", [_cluster(page) for page in pages]),
        Grouping("folder", [page.folder or "none" for page in pages]),
        Grouping("book", [page.book for page in pages]),
    ]
    if dates:
        periods = _periods(pages, dates)
        return [*groupings, Grouping("date", periods, ordered=True, unknown=UNKNOWN)]
    return [
        *groupings,
        Grouping("books in turn", [p.book for p in pages], ordered=True, told=False),
    ]


def _periods(pages: Sequence[Page], dates: Mapping[str, date]) -> list[str]:
    years = {day.year for day in dates.values()}
    form = "%Y" if max(years) - min(years) > YEARS else "%Y-%m"
    return [dates[p.id].strftime(form) if p.id in dates else UNKNOWN for p in pages]


def _cluster(page: Page) -> str:
    return "none" if page.cluster is None else str(page.cluster)


def _source(page: Page) -> str:
    return f"by {page.label_source}" if page.label_source else ""


def in_turn(pages: Sequence[Page]) -> list[int]:
    """Rows of pages in their order: book, page number, id."""
    row_of = {page.path: row for row, page in enumerate(pages)}
    return [row_of[page.path] for page in order_pages(pages)]
