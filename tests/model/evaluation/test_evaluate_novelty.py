from __future__ import annotations

import numpy as np
import pytest

from strokebook.geometry.drawing import Drawing, Stroke3
from strokebook.geometry.stroke3 import from_stroke3, to_stroke3
from strokebook.model.evaluation import novelty

from tiny import waves


def walks(count: int, seed: int = 0) -> list[Stroke3]:
    """Lines that wander."""
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(count):
        rows = np.zeros((30, 3), np.float32)
        rows[1:, :2] = rng.normal(0, 10, (29, 2))
        rows[[12, 29], 2] = 1
        out.append(rows)
    return out


def test_a_copy_is_found_at_any_size_and_in_any_order() -> None:
    known = walks(40)
    drawing = from_stroke3(known[17])
    turned = drawing.with_strokes([s[::-1] * 3.0 for s in reversed(drawing.strokes)])
    (found,) = novelty.nearest([to_stroke3(turned)], known)
    assert found.index == 17
    assert found.distance < 1.0
    others = novelty.nearest(walks(10, 1), known)
    assert min(n.distance for n in others) > 5.0


def test_the_nearest_is_that_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    known, wanted = walks(40), walks(10, 1)
    monkeypatch.setattr(novelty, "CANDIDATES", (30, 15))
    found = novelty.nearest(wanted, known)
    inks = np.array([novelty.ink(d) for d in known])
    exact = [literal(novelty.ink(d), inks) for d in wanted]
    for near, row in zip(found, exact, strict=True):
        assert near.distance == pytest.approx(row[near.index], rel=1e-6)
    right = [near.index == int(np.argmin(row)) for near, row in zip(found, exact, strict=True)]
    assert np.mean(right) >= 0.8
    over = [near.distance - min(row) for near, row in zip(found, exact, strict=True)]
    assert np.mean(over) < 0.2


def literal(points: np.ndarray, others: np.ndarray) -> list[float]:
    found = []
    for other in others:
        away = np.linalg.norm(points[:, None] - other[None], axis=2)
        found.append(float(away.min(0).mean() + away.min(1).mean()) / 2)
    return found


def test_a_line_across_is_forty_units_away() -> None:
    flat = novelty.ink(to_stroke3(Drawing.of([[[0, 0], [10, 0]]])))
    steep = flat.copy()
    steep[:, 2] *= -1
    assert novelty._chamfers(flat, steep[None])[0] == pytest.approx(40.0, rel=1e-3)


def test_ink_lies_in_the_frame_at_equal_steps() -> None:
    points = novelty.ink(to_stroke3(Drawing.of([[[5, 5], [25, 5]], [[5, 10], [25, 10]]])))
    assert points[:, 0].min() == pytest.approx(-100, abs=3)
    assert points[:, 0].max() == pytest.approx(100, abs=3)
    assert set(np.round(points[:, 1])) == {-25.0, 25.0}
    assert (points[:, 1] > 0).sum() == novelty.POINTS // 2


@pytest.mark.parametrize(
    "strokes", [[[[3, 3], [3, 3]]], [[[0, 0]], [[5, 5]]], [[[1, 1], [1, 1]], [[2, 2]]]]
)
def test_drawings_without_ink_have_a_distance(strokes: list[list[list[int]]]) -> None:
    found = novelty.nearest([to_stroke3(Drawing.of(strokes))], waves(3))
    assert np.isfinite(found[0].distance)


def test_spread() -> None:
    found = novelty.spread_of([novelty.Near(0, float(k)) for k in range(101)])
    assert (found.median, found.low, found.least) == (50.0, 5.0, 0.0)
