"""What a project's pages and drawings tell over time, put together for the picture and the page."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Floats, Floats32, Ints
from strokebook.base.errors import StrokebookError, UsageError
from strokebook.library.catalogue.records import DrawingRecord, Space
from strokebook.pipeline.dating.page_dates import date_pages
from strokebook.pipeline.editing.curate import DROP, KEEP
from strokebook.pipeline.output.pictures import counted
from strokebook.pipeline.over_time.measured_drawings import measure_drawings
from strokebook.pipeline.over_time.time_places import TimeAxis, bounds_of, place_in_time, ticks_of
from strokebook.pipeline.preview_images import Previews
from strokebook.pipeline.project import Project
from strokebook.pipeline.project_backbone import ProjectBackbone
from strokebook.pipeline.stages.figures import load_figure
from strokebook.vision.dates.intervals import DateInterval
from strokebook.vision.trends import palette
from strokebook.vision.trends.artist_measures import DrawingMeasures, band_over_time
from strokebook.vision.trends.periods import period_of_rows
from strokebook.vision.trends.story import Exemplar, MeasureTrend, Shown, TimeStory, TimeStream
from strokebook.vision.trends.streamgraph import OTHERS, shares_of, stream_graph
from strokebook.vision.trends.unlike_before import (
    distances_to_earlier,
    most_typical,
    most_unlike,
)

LABELS, CLUSTERS = 8, 16  # most layers of a stream
CURVE = 720  # places at which the streams are drawn
UNLIKE = 7  # pages shown as unlike everything before them
THUMBNAIL = 360  # px of a page on the poster: 150 dpi of what is shown
NO_LABEL = "no label"
BY_TIME = "dark: drawn early · pale: drawn late"
NEVER_NEW = ("cover", "bad-scan")  # unlike all others, each time, and no news
NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
# Name, unit on paper, unit where no scan tells its resolution.
MEASURES = (
    ("Length", "length_mm", "cm", "length", "page sides"),
    ("Crossings", "crossings", "", "crossings", ""),
    ("Lifts", "lifts", "", "lifts", ""),
    ("Turns", "turns", "full turns", "turns", "full turns"),
    ("Size", "size_mm", "cm", "size", "page sides"),
    ("Points", "points", "", "points", ""),
)


@dataclass(frozen=True, eq=False)
class Told:
    """The story, and what it was told of.

    Attributes:
        story: For the picture.
        axis: The pages in time.
        dates: By page id, where known.
        drawings: Of those pages, by page and number.
        measures: By drawing key.
        unlike: ``(N,)`` of each page: cosine distance to the nearest one before; NaN where that
            is not known.
        unread: Drawings whose file could not be read.
    """

    story: TimeStory
    axis: TimeAxis
    dates: Mapping[str, DateInterval]
    drawings: tuple[DrawingRecord, ...]
    measures: Mapping[str, DrawingMeasures]
    unlike: Floats
    unread: tuple[str, ...]


def tell_story(project: Project, cut: str = "auto", title: str = "") -> Told:
    """Look at all pages and drawings that may be shown, in order of time.

    Private pages are not among them, whatever the settings say.

    Args:
        project: Open.
        cut: What periods are; see ``time_places.CUTS``.
        title: Of the picture; by default the sketchbooks are counted.

    Raises:
        UsageError: No page is there.
    """
    pages = [p for p in project.catalogue.pages(include_private=False) if p.copy_of is None]
    if not pages:
        raise UsageError("There is no page to show.", "Run 'strokebook run' on a library first.")
    dates = date_pages(project)
    axis = place_in_time(pages, dates, cut)
    shown = {page.image for page in axis.pages}
    drawings = tuple(d for d in project.catalogue.drawings() if d.image in shown)
    measured = measure_drawings(project, axis.pages, drawings)
    teller = _Teller(project, axis, drawings, measured.measures)
    unlike = teller.unlike()
    story = teller.story(title, unlike)
    return Told(story, axis, dates, drawings, measured.measures, unlike, measured.unread)


class _Teller:
    """Puts the parts of a story together; each part is looked up once."""

    def __init__(
        self,
        project: Project,
        axis: TimeAxis,
        drawings: Sequence[DrawingRecord],
        measures: Mapping[str, DrawingMeasures],
    ) -> None:
        self.project, self.axis, self.measures = project, axis, measures
        self.drawings = [d for d in drawings if d.key in measures]
        self.periods = axis.periods
        self.centres = np.array([period.centre for period in axis.periods])
        self.at = np.linspace(axis.first, axis.last, CURVE)
        self.page_period = period_of_rows(axis.periods, len(axis.pages))
        row_of = {page.image: row for row, page in enumerate(axis.pages)}
        rows = [row_of[d.image] for d in self.drawings]
        self.drawing_period = self.page_period[rows] if rows else np.zeros(0, np.intp)
        self.fingerprint = ProjectBackbone(project).known_fingerprint or ""
        self.page_vectors = self._vectors("pages", [p.image for p in axis.pages])
        self.drawing_vectors = self._vectors("drawings", [d.key for d in self.drawings])

    def _vectors(self, space: Space, keys: Sequence[str]) -> tuple[Ints, Floats32]:
        """Numbers of the items that have a vector, and those vectors."""
        known = self.project.catalogue.vector_keys(space, self.fingerprint)
        rows = [row for row, key in enumerate(keys) if key in known]
        wanted = [keys[row] for row in rows]
        vectors = self.project.catalogue.vectors(space, self.fingerprint, wanted)
        return np.array(rows, np.intp), vectors

    def unlike(self) -> Floats:
        """How unlike everything before it each page is, ``(N,)``; NaN where that is not known."""
        rows, vectors = self.page_vectors
        distances = np.full(len(self.axis.pages), math.nan)
        if len(rows):
            distances[rows] = distances_to_earlier(vectors)
        distances[~np.isfinite(distances)] = math.nan
        return distances

    def story(self, title: str, unlike: Floats) -> TimeStory:
        """All parts."""
        axis = self.axis
        centres, centres_are = self._typical()
        return TimeStory(
            title=title or _title(axis),
            subtitle=self._subtitle(),
            first=axis.first,
            last=axis.last,
            ticks=ticks_of(axis),
            bounds=bounds_of(axis),
            places=axis.places,
            streams=tuple(self._streams()),
            centres=centres,
            centres_are=centres_are,
            trends=tuple(self._trends()),
            unlike=tuple(self._unlike_pages(unlike)),
            notes=tuple(self._notes()),
        )

    def _subtitle(self) -> str:
        how = "by their dates" if self.axis.dated else "in the order of sketchbooks and pages"
        drawings = f", {counted(len(self.drawings), 'drawing')}" if self.drawings else ""
        return f"{counted(len(self.axis.pages), 'page')}{drawings}, {how}"

    def _streams(self) -> list[TimeStream]:
        pages = self.axis.pages
        streams = [self._label_stream([page.label or NO_LABEL for page in pages])]
        clustered = [row for row, page in enumerate(pages) if page.cluster is not None]
        if clustered:
            groups = [str(pages[row].cluster) for row in clustered]
            streams.append(
                self._cluster_stream(
                    "pages", "What the pages look like: clusters of pages", clustered, groups
                )
            )
        drawn = [row for row, d in enumerate(self.drawings) if d.cluster is not None]
        if drawn:
            groups = [str(self.drawings[row].cluster) for row in drawn]
            streams.append(
                self._cluster_stream(
                    "drawings", "What is drawn: clusters of drawings", drawn, groups
                )
            )
        return streams

    def _label_stream(self, labels: Sequence[str]) -> TimeStream:
        names, shares = shares_of(labels, self.page_period, LABELS)
        graph = stream_graph(names, shares, self.centres, self.at)
        kinds = {page.label: page.kind for page in self.axis.pages}
        ranked = palette.label_colours([kinds.get(name) for name in names])
        colour = dict(zip(names, ranked, strict=True))
        colour |= dict.fromkeys((OTHERS, NO_LABEL), palette.GREY)
        colours = tuple(colour[name] for name in graph.names)
        return TimeStream("What the pages are: labels", "", graph, colours, graph.names, {})

    def _cluster_stream(
        self, space: Space, title: str, rows: Sequence[int], groups: Sequence[str]
    ) -> TimeStream:
        """A stream of clusters; periods without any item are passed over."""
        item_period = self.page_period if space == "pages" else self.drawing_period
        used, numbers = np.unique(item_period[np.array(rows)], return_inverse=True)
        names, shares = shares_of(groups, numbers, CLUSTERS)
        graph = stream_graph(names, shares, self.centres[used], self.at)
        by_name = {str(c.number): c.name for c in self.project.catalogue.clusters(space)}
        captions = tuple(_cluster_caption(name, by_name.get(name)) for name in graph.names)
        colours = tuple(palette.colours_by_time(graph.shares))
        typical = self._typical_of_layers(space, rows, groups, graph.names)
        return TimeStream(title, BY_TIME, graph, colours, captions, typical)

    def _typical_of_layers(
        self, space: Space, rows: Sequence[int], groups: Sequence[str], names: Sequence[str]
    ) -> dict[int, Shown]:
        have, vectors = self.page_vectors if space == "pages" else self.drawing_vectors
        place = {int(row): n for n, row in enumerate(have)}
        members: dict[str, list[int]] = {}
        for row, group in zip(rows, groups, strict=True):
            if row in place:
                members.setdefault(group, []).append(place[row])
        shown: dict[int, Shown] = {}
        for layer, name in enumerate(names):
            if members.get(name):
                row = int(have[most_typical(vectors, members[name])])
                shown[layer] = self._page(row) if space == "pages" else self._drawing(row)
        return shown

    def _typical(self) -> tuple[tuple[Exemplar, ...], str]:
        """The drawing nearest to each period's centre; pages where there are no drawings."""
        rows, vectors = self.drawing_vectors
        if len(rows):
            period = self.drawing_period[rows]
            ids = [self.drawings[int(row)].id for row in rows]
            return self._nearest(rows, vectors, period, ids, self._drawing), "drawing"
        rows, vectors = self.page_vectors
        ids = [self.axis.pages[int(row)].id for row in rows]
        period = self.page_period[rows]
        return self._nearest(rows, vectors, period, ids, self._page), "page"

    def _nearest(
        self,
        rows: Ints,
        vectors: Floats32,
        period: Ints,
        ids: Sequence[str],
        show: Callable[[int], Shown],
    ) -> tuple[Exemplar, ...]:
        items = []
        for number, own in enumerate(self.periods):
            members = np.flatnonzero(period == number)
            if len(members):
                best = most_typical(vectors, members)
                items.append(Exemplar(own.centre, ids[best], own.name, show(int(rows[best]))))
        return tuple(items)

    def _trends(self) -> list[MeasureTrend]:
        if not self.drawings:
            return []
        own = [self.measures[d.key] for d in self.drawings]
        groups = [self.drawing_period == k for k in range(len(self.periods))]
        on_paper = all(m.length_mm is not None for m in own)
        trends = []
        for name, paper, paper_unit, plain, plain_unit in MEASURES:
            field, unit = (paper, paper_unit) if on_paper else (plain, plain_unit)
            values = np.array([getattr(m, field) for m in own], np.float64)
            values = values / 10 if unit == "cm" else values
            trends.append(MeasureTrend(name, unit, band_over_time(values, groups, self.centres)))
        return trends

    def _unlike_pages(self, unlike: Floats) -> list[Exemplar]:
        pages = self.axis.pages
        news = np.array([page.kind not in NEVER_NEW for page in pages])
        rows = np.flatnonzero(np.isfinite(unlike) & news)
        return [
            Exemplar(
                float(self.axis.places[row]), pages[row].id, pages[row].label or "", self._page(row)
            )
            for row in (int(rows[n]) for n in most_unlike(unlike[rows], UNLIKE))
        ]

    def _notes(self) -> list[str]:
        notes = []
        if not self.drawings:
            notes.append("No drawings were separated yet: 'strokebook run --until compose'.")
        if not len(self.page_vectors[0]):
            notes.append("The pages were not looked at yet: 'strokebook run --until embed'.")
        if self.axis.undated:
            left = counted(self.axis.undated, "page")
            notes.append(f"Left out for want of a date: {left}.")
        return notes

    def _page(self, row: int) -> Shown:
        return Previews(self.project, [self.axis.pages[row]], THUMBNAIL)[0]

    def _drawing(self, row: int) -> Shown:
        try:
            return load_figure(self.project, self.drawings[row])
        except OSError as error:
            raise StrokebookError(
                f"The drawing {self.drawings[row].id} cannot be read ({error.strerror}).",
                "Run 'strokebook run --until compose': it is made again.",
            ) from error


def _cluster_caption(number: str, name: str | None) -> str:
    """``3 faces``, or ``3`` where nobody named the cluster, or only kept or dropped it."""
    return f"{number} {name}" if name and name not in (KEEP, DROP) else number


def _title(axis: TimeAxis) -> str:
    books = len({page.book for page in axis.pages})
    word = NUMBERS[books] if books < len(NUMBERS) else f"{books:,}"
    what = f"{word} sketchbook{'s' * (books != 1)}"
    if not axis.dated:
        return f"{what}, from the first page to the last"
    years = [datetime.date.fromordinal(int(p)).year for p in (axis.places[0], axis.places[-1])]
    return f"{what}, {years[0]}" + (f" to {years[1]}" if years[0] != years[1] else "")
