"""Runs of cases through engines and measures, in worker processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.truth.cases import Case
from benchmarks.truth.engines import Outcome, trace_page
from benchmarks.truth.measures import Measures, measure
from benchmarks.truth.rendering import Page, render_case
from strokebook.base.errors import Diagnostic, StrokebookError
from strokebook.pipeline.workers import each
from strokebook.tracing.options import TraceOptions
from strokebook.tracing.page import PageImage


@dataclass(frozen=True)
class Job:
    """A case, and the ways it is traced."""

    case: Case
    ways: tuple[str, ...]
    options: TraceOptions


@dataclass(frozen=True, eq=False)
class Result:
    """One case traced one way.

    Attributes:
        case: The case.
        way: The engine and what follows it.
        strokes: In the truth's frame.
        pen: Width of the line in units.
        measures: None where tracing failed.
        seconds: Of the wall clock, for the page.
        cpu: Processor seconds.
        megapixels: Of the page.
        failure: Why it failed.
    """

    case: Case
    way: str
    strokes: tuple[npt.NDArray[np.float64], ...]
    pen: float
    measures: Measures | None
    seconds: float
    cpu: float
    megapixels: float
    failure: str


def run(jobs: Sequence[Job], workers: int) -> list[Result]:
    """Every job's results in the order of the jobs; a line of dots is printed meanwhile."""
    done: dict[str, list[Result]] = {}
    for job, outcome in each(work, jobs, workers, lambda j: j.case.name):
        if isinstance(outcome, Diagnostic):
            raise StrokebookError(str(outcome))
        done[job.case.name] = outcome
        print(".", end="" if len(done) < len(jobs) else "\n", flush=True)
    return [result for job in jobs for result in done[job.case.name]]


def work(job: Job) -> list[Result]:
    """One case, all ways, in this process on one thread."""
    cv2.setNumThreads(1)
    page = render_case(job.case)
    outcomes = trace_page(PageImage.of(page.pixels, job.case.name), job.ways, job.options)
    return [_result(job.case, way, page, outcome) for way, outcome in outcomes.items()]


def _result(case: Case, way: str, page: Page, outcome: Outcome) -> Result:
    strokes = tuple(page.to_units(s) for s in outcome.strokes)
    pen = page.pen / page.scale
    measures = measure(case.strokes, strokes, pen) if strokes else None
    megapixels = page.pixels.shape[0] * page.pixels.shape[1] / 1e6
    return Result(
        case, way, strokes, pen, measures,
        outcome.seconds, outcome.cpu, megapixels, outcome.failure,
    )  # fmt: skip
