"""All that the picture over time shows, as plain data: what was counted, and the few pictures.

A place in time is a number, as in :mod:`strokebook.vision.trends.periods`; x is always one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from strokebook.base.array_types import Floats
from strokebook.geometry.drawing import Drawing
from strokebook.vision.trends.artist_measures import Band
from strokebook.vision.trends.streamgraph import StreamGraph

Shown = Image.Image | Drawing  # a page as a small picture, a drawing as its lines


@dataclass(frozen=True, eq=False)
class TimeStream:
    """A stream graph and how it is shown.

    Attributes:
        title: Above it.
        key: How its colours are to be read; "" where they have names.
        graph: Its layers.
        colours: ``#rrggbb`` of each layer, in the graph's order.
        captions: What is written on each layer.
        pictures: A typical item of a layer, by its number in the graph; not all have one.
    """

    title: str
    key: str
    graph: StreamGraph
    colours: tuple[str, ...]
    captions: tuple[str, ...]
    pictures: Mapping[int, Shown]


@dataclass(frozen=True, eq=False)
class MeasureTrend:
    """A measure of the drawings over time: its name, its unit ("" for a count), its band."""

    name: str
    unit: str
    band: Band


@dataclass(frozen=True, eq=False)
class Exemplar:
    """One item that is shown: its place in time, its id, a word about it, its picture."""

    place: float
    id: str
    note: str
    picture: Shown


@dataclass(frozen=True)
class Tick:
    """A mark of the time axis: where, and what is written there."""

    place: float
    text: str


@dataclass(frozen=True, eq=False)
class TimeStory:
    """The picture over time.

    Attributes:
        title: Of all.
        subtitle: How much is shown, and in which order.
        first: The place in time where the axis begins.
        last: Where it ends.
        ticks: Names of the periods, or of years.
        bounds: Where one sketchbook, or year, ends and the next begins.
        places: ``(N,)`` of the pages, each a small mark on the axis.
        streams: From the top.
        centres: The item nearest to each period's centre.
        centres_are: What they are: ``drawing`` or ``page``.
        trends: The measures; empty where there are no drawings.
        unlike: The pages most unlike everything before them, in order of time.
        notes: Sentences on what is missing.
    """

    title: str
    subtitle: str
    first: float
    last: float
    ticks: tuple[Tick, ...]
    bounds: tuple[float, ...]
    places: Floats
    streams: tuple[TimeStream, ...]
    centres: tuple[Exemplar, ...]
    centres_are: str
    trends: tuple[MeasureTrend, ...]
    unlike: tuple[Exemplar, ...]
    notes: tuple[str, ...]


def sparse(items: Sequence[Exemplar], most: int) -> list[Exemplar]:
    """At most ``most`` of the items, evenly chosen, in order."""
    if len(items) <= most:
        return list(items)
    return [items[int(i)] for i in np.linspace(0, len(items) - 1, most)]
