"""Settings of tracing."""

from __future__ import annotations

from dataclasses import dataclass

from strokebook.base.options import option


@dataclass(frozen=True)
class TraceOptions:
    """How a page's ink becomes lines; lengths in pixels are those of the working copy."""

    engine: str = option("pen", "Which tracer draws the centerlines.")
    search: int = option(
        5, "Candidate thresholds between paper and ink; 1: the middle one.", low=1, high=15
    )
    search_side: int = option(
        900, "Longest side, in pixels, of the reduced copy that the search works on.", low=200
    )
    max_side: int = option(
        2000, "Longest side, in pixels, of the working copy; larger pages are reduced.", low=200
    )
    min_pen: float = option(
        5.0,
        "Pages whose line is thinner, in pixels, are enlarged to this (at most 4 times).",
        low=1,
        high=12,
    )
    background: float = option(
        0.03,
        "What is wider than this share of the longer side is paper, shadow or paint, not line.",
        low=0.005,
        high=0.3,
    )
    pale: float = option(
        0.35,
        "Marks with less than this share of the ink's contrast are left out (show-through).",
        low=0,
        high=1,
    )
    speck: float = option(
        1.5, "Marks smaller than this many pen widths squared are left out.", low=0, high=100
    )
    dot: float = option(
        0.5,
        "pen: marks smaller than this many pen widths squared are specks (a dot has 0.8).",
        low=0,
        high=100,
    )
    fit_error: float = option(
        1.0, "autotrace: pixels that a fitted curve may be off.", low=0.1, high=10
    )
    smooth: int = option(
        4, "autotrace: smoothing passes over a line before curves are fitted.", low=0, high=50
    )
    flatten: float = option(
        0.25, "Pixels that a polyline may be off the fitted curve.", low=0.01, high=10
    )
