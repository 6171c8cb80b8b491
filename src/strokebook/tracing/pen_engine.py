"""The pen engine: a page's ink, its centerlines as a graph, the pen's way through the graph."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from strokebook.base.files import digest
from strokebook.geometry.drawing import Drawing
from strokebook.routing.route import RouteOptions, route
from strokebook.tracing.binarisation.empty_page import too_small
from strokebook.tracing.binarisation.levels import Grey, luminance
from strokebook.tracing.measure import agreement
from strokebook.tracing.options import TraceOptions
from strokebook.tracing.page import PageImage, Pixels
from strokebook.tracing.tracer import Traced, TraceStats

OURS = "4"  # raise when the same page may give another drawing


@dataclass(frozen=True)
class PenTracer:
    """The tracing engine ``pen``: ink, graph of centerlines, route of the pen."""

    options: TraceOptions
    route: RouteOptions = field(default_factory=RouteOptions)

    @property
    def name(self) -> str:
        """``pen``."""
        return "pen"

    @property
    def version(self) -> str:
        """Changes when the same page may give another drawing."""
        return OURS

    def fingerprint(self) -> str:
        """A key of engine, version and settings."""
        return digest(self.name, self.version, repr(self.options), repr(self.route))

    def trace(self, page: PageImage | Pixels, *, stages: Path | None = None) -> Traced:
        """Trace one page; see :class:`~strokebook.tracing.tracer.Tracer`."""
        from strokebook.tracing.binarisation.binarise import find_ink
        from strokebook.tracing.skeleton.centerline_graph import centerlines

        start = time.perf_counter()
        image = page if isinstance(page, PageImage) else PageImage.of(page)
        grey = luminance(image.pixels)
        ink = None if too_small(grey) else find_ink(grey, self.options, image.source)
        if ink is None:
            return self._nothing(image, grey, start, stages)
        lines = centerlines(ink, image.source)
        strokes = route(lines.graph, self.route).strokes
        seconds = time.perf_counter() - start
        # Pixels may be a reduced copy of the page: coordinates are the page's own.
        own = np.array([image.size[0] / grey.shape[1], image.size[1] / grey.shape[0]], np.float32)
        drawing = Drawing.of(
            [s * own for s in strokes],
            size=image.size,
            unit="px",
            source=image.source,
            pen_width=lines.graph.pen_width * float(np.sqrt(own.prod())),
            meta=image.scale,
        )
        working = [(s - np.array(ink.origin)) * np.array(ink.scale) for s in strokes]
        precision, recall = agreement(working, ink.mask.view(np.bool_), ink.pen)
        if stages is not None:
            from strokebook.tracing.stages import write_pen_stages

            write_pen_stages(stages, grey, ink, lines, strokes)
        stats = TraceStats(
            threshold=ink.threshold,
            scale=float(ink.scale[0] / own[0]),
            ink=ink.share,
            precision=precision,
            recall=recall,
            seconds=seconds,
        )
        return Traced(drawing, stats)

    def _nothing(self, image: PageImage, grey: Grey, start: float, stages: Path | None) -> Traced:
        """A page without a line: an empty drawing and the reason."""
        from strokebook.tracing.binarisation.background import divide_by_background
        from strokebook.tracing.binarisation.levels import levels

        flat = divide_by_background(grey, self.options.background)
        if stages is not None:
            from strokebook.tracing.stages import write_empty_stages

            write_empty_stages(stages, grey, flat)
        marks = levels(flat) is not None
        return Traced.nothing(image, grey, marks, time.perf_counter() - start)
