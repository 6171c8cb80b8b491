"""Fixtures for the engine's parts around the net: what Python gives, as JSON.

``python tests/browser/sampling_fixtures.py FOLDER`` writes them; with ``--names`` it prints the
table of web/engine/src/random/stream_names.ts instead.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from strokebook.base.random_streams import RandomStream, generator
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.simplify import simplify
from strokebook.geometry.stroke3 import from_stroke3, to_stroke3
from strokebook.model.choosing.chooser import Chooser, acceptance, features, find_log_scale
from strokebook.model.choosing.forest import Forest
from strokebook.model.data.rescale import fit
from strokebook.model.data.statistics import measure
from strokebook.model.distributions.normal import normal_quantile
from strokebook.model.features import form_features, stroke_features
from strokebook.model.features.normalise import FORMER_SIDE, SIDE, normalise
from strokebook.model.line.fairing import fair
from strokebook.model.line.stored_line import default_line
from strokebook.model.sampling import rejection, selection

Strokes = list[list[float]]
KEYS = ((0, ()), (0, (0,)), (7, (3,)), (2**32 - 1, (8, 1)), (2**40 + 5, (249,)), (12345, (0, 2)))
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def walk(seed: int, strokes: int = 3, points: int = 40, *, whole: bool = False) -> Drawing:
    """A drawing as a model might make it: a pen that turns slowly, with a closed stroke."""
    rng = np.random.default_rng(seed)
    made = []
    for k in range(strokes):
        turn = np.cumsum(rng.normal(0, 0.5, points)) + rng.uniform(0, 6)
        steps = rng.gamma(2.0, 4.0, points)[:, None] * np.stack([np.cos(turn), np.sin(turn)], 1)
        stroke = np.cumsum(steps, axis=0) + rng.uniform(0, 60, 2)
        if k % 2:
            stroke -= np.linspace(0, 1, points)[:, None] * (stroke[-1] - stroke[0])
        made.append(np.round(stroke) if whole else stroke)
    return Drawing.of(made)


def odd_drawings() -> list[Drawing]:
    """Small and strange ones: dots, repeated points, right angles with ties everywhere."""
    grid = np.random.default_rng(5).integers(-3, 4, (90, 2)).cumsum(0)
    return [
        Drawing.of([[(0, 0), (10, 0)]]),
        Drawing.of([[(3, 3)], [(0, 0), (0, 50)], [(9, 9)]]),
        Drawing.of([[(0, 0), (0, 0), (20, 0), (20, 0), (20, 20), (0, 20), (0, 0)]]),
        Drawing.of([[(0, 0), (30, 0), (30, 30), (0, 30), (0, 1)], [(60, 0), (60, 0)]]),
        Drawing.of([grid[:40], grid[40:43], grid[43:]]),
        Drawing.of([[(0, 0), (4, 0), (100, 0), (200, 4)], [(200, 0), (100, 2), (100, 50)]]),
    ]


def published_drawings() -> list[Drawing]:
    """Drawings of a published data set, where it is there."""
    path = SHARED / "aaron_sheep.npz"
    if not path.is_file():
        return []
    with np.load(path, encoding="latin1", allow_pickle=True) as arrays:
        return [from_stroke3(rows.astype(np.float32)) for rows in arrays["test"][:8]]


def drawings() -> list[Drawing]:
    walks = [walk(k, 1 + k % 4, 12 + 9 * k, whole=k % 2 == 1) for k in range(8)]
    return walks + odd_drawings() + published_drawings()


def flat(drawing: Drawing) -> Strokes:
    return [s.astype(float).ravel().tolist() for s in drawing.strokes]


def rows_of(rows: Any) -> list[float]:
    return [float(v) for v in np.asarray(rows).ravel()]


def stream_names() -> dict[str, list[int]]:
    def words(text: str) -> list[int]:
        name = hashlib.blake2b(text.encode(), digest_size=8).digest()
        return [int.from_bytes(name[:4], "little"), int.from_bytes(name[4:], "little")]

    return {stream.name: words(stream.value) for stream in RandomStream}


def random_fixture() -> dict[str, Any]:
    cases = []
    for k, (seed, key) in enumerate(KEYS):
        stream = list(RandomStream)[k % len(RandomStream)]
        rng = generator(seed, stream, *key)
        shares = np.random.default_rng(k).dirichlet(np.ones(5))
        cases.append({
            "seed": seed, "name": stream.name, "key": list(key),
            "uniform": rng.random(300).tolist(),
            "normal": normal_quantile(rng.random(200)).tolist(),
            "shares": shares.tolist(),
            "choice": [int(rng.choice(5, p=shares)) for _ in range(20)],
        })  # fmt: skip
    tails = np.array([0.0, 2.0**-53, 1e-9, 1e-4, 0.5, 1 - 1e-4, 1 - 2.0**-53])
    return {"cases": cases, "tails": [rows_of(tails), rows_of(normal_quantile(tails))]}


def geometry_fixture() -> list[dict[str, Any]]:
    out = []
    for k, drawing in enumerate(drawings()):
        epsilon = (1.0, 0.3, 2.0, 5.0)[k % 4]
        out.append({
            "strokes": flat(drawing), "epsilon": epsilon,
            "simple": flat(simplify(drawing, epsilon)),
            "rows": rows_of(to_stroke3(drawing)),
            "again": flat(from_stroke3(to_stroke3(drawing), 2.5)),
            "frame": (frame := (SIDE, FORMER_SIDE)[k % 2]),
            "normal": rows_of(normalise(to_stroke3(drawing), frame)),
        })  # fmt: skip
    return out


def pen_line(seed: int) -> Drawing:
    """Two strokes as a pen draws them, point by point, with corners, to get points by a rule."""
    rng = np.random.default_rng(seed)
    heading = np.cumsum(rng.normal(0, 0.06, 700) + (rng.random(700) < 0.02) * 1.5)
    line = np.cumsum(0.8 * np.c_[np.cos(heading), np.sin(heading)], axis=0)
    return Drawing.of(np.split(line, [400]))


def fit_fixture() -> list[dict[str, Any]]:
    measured = measure([to_stroke3(walk(k, whole=True)) for k in range(20)])
    dense = walk(1, 2, 600)
    cases: list[tuple[Drawing, float, float | None]] = [
        (d, measured.start_extent, (None, 1.0, 0.4)[k % 3]) for k, d in enumerate(drawings())
    ]
    fine = dense.with_strokes(np.float32(0.05) * s for s in dense.strokes)
    cases += [(dense, 150.0, None), (fine, 120.0, None), (walk(2, 1, 5), 4000.0, None)]
    cases += (by_rule := [(pen_line(k), 180.0, None) for k in range(6)])
    out = []
    for k, (drawing, target, zoom) in enumerate(cases):
        statistics = dataclasses.replace(measured, rounding=(0.0, 1.0, 0.5)[k % 3])
        if k >= len(cases) - len(by_rule):
            statistics = dataclasses.replace(statistics, offset=6.0, step=6.0, tolerance=0.5)
        fitted = fit(drawing, statistics, target, zoom)
        out.append({
            "strokes": flat(drawing), "target": target, "zoom": zoom,
            "statistics": vars(statistics), "rows": rows_of(fitted.rows),
            "origin": rows_of(fitted.origin), "last": rows_of(fitted.last), "unit": fitted.unit,
        })  # fmt: skip
    return out


def line_fixture() -> dict[str, Any]:
    line = default_line()
    cases = []
    for k, drawing in enumerate(drawings()):
        for units, share in ((1.0, 0.0), (0.37, 0.3), (2.5, 1.0 if k % 5 == 4 else 0.6)):
            given = int(share * drawing.n_points)
            if k % 2 and share:  # a start that ends where a stroke ends
                given = len(drawing.strokes[0])
            restored = line.restore(drawing, units, given)
            cases.append({
                "strokes": flat(drawing), "units": units, "start": given,
                "restored": flat(restored), "faired": flat(fair(restored, 0.06, units, given)),
            })  # fmt: skip
    return {
        "mean": rows_of(line.mean), "spread": rows_of(line.spread), "extent": line.extent,
        "weights": [rows_of(w) for w in line.weights], "biases": [rows_of(b) for b in line.biases],
        "cases": cases,
    }  # fmt: skip


def features_fixture() -> list[dict[str, Any]]:
    out = []
    for drawing in drawings():
        rows = normalise(to_stroke3(drawing))
        out.append({
            "rows": rows_of(rows),
            "stroke": list(stroke_features.numbers(rows).items()),
            "form": list(form_features.numbers(rows).items()),
        })  # fmt: skip
    return out


def tiny_chooser(values: Any) -> Chooser:
    """Trees that ask about anything, over bounds that some drawings pass."""
    rng = np.random.default_rng(3)
    trees, levels, count = 40, 4, values.shape[1]
    inner = 2**levels - 1
    feature = rng.integers(0, count, (trees, inner))
    threshold = values[rng.integers(0, len(values), (trees, inner)), feature]
    leaf = rng.normal(0, 0.3, (trees, inner + 1))
    forest = Forest(
        feature, threshold.astype(np.float32).astype(float), leaf.astype(np.float32).astype(float),
        -0.25,
    )  # fmt: skip
    bounds = np.quantile(values, (0.2, 0.8), axis=0)
    low, high = bounds.astype(np.float32).astype(float)
    return Chooser(
        forest, low, high, strange=0.5, log_scale=-0.3, budget=0.4, temperature=0.5,
        real=1, generated=1, accuracy=0.5, checkpoint="",
    )  # fmt: skip


def choosing_fixture() -> dict[str, Any]:
    rows = [to_stroke3(d) for d in drawings()]
    values = features(rows)
    chooser = tiny_chooser(values)
    scores, outside = chooser.scores(values), chooser.outside(values)
    pools = []
    for seed, same, strange in ((0, True, 0.5), (4, False, 0.5), (4, False, -1.0)):
        pool = rejection.Pool(scores=scores.tolist(), outside=outside.tolist())
        pool.drawings = list(drawings())
        known = Chooser(**{**vars(chooser), "strange": strange})
        rejection.accept(pool, known, seed, same=same)
        pools.append({
            "seed": seed, "same": same, "strange": strange, "trusted": pool.trusted,
            "accepted": pool.accepted, "best": rejection.best(pool, 9),
        })  # fmt: skip
    return {
        "rows": [rows_of(r) for r in rows],
        "values": [rows_of(v) for v in values],
        "chooser": {
            "feature": chooser.forest.feature.ravel().tolist(),
            "threshold": rows_of(chooser.forest.threshold), "leaf": rows_of(chooser.forest.leaf),
            "low": rows_of(chooser.low), "high": rows_of(chooser.high),
            "trees": len(chooser.forest.feature), "base": chooser.forest.base,
            "log_scale": chooser.log_scale, "budget": chooser.budget, "frame": chooser.frame,
        },
        "scores": rows_of(scores), "outside": rows_of(outside),
        "log_scale": find_log_scale(scores, 0.4),
        "acceptance": rows_of(acceptance(scores, -0.3)), "pools": pools,
    }  # fmt: skip


def selection_fixture() -> list[dict[str, Any]]:
    out = []
    for seed, given in ((0, 0), (1, 7), (2, 0)):
        rng = np.random.default_rng(seed)
        first = walk(100 + seed, 1, 7)
        many = [walk(200 + 20 * seed + k, 1 + k % 3, 10 + k) for k in range(20)]
        if given:
            many = [
                Drawing.of([np.concatenate([first.strokes[0], d.strokes[0]]), *d.strokes[1:]],
                           meta={"start_points": given})
                for d in many
            ]  # fmt: skip
        nats = np.round(rng.normal(2, 1, len(many)), 1)  # rounded: costs that are equal
        out.append({
            "drawings": [flat(d) for d in many], "start": given, "nats": rows_of(nats),
            "likely": selection.chosen(many, nats, 6, "likely"),
            "different": selection.chosen(many, nats, 6, "different"),
            "distances": rows_of(selection.distances(many)),
        })  # fmt: skip
    return out


FIXTURES = {
    "random": random_fixture, "names": stream_names, "geometry": geometry_fixture,
    "fit": fit_fixture, "line": line_fixture, "features": features_fixture,
    "choosing": choosing_fixture, "selection": selection_fixture,
}  # fmt: skip


def write_fixtures(folder: Path) -> None:
    """Write ``sampling_NAME.json`` for each of them."""
    for name, make in FIXTURES.items():
        (folder / f"sampling_{name}.json").write_text(json.dumps(make()))


def print_names() -> None:
    for name, (low, high) in stream_names().items():
        print(f"  {name}: [0x{low:08x}, 0x{high:08x}],")


if __name__ == "__main__":
    if sys.argv[1] == "--names":
        print_names()
    else:
        write_fixtures(Path(sys.argv[1]))
