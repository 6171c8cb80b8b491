"""Search among drawings: how often a drawing is found, and what each component is worth.

``python -m benchmarks.seeing.drawing_search SHARED_DATA --project MADE --queries 500 --seed 2``

Queries are drawn from the artist's figures and from a made library's drawings
(:mod:`.drawing_queries`); the distractors are all others and Quick, Draw!'s. Every line is of the
same queries in the same run: the fused vectors with and without each part, the re-ranking, and the
packaged EfficientNet-Lite0 as it comes, asked for the query and for its mirrored copy.
Parts were chosen on seed 1; seed 2 is reported.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.seeing.drawing_queries import BEGINNINGS, KINDS, move
from strokebook.base.array_types import Floats32
from strokebook.dataset.load import read_npz
from strokebook.dataset.quickdraw import read_quickdraw
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.render import render
from strokebook.geometry.stroke3 import from_stroke3
from strokebook.model.checkpoints.checkpoint import SketchModel, load_model
from strokebook.model.checkpoints.starter import FOLDER
from strokebook.pipeline.project import open_project
from strokebook.pipeline.seeing.drawing_index import model_table
from strokebook.pipeline.stages.figures import load_figure
from strokebook.vision.backbones.backbone import load_backbone
from strokebook.vision.options import EFFICIENTNET, VisionOptions
from strokebook.vision.search import drawing_search
from strokebook.vision.search.drawing_search import (
    BEGINNING,
    WHOLE,
    Alignment,
    DrawingQuery,
    DrawingStore,
)
from strokebook.vision.search.drawing_vectors import measure_drawing, mirrored, statistics
from strokebook.vision.search.rank_fusion import fuse, ranks

SIDE, PEN = 256, 2.0  # px, as the stage compose shows drawings to the network
NOWHERE = 10**6
REPEATED = 100  # queries whose candidates without a part are re-ranked too


def gather(shared: Path, project: Path | None, distractors: int) -> tuple[list[Drawing], int]:
    """The gallery, and how many of its first drawings queries are made of."""
    arrays = read_npz(shared / "look_i16.npz")
    rows = [np.asarray(d, np.float32) for d in (*arrays.train, *arrays.valid, *arrays.test)]
    own = [from_stroke3(r) for r in rows]
    if project is not None:
        with open_project(project) as opened:
            own += [load_figure(opened, d) for d in opened.catalogue.drawings()]
    own = [d for d in own if d.n_points > 5 and measure_drawing(d)]
    others = list(read_quickdraw(shared / "quickdraw_raw.ndjson.gz", print, limit=distractors))
    return own + [d for d in others if measure_drawing(d)], len(own)


def make_store(gallery: Sequence[Drawing], model: SketchModel) -> DrawingStore:
    """The gallery measured, and how fast that was."""
    begun, cpu = time.perf_counter(), time.process_time()
    measured = [m for d in gallery if (m := measure_drawing(d)) is not None]
    table = model_table(model, [m.rows for m in measured])
    wall, busy = time.perf_counter() - begun, time.process_time() - cpu
    print(
        f"{len(gallery)} drawings measured, {len(gallery) / wall:.0f} a second, "
        f"{len(gallery) / busy:.0f} a second of the processor",
        flush=True,
    )
    vectors = {part: np.stack([m.vectors[part] for m in measured]) for part in measured[0].vectors}
    inks = [m.ink for m in measured]
    return DrawingStore(vectors | {"model": table}, lambda which: [inks[r] for r in which])


def ask(model: SketchModel, drawing: Drawing, beginning: bool) -> DrawingQuery:
    """A query with all its vectors."""
    measured = measure_drawing(drawing)
    assert measured is not None
    both = [measured.rows, mirrored(measured.rows)]
    vectors = {
        "statistics": np.stack([statistics(r) for r in both]),
        "model": model_table(model, both),
    }
    return DrawingQuery(measured.ink, vectors, beginning)


class Question:
    """One query: its scores by part, and alignments, each made once."""

    def __init__(self, store: DrawingStore, query: DrawingQuery, parts: Sequence[str]) -> None:
        self.store, self.query = store, query
        self.copies, self.inks = drawing_search.copies_of(query)
        self.scores = drawing_search.score_parts(store, query, self.inks, parts)
        self.known: dict[int, Alignment] = {}

    def order(self, parts: Sequence[str], *, copies: bool = True) -> list[int]:
        """All drawings by the fused ranks of some parts; without copies: of the query as it is."""
        lists = [
            (s if copies or s.shape[1] == 1 else s[:, :1]).max(1)
            for p, s in self.scores.items()
            if p in parts
        ]
        return [int(r) for r in np.argsort(-fuse(lists), kind="stable")]

    def aligned(self, rows: Sequence[int]) -> list[int]:
        """Candidates by the cost of their alignment."""
        new = [r for r in rows if r not in self.known]
        if new:
            made = drawing_search.align(self.store, self.query, self.copies, self.inks, new)
            self.known |= dict(zip(new, made, strict=True))
        return sorted(rows, key=lambda r: self.known[r].cost)


def place(order: Sequence[int], target: int) -> int:
    """Where the target stands, from 0."""
    return order.index(target) if target in order else NOWHERE


def run_kind(
    kind: str,
    gallery: Sequence[Drawing],
    own: int,
    store: DrawingStore,
    model: SketchModel,
    looks: tuple[Callable[[Sequence[Drawing]], Floats32], Floats32] | None,
    count: int,
    seed: int,
) -> dict[str, list[int]]:
    """Places of the targets by method, for queries of one kind."""
    rng = np.random.default_rng([seed, list(KINDS).index(kind)])
    targets = rng.choice(own, count, replace=count > own).tolist()
    queries = [KINDS[kind](gallery[t], rng) for t in targets]
    is_start = kind in BEGINNINGS
    parts = BEGINNING if is_start else WHOLE
    extra = ("layout", "spread", "statistics", "model", "beginnings")
    out: dict[str, list[int]] = {}
    seconds = []

    def note(name: str, value: int) -> None:
        out.setdefault(name, []).append(value)

    for number, (target, drawing) in enumerate(zip(targets, queries, strict=True)):
        begun = time.perf_counter()
        cpu = time.process_time()
        question = Question(store, ask(model, drawing, is_start), extra)
        fused = question.order(parts)
        note("all, re-ranked", place(question.aligned(fused[:200]), target))
        seconds.append((time.perf_counter() - begun, time.process_time() - cpu))
        note("all, fused only", place(fused, target))
        for part in parts:
            rest = question.order([p for p in parts if p != part]) if len(parts) > 1 else fused
            note(f"without {part}, fused only", place(rest, target))
            if number < REPEATED and len(parts) > 1:
                note(f"without {part}, re-ranked", place(question.aligned(rest[:200]), target))
        alone = question.order(parts, copies=False)
        note("without copies, fused only", place(alone, target))
        for part in extra:
            note(f"{part} alone", place(question.order([part]), target))
    if looks is not None:
        embed, table = looks
        plain = embed(queries) @ table.T
        for target, scores in zip(targets, plain, strict=True):
            note("EfficientNet-Lite0 alone", int(ranks(scores)[target]))
        if not is_start:
            flipped = embed([move(d, 1.0, mirrored=True) for d in queries]) @ table.T
            for target, scores in zip(targets, np.maximum(plain, flipped), strict=True):
                note("EfficientNet-Lite0, also mirrored", int(ranks(scores)[target]))
    wall, cpu_wall = np.median(seconds, axis=0)
    print(f"\n{kind}: {count} queries, median {wall:.2f} s, of the processor {cpu_wall:.2f} s")
    return out


def report(places: dict[str, list[int]]) -> None:
    """A table of recalls."""
    print("\n| method | R@1 | R@10 | R@200 |\n|---|---|---|---|")
    for name, values in places.items():
        v = np.array(values)
        print(f"| {name} | {np.mean(v < 1):.3f} | {np.mean(v < 10):.3f} | {np.mean(v < 200):.3f} |")
    print(flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--project", type=Path)
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--distractors", type=int, default=7196)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--kinds", nargs="*", default=list(KINDS))
    parser.add_argument("--backbone", action="store_true")
    parser.add_argument("--cache", type=Path, help="npy of the gallery's backbone vectors")
    args = parser.parse_args()
    gallery, own = gather(args.shared, args.project, args.distractors)
    model = load_model(FOLDER)
    store = make_store(gallery, model)
    print(f"{own} that queries are made of, {len(gallery)} in all")
    looks = look_at(gallery, args.cache) if args.backbone else None
    for kind in args.kinds:
        report(run_kind(kind, gallery, own, store, model, looks, args.queries, args.seed))


def look_at(
    gallery: Sequence[Drawing], cache: Path | None
) -> tuple[Callable[[Sequence[Drawing]], Floats32], Floats32]:
    """The packaged backbone, and its vectors of the gallery."""
    backbone = load_backbone(VisionOptions(backbone=EFFICIENTNET, hub="never"), print)

    def embed(drawings: Sequence[Drawing]) -> Floats32:
        return backbone.embed(render(d, (SIDE, SIDE), PEN) for d in drawings)

    if cache is not None and cache.exists():
        return embed, np.load(cache)
    begun = time.perf_counter()
    table = embed(gallery)
    print(f"backbone: {len(gallery) / (time.perf_counter() - begun):.0f} a second", flush=True)
    if cache is not None:
        np.save(cache, table)
    return embed, table


if __name__ == "__main__":
    main()
