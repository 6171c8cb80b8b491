"""Engines: the ways from a page to its strokes that are compared."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from strokebook.base.errors import StrokebookError
from strokebook.figures.join import JoinOptions, join
from strokebook.figures.splice import SpliceOptions, splice
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.resample import resample, to_frame
from strokebook.tracing.options import TraceOptions
from strokebook.tracing.page import PageImage
from strokebook.tracing.registry import ENGINES, engine

RECIPE = " + join + splice"
WAYS = ("pen", "autotrace", "autotrace" + RECIPE)


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a way made of a page.

    Attributes:
        strokes: In page pixels.
        seconds: Of the wall clock.
        cpu: Processor seconds of all threads.
        failure: Why there are no strokes; empty where there are.
    """

    strokes: tuple[npt.NDArray[np.float32], ...]
    seconds: float
    cpu: float
    failure: str = ""


def available(ways: Sequence[str]) -> list[str]:
    """Those ways whose engine is there; a line is printed for every other."""
    kept = []
    for way in ways:
        name = way.removesuffix(RECIPE)
        if name not in ENGINES:
            print(f"{way}: left out, strokebook has no tracing engine {name!r}")
            continue
        try:
            engine(name)
        except StrokebookError as error:
            print(f"{way}: left out. {error}")
            continue
        kept.append(way)
    return kept


def options_with(changes: Mapping[str, Any]) -> TraceOptions:
    """The tracing options with some changed."""
    return dataclasses.replace(TraceOptions(), **changes)


def trace_page(page: PageImage, ways: Sequence[str], options: TraceOptions) -> dict[str, Outcome]:
    """Every way's strokes; each engine traces once, and the recipe goes on from there."""
    traced: dict[str, Outcome] = {}
    outcomes = {}
    for way in ways:
        name = way.removesuffix(RECIPE)
        if name not in traced:
            traced[name] = _timed(page, name, options)
        outcomes[way] = _recipe(traced[name], page) if way.endswith(RECIPE) else traced[name]
    return outcomes


def _timed(page: PageImage, name: str, options: TraceOptions) -> Outcome:
    """The page's strokes, and the shorter of two runs: code may be compiled during the first."""
    tracer = engine(name, options)
    spent = []
    try:
        for _ in range(2):
            wall, cpu = time.perf_counter(), time.process_time()
            drawing = tracer.trace(page).drawing
            spent.append((time.perf_counter() - wall, time.process_time() - cpu))
    except Exception as error:  # a crash is a result here: counted, and named in the report
        return Outcome((), 0.0, 0.0, f"{type(error).__name__}: {error}")
    seconds, used = (min(times) for times in zip(*spent, strict=True))
    return Outcome(drawing.strokes, seconds, used, "" if drawing.strokes else "no strokes")


def _recipe(outcome: Outcome, page: PageImage) -> Outcome:
    """The artist's steps: 1,000 points, a frame of 200 units, join up to 15, splice up to 40."""
    if outcome.failure:
        return outcome
    wall, cpu = time.perf_counter(), time.process_time()
    framed, place = to_frame(resample(Drawing.of(outcome.strokes, page.size), 1000), 200.0)
    joined = join(framed, JoinOptions(distance=15.0, mode="faithful"))
    spliced = splice(joined, SpliceOptions(distance=40.0, mode="faithful"))
    strokes = tuple(place.to_page(s).astype(np.float32) for s in spliced.strokes)
    return Outcome(
        strokes,
        outcome.seconds + time.perf_counter() - wall,
        outcome.cpu + time.process_time() - cpu,
        "" if strokes else "no strokes",
    )
