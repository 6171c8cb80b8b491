"""Tracer: the interface of a tracing engine, and its result."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from strokebook.base.errors import Diagnostic
from strokebook.geometry.drawing import Drawing
from strokebook.tracing.page import PageImage, Pixels

if TYPE_CHECKING:
    from strokebook.tracing.binarisation.levels import Grey


@dataclass(frozen=True)
class TraceStats:
    """What happened on the way.

    Attributes:
        threshold: Grey (0–255 on the flattened page) under which a pixel was taken for ink; 0 on
            an empty page.
        tried: Every candidate threshold of the search with its score.
        scale: Size of the working copy ÷ size of the page.
        ink: Share of the page that is ink.
        precision: Share of the drawn length that lies within half a pen width of ink.
        recall: Share of the ink that lies within half a pen width of the drawn line, and its
            half-width.
        seconds: Time the page took.
    """

    threshold: int = 0
    tried: tuple[tuple[int, float], ...] = ()
    scale: float = 1.0
    ink: float = 0.0
    precision: float = 1.0
    recall: float = 1.0
    seconds: float = 0.0


@dataclass(frozen=True)
class Traced:
    """A page's drawing in page pixels, its pen width measured on the ink; and how it came about.

    A page without a line gives a drawing without strokes, and a warning that says why.
    """

    drawing: Drawing
    stats: TraceStats
    warning: Diagnostic | None = None

    @classmethod
    def nothing(cls, page: PageImage, grey: Grey, marks: bool, seconds: float) -> Traced:
        """A page without a line.

        Args:
            page: The page.
            grey: ``(H, W)``, the same in grey.
            marks: There was ink, but all of it was left out.
            seconds: Time that it took.
        """
        from strokebook.tracing.binarisation.empty_page import why_empty

        drawing = Drawing.of([], size=page.size, source=page.source, meta=page.scale)
        warning = why_empty(grey, marks, page.source)
        return cls(drawing, TraceStats(seconds=seconds), warning)


class Tracer(Protocol):
    """A way from a scanned page to a drawing."""

    @property
    def name(self) -> str:
        """As in :attr:`TraceOptions.engine`."""
        ...

    @property
    def version(self) -> str:
        """Changes when the same page may give another drawing."""
        ...

    def fingerprint(self) -> str:
        """A key of engine, version and settings; results are kept under it."""
        ...

    def trace(self, page: PageImage | Pixels, *, stages: Path | None = None) -> Traced:
        """Trace one page.

        Args:
            page: A page, or ``(H, W)`` or ``(H, W, 3)`` uint8 pixels.
            stages: A folder for a picture of every step.

        Raises:
            InputRefused: Nothing that can be traced in sensible time (a page of noise).
        """
        ...
