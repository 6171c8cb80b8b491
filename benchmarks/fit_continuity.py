"""Fit the router's continuity networks to pages whose pen order is known.

python -m benchmarks.fit_continuity --out build/continuity.npz     # about ten minutes
python -m benchmarks.fit_continuity --out src/strokebook/routing/continuity.npz --seed 11

Needs the shared QuickDraw file (STROKEBOOK_SHARED). Stretches that may have been drawn
twice are found with the networks that are in the package now.
"""

from __future__ import annotations

import argparse
import dataclasses
import io
import sys
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.continuity.fitting import Fit, exam, fit, marks
from benchmarks.continuity.pages import HELD_OUT, OF_THOSE, lessons
from benchmarks.continuity.questions import Question, questions
from benchmarks.continuity.walks import true_walks
from benchmarks.truth.cases import FAMILIES, Case
from benchmarks.truth.rendering import render_case
from strokebook.base.errors import Diagnostic
from strokebook.base.files import write_bytes
from strokebook.pipeline.workers import each
from strokebook.routing.parallel_edges import close_parallel_edges
from strokebook.routing.route import RouteOptions
from strokebook.tracing.binarisation.binarise import find_ink
from strokebook.tracing.binarisation.levels import luminance
from strokebook.tracing.options import TraceOptions
from strokebook.tracing.page import PageImage
from strokebook.tracing.skeleton.centerline_graph import centerlines

UNKNOWN = 0.15  # share of the pages whose ink's width is not told: loose strokes have none
MOST_EDGES = 400  # larger graphs would be most of all questions


def asked(case: Case, unknown: float) -> list[Question]:
    """The questions of one page."""
    page = render_case(case)
    ink = find_ink(luminance(PageImage.of(page.pixels).pixels), TraceOptions(), case.name)
    graph = centerlines(ink, case.name).graph
    graph = close_parallel_edges(graph, RouteOptions().eyelet * graph.pen_width)
    if not 0 < len(graph.edges) <= MOST_EDGES:
        return []
    if np.random.default_rng([case.seed, 0x3D]).random() < unknown:
        bare = tuple(dataclasses.replace(e, widths=None) for e in graph.edges)
        graph = dataclasses.replace(graph, edges=bare)
    walks = true_walks(graph, [page.to_pixels(s) for s in case.strokes])
    return list(questions(graph, walks))


def all_asked(cases: list[Case], workers: int, unknown: float) -> list[Question]:
    """The questions of all pages."""
    by_case: dict[str, list[Question]] = {}
    work = partial(asked, unknown=unknown)
    for case, answer in each(work, cases, workers, lambda case: case.name):
        if isinstance(answer, Diagnostic):
            print(answer, file=sys.stderr)
        else:
            by_case[f"{case.name} {case.seed}"] = answer
    return [q for case in cases for q in by_case.get(f"{case.name} {case.seed}", [])]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, required=True, help="where the numbers go")
    parser.add_argument("--count", type=int, default=250, help="drawings of a family")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--rounds", type=int, default=Fit().rounds)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    known = exam(all_asked(lessons(args.count, args.seed), args.workers, UNKNOWN))
    held = [case for family, n in OF_THOSE.items() for case in FAMILIES[family](n, HELD_OUT)]
    held += FAMILIES["knots"](40, HELD_OUT) + FAMILIES["people"](20, HELD_OUT)
    nets = fit(known, Fit(rounds=args.rounds))
    print(f"{len(known.truth)} questions to learn from: {marks(nets, known)}")
    print(f"held out: {marks(nets, exam(all_asked(held, args.workers, 0.0)))}")
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **nets.numbers())  # type: ignore[arg-type]
    write_bytes(args.out, packed.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main())
