"""Plotter: drawings on paper, a person's line and a model's each on a layer of its own.

``web/draw/src/outputs/plotter.ts`` does the same in the browser; a test compares both.

1. The ink box is the smallest box around all points of a drawing; the pen's width does not count.
2. Scale, mm per unit: ``width / box width`` where a width is asked for, else as large as fits
   between the margins (in the drawing's cell, where there are several); a side of no length does
   not count, and a dot has scale 1.
3. The middle of the ink box comes to the middle of the paper (or cell).
4. Each stroke alone is thinned in mm (:func:`~strokebook.geometry.plotting.paths.thinned`).
5. Paths of more than ``split_points`` points are split; pieces share the point between them.
6. Layers: the person's pen, then the model's. Within a pen, strokes keep order and direction:
   the order of the strokes is content.
7. Every ``refill`` metres of a pen's line, a new layer begins that the plotter stops before.

Layer names are commands to an AxiDraw (its wiki, "Layer Control"): ``!`` stops before the layer;
then the pen's number, ``+S`` speed in %, ``+H`` pen height in %, ``+D`` delay in ms; words last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.base.errors import UsageError
from strokebook.geometry.authorship import Part, parts_of
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.plotting.cells import box_of_ink, cells_for, place
from strokebook.geometry.plotting.options import Pen, PlotOptions
from strokebook.geometry.plotting.paths import cut_for_refills, distinct, split_by_points, thinned
from strokebook.geometry.polyline import polyline_length


@dataclass(frozen=True, eq=False)
class PlotLayer:
    """What one pen draws until the plotter stops.

    Attributes:
        name: As the plotter reads it.
        pen: With its colour.
        by_model: Whether the line is a model's.
        paths: Each ``(P, 2)`` in mm, in the order in which they are drawn.
    """

    name: str
    pen: Pen
    by_model: bool
    paths: tuple[Floats, ...]


@dataclass(frozen=True)
class PlotMeasures:
    """What a plot costs.

    Attributes:
        metres: Of line drawn.
        lifts: Of the pen: paths, less those that begin where the one before in their layer ended.
        minutes: Drawing, moving between the paths, and lifting; not the way from and to the
            home corner, nor the stops.
    """

    metres: float
    lifts: int
    minutes: float


@dataclass(frozen=True, eq=False)
class Plot:
    """Layers for a sheet of paper, and what they cost."""

    layers: tuple[PlotLayer, ...]
    measures: PlotMeasures
    options: PlotOptions

    @property
    def ink(self) -> tuple[float, float]:
        """Width and height of all that is drawn, in mm."""
        box = box_of_ink([path for layer in self.layers for path in layer.paths])
        return float(box[2] - box[0]), float(box[3] - box[1])


def plot_drawings(drawings: Sequence[Drawing], options: PlotOptions) -> Plot:
    """Drawings on one sheet: in the middle of the paper, or in a grid in the order given.

    Raises:
        UsageError: A drawing without a line, or one that does not fit.
    """
    placed = list(_placed(drawings, options))
    layers: list[PlotLayer] = []
    for number, pen in enumerate((options.person, options.model), start=1):
        own = [part.points for part in placed if part.by_model is (number == 2)]
        if own:
            layers += _layers(own, number, pen, options, first=not layers)
    return Plot(tuple(layers), measure(layers, options), options)


def plot_facts(plot: Plot) -> dict[str, Any]:
    """What a plot costs and how large it is, as scripts get it."""
    m = plot.measures
    return {
        "paper": list(plot.options.paper),
        "ink": [round(side, 3) for side in plot.ink],
        "layers": [layer.name for layer in plot.layers],
        "paths": sum(len(layer.paths) for layer in plot.layers),
        "metres": round(m.metres, 3),
        "lifts": m.lifts,
        "minutes": round(m.minutes, 2),
    }


def measure(layers: Sequence[PlotLayer], options: PlotOptions) -> PlotMeasures:
    """Metres, lifts and minutes of layers that are drawn one after the other."""
    down = up = 0.0
    lifts, end = 0, None
    for layer in layers:
        for n, path in enumerate(layer.paths):
            gap = 0.0 if end is None else float(np.hypot(*(path[0] - end)))
            lifts += n == 0 or gap > 0
            up += gap
            down += polyline_length(path)
            end = path[-1]
    seconds = down / options.speed_down + up / options.speed_up + lifts * options.lift_seconds
    return PlotMeasures(down / 1000, int(lifts), seconds / 60)


def _placed(drawings: Sequence[Drawing], options: PlotOptions) -> Iterator[Part]:
    """The parts of all drawings in mm on the paper."""
    for drawing in drawings:
        if not drawing.strokes:
            raise UsageError(
                f"{drawing.source or 'A drawing'} has no line to plot.", "Leave it out."
            )
    parts = [
        [Part(distinct(p.points), p.by_model) for p in parts_of(d.strokes, d.meta)]
        for d in drawings
    ]
    boxes = [box_of_ink([p.points for p in own]) for own in parts]
    cells = cells_for(boxes, options)
    for drawing, own, box, cell in zip(drawings, parts, boxes, cells, strict=True):
        scale = _scale_asked(drawing, box, options)
        moved = place([p.points for p in own], box, cell, scale)
        yield from (Part(m, p.by_model) for m, p in zip(moved, own, strict=True))


def _scale_asked(drawing: Drawing, box: Floats, options: PlotOptions) -> float:
    """The mm per unit that were asked for; 0: as large as fits."""
    if not options.true_size:
        across = float(box[2] - box[0])
        return options.width / across if across > 0 else 0.0
    if drawing.mm_per_unit is None:
        raise UsageError(
            f"{drawing.source or 'A drawing'} does not tell how large it is on paper.",
            "Give a width, or trace its page with --width.",
        )
    return drawing.mm_per_unit


def _layers(
    strokes: Sequence[Floats], number: int, pen: Pen, options: PlotOptions, *, first: bool
) -> Iterator[PlotLayer]:
    """One pen's layers: one, or as many as it takes to stop for ink between them."""
    thin = [thinned(stroke, options.tolerance, options.shortest) for stroke in strokes]
    paths = [piece for path in thin for piece in split_by_points(path, options.split_points)]
    stops = not first if pen.pause is None else pen.pause
    for n, part in enumerate(cut_for_refills(paths, options.refill)):
        name = layer_name(number, pen, stops=n > 0 or stops, refill=n)
        yield PlotLayer(name, pen, number == 2, tuple(part))


def layer_name(number: int, pen: Pen, *, stops: bool, refill: int = 0) -> str:
    """``!2+S30 model, refill 1``: see the head of this module."""
    codes = (("+S", pen.speed), ("+H", pen.height), ("+D", pen.delay))
    commands = "".join(f"{code}{value}" for code, value in codes if value is not None)
    words = pen.name + (f", refill {refill}" if refill else "")
    return f"{'!' if stops else ''}{number}{commands} {words}"
