from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strokebook.geometry.drawing import Drawing
from strokebook.geometry.stroke3 import from_stroke3
from strokebook.vision.composition.composition import (
    CompositionOptions,
    composition,
    judge_composition,
    turning,
)

PAGE = (1240.0, 1754.0)


def circle(x: float, y: float, r: float, turns: int = 1) -> np.ndarray:
    t = np.linspace(0, 2 * np.pi * turns, 60 * turns + 1)
    return np.stack([x + r * np.cos(t), y + r * np.sin(t)], axis=1)


def test_turning_counts_full_turns() -> None:
    assert turning(circle(0, 0, 50, turns=3)) == pytest.approx(3, abs=0.05)
    assert turning([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]) == pytest.approx(0.75)
    assert turning([(0, 0), (1, 0), (1, 0), (5, 0)]) == 0  # a repeated point has no direction
    assert turning([(0, 0)]) == 0


@given(st.floats(0.1, 50), st.floats(0, 6), st.floats(-500, 500), st.booleans(), st.integers(1, 4))
def test_turning_is_the_same_at_any_size_place_and_direction(
    scale: float, angle: float, shift: float, back: bool, seed: int
) -> None:
    line = np.cumsum(np.random.default_rng(seed).normal(size=(30, 2)), axis=0)
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = (line @ spin.T * scale + shift)[:: -1 if back else 1]
    assert turning(moved) == pytest.approx(turning(line), abs=1e-5)


def test_the_measures_of_a_drawing() -> None:
    square = Drawing.of([[(0, 0), (20, 0), (20, 10), (0, 10)], [(0, 5), (20, 5)]])
    measured = composition(square)
    assert measured.turns == pytest.approx(0.5)
    assert measured.length == pytest.approx(70 / np.sqrt(200))
    assert (measured.strokes, measured.aspect) == (2, pytest.approx(2))
    assert composition(Drawing.of([])).turns == 0


def test_jitter_is_not_counted_as_turning() -> None:
    rng = np.random.default_rng(1)
    shaky = Drawing.of([np.stack([np.arange(500) * 2.0, rng.normal(size=500)], axis=1)], PAGE)
    assert composition(shaky).turns > 50
    assert judge_composition([shaky], PAGE)[0].value < 1


def test_many_figures_in_one_drawing_are_dropped_with_the_reason() -> None:
    one = Drawing.of([circle(300, 300, 200, turns=30)], PAGE)
    many = Drawing.of([circle(300 + 150 * k, 900, 90, turns=25) for k in range(4)], PAGE)
    single, pattern = judge_composition([one, many], PAGE)
    assert (single.keep, single.reason) == (True, "")
    assert not pattern.keep
    assert pattern.reason == "many figures in one drawing (99.7 turns of the line > 62)"
    assert judge_composition([many], PAGE, CompositionOptions(max_turns=200))[0].keep


def test_a_page_of_many_like_figures_is_a_pattern_but_not_what_differs() -> None:
    alike = [Drawing.of([circle(200 + 150 * k, 300, 60)], PAGE) for k in range(6)]
    large = Drawing.of([circle(600, 1100, 500)], PAGE)
    verdicts = judge_composition([*alike, large], PAGE)
    assert [v.keep for v in verdicts] == [False] * 6 + [True]
    assert "6 drawings of like size" in verdicts[0].reason
    assert all(v.keep for v in judge_composition(alike[:5], PAGE))
    assert all(v.keep for v in judge_composition(alike, PAGE, CompositionOptions(max_figures=0)))
    assert judge_composition([], PAGE) == []


def test_the_artists_drawings_alone_and_twelve_to_a_page(shared) -> None:
    rows = np.load(shared / "data" / "look_i16.npz", allow_pickle=True, encoding="latin1")["train"]
    rng = np.random.default_rng(7)
    chosen = [from_stroke3(rows[k]) for k in rng.permutation(len(rows))[:240]]
    singles = [fitted(d, (80, 80, 1080, 1500)) for d in chosen]
    kept = [judge_composition([d], PAGE)[0].keep for d in singles]
    assert np.mean(kept) >= 0.98
    patterns = [
        Drawing.of(
            [s for k, d in enumerate(chosen[p : p + 12]) for s in fitted(d, cell(k)).strokes]
        )
        for p in range(0, 240, 12)
    ]
    assert not any(judge_composition([d], PAGE)[0].keep for d in patterns)


def cell(k: int) -> tuple[float, float, float, float]:
    """Of a grid of 3 by 4 whose figures touch."""
    return 80 + k % 3 * 360 - 20, 80 + k // 3 * 375 - 20, 400, 415


def fitted(drawing: Drawing, box: tuple[float, float, float, float]) -> Drawing:
    low, span = drawing.points.min(axis=0), np.ptp(drawing.points, axis=0)
    scale = min(box[2] / max(span[0], 1), box[3] / max(span[1], 1))
    return Drawing.of([(s - low) * scale + box[:2] for s in drawing.strokes], PAGE)
