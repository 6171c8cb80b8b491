from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import strokebook as sb
from benchmarks.seeing import composition_labels as labels
from strokebook.demo.chain import draw_chain
from strokebook.demo.people import draw_person
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.stroke3 import from_stroke3
from strokebook.vision.composition.composition import (
    NEVER,
    CompositionOptions,
    composition,
    judge_composition,
    turning,
)
from strokebook.vision.composition.composition_classifier import packaged_classifier
from strokebook.vision.composition.drawing_measures import measure_composition
from strokebook.vision.composition.measure_words import spell_measures

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
    rows = np.load(shared / "data" / "look_i16.npz", allow_pickle=True, encoding="latin1")["valid"]
    found = [d for row in rows[:50] for d in sb.separate(from_stroke3(row))]
    several = labels.VALID_CHAINS | labels.VALID_PATTERNS
    verdicts = [judge_composition([d], (200, 300))[0] for d in found]
    alone = [k for k in range(len(found)) if k not in several | labels.VALID_UNCLEAR]
    assert np.mean([verdicts[k].keep for k in alone]) >= 0.97
    assert np.mean([not verdicts[k].keep for k in several if k < len(found)]) >= 0.5
    patterns = [
        Drawing.of(
            s for k, at in enumerate(alone[p : p + 12]) for s in fitted(found[at], cell(k)).strokes
        )
        for p in range(0, len(alone) - 11, 12)
    ]
    assert patterns and not any(judge_composition([d], PAGE)[0].keep for d in patterns)


def test_the_programs_figures_stay_and_chains_go_or_are_in_doubt() -> None:
    alone = [judge_composition([draw_person(9_000_000 + k)], PAGE)[0] for k in range(24)]
    assert all(v.keep and v.kind == "single" for v in alone)
    chains = [judge_composition([draw_chain(k, 2 + k % 3)], PAGE)[0] for k in range(24)]
    assert np.mean([v.chances[0] < 0.5 for v in chains]) >= 0.9
    assert np.mean([not v.keep for v in chains]) >= 0.7
    turns = CompositionOptions(drop_certainty=NEVER)
    before = [judge_composition([draw_chain(k, 2 + k % 3)], PAGE, turns)[0] for k in range(24)]
    assert sum(not v.keep for v in before) < sum(not v.keep for v in chains)
    dropped = next(v for v in chains if not v.keep)
    assert (
        "of figures in one drawing (" in dropped.reason
        and "% sure that it is not one)" in dropped.reason
    )


def test_measures_hold_at_any_size_place_and_stroke_order() -> None:
    drawing = draw_chain(3, 2)
    moved = Drawing.of([s * 3.7 + (40, 900) for s in drawing.strokes])
    one, other = measure_composition(drawing), measure_composition(moved)
    assert list(one) == list(packaged_classifier().names)
    assert one == pytest.approx(other, abs=0.3)  # pixels of the ink's picture fall a little apart
    chances = packaged_classifier().chances(one)
    assert sum(chances) == pytest.approx(1)
    assert chances == pytest.approx(packaged_classifier().chances(other), abs=0.1)


def test_what_has_no_extent_is_one_figure() -> None:
    for drawing in (Drawing.of([]), Drawing.of([[(5, 5)]]), Drawing.of([[(0, 0), (0, 90)]])):
        measures = measure_composition(drawing)
        assert all(np.isfinite(v) for v in measures.values())
    assert judge_composition([Drawing.of([[(0, 0), (0, 90)]])], PAGE)[0].keep


def test_measures_in_words() -> None:
    words = spell_measures(judge_composition([draw_chain(1, 3)], PAGE)[0].told)
    assert "places where the line turns as in a head" in words and "turns of the line" in words


def cell(k: int) -> tuple[float, float, float, float]:
    """Of a grid of 3 by 4 whose figures touch."""
    return 80 + k % 3 * 360 - 20, 80 + k // 3 * 375 - 20, 400, 415


def fitted(drawing: Drawing, box: tuple[float, float, float, float]) -> Drawing:
    low, span = drawing.points.min(axis=0), np.ptp(drawing.points, axis=0)
    scale = min(box[2] / max(span[0], 1), box[3] / max(span[1], 1))
    return Drawing.of([(s - low) * scale + box[:2] for s in drawing.strokes], PAGE)
