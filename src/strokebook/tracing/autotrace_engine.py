"""Autotrace's centerline mode as a tracing engine (optional: pyautotrace is GPL).

Strategy: even the light out, try a few thresholds on a reduced copy, keep the one whose lines
are long and whole, clean that mask at full working size, thin and fit it with autotrace, flatten
the splines.
"""

from __future__ import annotations

import importlib.util
import time
import warnings
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from strokebook.base.array_types import Floats, Ints
from strokebook.base.errors import InputRefused, StrokebookError
from strokebook.base.files import digest
from strokebook.geometry.curves import flatten_cubics
from strokebook.geometry.drawing import Drawing
from strokebook.tracing.binarisation.clean import clean
from strokebook.tracing.binarisation.empty_page import too_small
from strokebook.tracing.binarisation.levels import (
    Grey,
    Levels,
    Mask,
    flatten,
    levels,
    luminance,
    pen_width,
    resized,
    working_copy,
)
from strokebook.tracing.measure import agreement
from strokebook.tracing.options import TraceOptions
from strokebook.tracing.page import PageImage, Pixels
from strokebook.tracing.stages import write_stages
from strokebook.tracing.tracer import Traced, TraceStats

OURS = "1"  # raise when the same page may give another drawing
Strokes = list[Floats]

# Shares of the way from ink to paper between which thresholds are searched.
LOWEST, HIGHEST = 0.3, 0.85
# More ink or more marks than any drawing: thinning noise would take minutes.
MOST_INK = 0.7
MOST_MARKS = 4000
# autotrace's binding reads pixels one by one as Python objects; these are the two it meets.
INK, PAPER = b"\x00", b"\xff"


@dataclass(frozen=True)
class AutotraceTracer:
    """The tracing engine ``autotrace``; its strategy is described in the module."""

    options: TraceOptions

    def __post_init__(self) -> None:
        if importlib.util.find_spec("autotrace") is None:
            raise StrokebookError(
                "The tracing engine 'autotrace' is not installed (it is GPL, hence optional).",
                "Run: pip install 'strokebook[autotrace]'",
            )

    @property
    def name(self) -> str:
        """``autotrace``."""
        return "autotrace"

    @property
    def version(self) -> str:
        """The versions of this engine and of the package pyautotrace."""
        try:
            return f"{OURS}+{package_version('pyautotrace')}"
        except PackageNotFoundError:
            return f"{OURS}+unknown"

    def fingerprint(self) -> str:
        """A key of engine, version and settings."""
        return digest(self.name, self.version, repr(self.options))

    def trace(self, page: PageImage | Pixels, *, stages: Path | None = None) -> Traced:
        """Trace one page; see :class:`~strokebook.tracing.tracer.Tracer`."""
        start = time.perf_counter()
        o = self.options
        image = page if isinstance(page, PageImage) else PageImage.of(page)
        full = luminance(image.pixels)
        if too_small(full):
            return Traced.nothing(image, full, False, time.perf_counter() - start)
        grey = working_copy(full, o.max_side, o.min_pen, o.background)
        flat = flatten(grey, o.background)
        page_levels = levels(flat)
        if page_levels is None:
            return Traced.nothing(image, full, False, time.perf_counter() - start)
        threshold, tried = self._search(flat, page_levels, image.source)
        mask, pen = self._mask(flat, page_levels, threshold)
        if _is_noise(mask):
            raise _noise(image.source)
        strokes = centerlines(mask, o)
        precision, recall = agreement(strokes, mask, pen)
        across = grey.shape[1] / image.size[0]
        down = grey.shape[0] / image.size[1]
        drawing = Drawing.of(
            [s / [across, down] for s in strokes],
            size=image.size,
            unit="px",
            source=image.source,
            pen_width=pen / across if pen else None,
            meta=image.scale,
        )
        if stages is not None:
            write_stages(stages, grey, flat, mask, strokes, pen)
        seconds = time.perf_counter() - start
        if not len(drawing):
            return Traced.nothing(image, full, True, seconds)
        stats = TraceStats(threshold, tried, across, float(mask.mean()), precision, recall, seconds)
        return Traced(drawing, stats)

    def _search(
        self, flat: Grey, page_levels: Levels, source: str
    ) -> tuple[int, tuple[tuple[int, float], ...]]:
        """The threshold with the best score, and all that were tried (at reduced size)."""
        count = self.options.search
        shares = (
            np.linspace(LOWEST, HIGHEST, count + 2)[1:-1]
            if count < 3
            else np.linspace(LOWEST, HIGHEST, count)
        )
        candidates = sorted({page_levels.threshold(float(s)) for s in shares})
        if len(candidates) == 1:
            return candidates[0], ()
        scale = min(1.0, self.options.search_side / max(flat.shape))
        small = resized(flat, scale) if scale < 1 else flat
        tried = []
        for threshold in candidates:
            mask, _ = self._mask(small, page_levels, threshold)
            if not _is_noise(mask):
                tried.append((threshold, score(lengths(mask, self.options))))
        if not tried:
            raise _noise(source)
        return max(tried, key=lambda t: t[1])[0], tuple(tried)

    def _mask(self, flat: Grey, page_levels: Levels, threshold: int) -> tuple[Mask, float]:
        """The cleaned ink under a threshold, and the width of its line in pixels."""
        raw = flat < threshold
        if raw.mean() > MOST_INK:  # left as it is: the caller refuses it
            return raw, 1.0
        # Nothing wider than the background's window is left on a flattened page.
        pen = min(pen_width(raw), self.options.background * max(flat.shape) + 2)
        mask = clean(raw, flat, page_levels, pen, pale=self.options.pale, speck=self.options.speck)
        return mask, pen_width(mask)


def _is_noise(mask: Mask) -> bool:
    """More ink or more marks than any drawing has."""
    if mask.mean() > MOST_INK:
        return True
    count, _ = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    return bool(count > MOST_MARKS)


def _noise(source: str) -> InputRefused:
    return InputRefused(
        source,
        "is covered with marks all over, like noise or a solid picture, not lines.",
        "Scan it again with less contrast, or file it as something else than a drawing.",
    )


def score(lengths: Floats) -> float:
    """Score of a tracing's wholeness: total length × mean length of a stroke.

    A threshold that is too low loses and breaks faint lines, one that is too high adds specks
    and runs lines together; either lowers the product.
    """
    total = float(lengths.sum())
    return total * total / max(len(lengths), 1)


def centerlines(mask: Mask, options: TraceOptions) -> Strokes:
    """The centerlines of a mask by autotrace, ``(P, 2)`` each, in the mask's pixels, y down.

    Pixel (column i, row j) covers i…i + 1, j…j + 1. autotrace holds Python's lock meanwhile:
    run pages in several processes, not threads.
    """
    controls, counts = _splines(mask, options)
    if not len(counts):
        return []
    points, sizes = flatten_cubics(controls, options.flatten)
    curves = np.repeat(np.arange(len(counts)), counts)  # the path of each spline
    path = np.repeat(curves, sizes)
    new = np.ones(len(points), bool)  # splines share their ends
    new[1:] = (points[1:] != points[:-1]).any(axis=1) | (path[1:] != path[:-1])
    points, path = points[new], path[new]
    strokes = np.split(points, np.flatnonzero(np.diff(path)) + 1)
    return [s for s in strokes if len(s) > 1]


def lengths(mask: Mask, options: TraceOptions) -> Floats:
    """The length of each centerline, quickly: of the fitted curves' control polygons."""
    controls, counts = _splines(mask, options)
    legs = np.linalg.norm(np.diff(controls, axis=1), axis=2).sum(axis=1)
    return np.asarray(
        np.bincount(np.repeat(np.arange(len(counts)), counts), legs, len(counts)), np.float64
    )


def _splines(mask: Mask, options: TraceOptions) -> tuple[Floats, Ints]:
    """Control points ``(S, 4, 2)`` in the mask's pixels, path after path; splines of each path."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return np.zeros((0, 4, 2)), np.zeros(0, np.intp)
    # Empty margins cost as much as ink: trace the ink's box, with a rim of paper.
    part = np.pad(mask, 1)[rows[0] : rows[-1] + 3, columns[0] : columns[-1] + 3]
    vector = _vector(part, options)
    # A curve that could not be fitted has coordinates that are not finite: left out.
    paths = [
        [[(p.x, p.y) for p in spline.points] for spline in path.splines] for path in vector.paths
    ]
    counts = np.array([len(p) for p in paths], np.intp)
    controls = np.array([c for p in paths for c in p], np.float64).reshape(-1, 4, 2)
    whole = np.isfinite(controls).all(axis=(1, 2))
    if not whole.all():
        owner = np.repeat(np.arange(len(counts)), counts)[whole]
        counts, controls = np.bincount(owner, minlength=len(counts)), controls[whole]
    # It counts whole pixels from the lower left corner.
    origin = (columns[0] - 0.5, rows[0] - 1 + part.shape[0] - 0.5)
    return controls * (1.0, -1.0) + origin, counts


def _vector(part: Mask, options: TraceOptions) -> Any:
    import autotrace

    lookup = (PAPER, INK).__getitem__
    bitmap = autotrace.Bitmap([list(map(lookup, row.tobytes())) for row in part])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # its remarks on single splines
        return bitmap.trace(
            options=autotrace.TraceOptions(
                centerline=True,
                error_threshold=options.fit_error,
                filter_iterations=options.smooth,
            )
        )
