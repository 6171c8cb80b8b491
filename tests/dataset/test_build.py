from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strokebook.base import UsageError
from strokebook.dataset.build import DataSet, Source, build, find_cuts
from strokebook.dataset.options import DatasetOptions
from strokebook.dataset.splits import PARTS
from strokebook.geometry.drawing import Drawing


def knot(points: int, seed: int = 0, size: float = 900.0) -> Drawing:
    """One smooth closed-looking line of ``points`` points in a frame of ``size`` pixels."""
    rng = np.random.default_rng(seed)
    t = np.linspace(0, 2 * np.pi, points)
    waves = sum(
        rng.normal(size=2) / k * np.stack([np.cos(k * t), np.sin(k * t)], 1) for k in (1, 3, 4)
    )
    line = np.asarray(waves)
    line = (line - line.min(0)) / np.ptp(line, axis=0).max() * size
    return Drawing.of([line[: points // 2], line[points // 2 :]], size=(size, size))


def sources(counts: Sequence[int], per_page: int = 1) -> list[Source]:
    return [
        Source(f"d{k}", f"sb1p{k // per_page:03d}", knot(n, seed=k)) for k, n in enumerate(counts)
    ]


def by_id(dataset: DataSet) -> dict[str, str]:
    return {v.id: v.reason for v in dataset.verdicts}


def test_only_outliers_are_cut_with_their_numbers() -> None:
    counts = [3, 4, *range(60, 180), 900]
    made = build(sources(counts), DatasetOptions(epsilon=0.0))
    reasons = by_id(made)
    assert made.cuts.low is not None and 4 < made.cuts.low < 60
    assert made.cuts.high is not None and 180 < made.cuts.high < 900
    few, many = f"{made.cuts.low:.0f}", f"{made.cuts.high:.0f}"
    assert reasons["d0"] == f"far fewer points than the others (3 < {few})"
    assert reasons["d122"] == f"far more points than the others (900 > {many})"
    assert [k for k, why in reasons.items() if why] == ["d0", "d1", "d122"]
    assert any(": 2 with fewer" in n and "1 with more" in n for n in made.notes)


def test_an_even_set_loses_nothing() -> None:
    made = build(sources(list(range(10, 111))), DatasetOptions(epsilon=0.0))
    assert all(v.kept for v in made.verdicts)


def test_few_drawings_are_not_cut_and_it_says_so() -> None:
    made = build(sources([3, *range(50, 107), 650]))
    assert made.cuts.low is None
    assert all(v.kept for v in made.verdicts)
    assert any("No drawing was left out for its length: 59 drawings" in n for n in made.notes)


@given(st.lists(st.integers(2, 700), min_size=1, max_size=300))
def test_at_most_a_twentieth_is_cut(points: list[int]) -> None:
    cuts = find_cuts(points, DatasetOptions())
    if cuts.low is not None and cuts.high is not None:
        assert sum(not cuts.low <= n <= cuts.high for n in points) <= 0.05 * len(points) + 2


def test_a_hands_fullest_drawings_among_simpler_ones_stay() -> None:
    """Six with three times the points among 114: percentiles took half of them."""
    points = [90 + k % 40 for k in range(114)] + [250, 270, 290, 300, 310, 330]
    cuts = find_cuts(points, DatasetOptions())
    assert cuts.high is not None and cuts.high > 330


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(2, 700), min_size=1, max_size=25),
    st.sampled_from([20, 100, 250]),
    st.sampled_from(["int16", "float32"]),
)
def test_every_drawing_kept_is_sound(counts: list[int], budget: int, dtype: str) -> None:
    made = build(sources(counts, per_page=2), DatasetOptions(point_budget=budget, dtype=dtype))
    assert len(made.verdicts) == len(counts)
    assert [v.id for v in made.verdicts if v.kept] == [e.id for e in made.examples]
    for example in made.examples:
        assert 2 <= len(example.rows) < budget
        assert example.rows.dtype == dtype and np.isfinite(example.rows).all()
        assert np.any(example.rows[1:, :2] != 0, axis=1).all()
        extent = np.ptp(np.cumsum(example.rows[:, :2].astype(float), axis=0), axis=0).max()
        # RDP moves no point; a corner it drops lies within epsilon of the line.
        assert 200 - 2 * example.epsilon - 1.01 <= extent <= 200.01


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(5, 40), min_size=3, max_size=30), st.integers(1, 4), st.integers(0, 9))
def test_no_page_is_in_two_parts(counts: list[int], per_page: int, seed: int) -> None:
    made = build(sources(counts, per_page), DatasetOptions(seed=seed))
    pages = {part: {e.group for e in made.of(part)} for part in PARTS}
    assert not pages["train"] & pages["valid"]
    assert not pages["train"] & pages["test"]
    assert not pages["valid"] & pages["test"]
    assert sum(len(made.ids(part)) for part in PARTS) == len(made.examples)
    if len(made.groups) >= 3:
        assert all(pages.values())


def test_one_page_trains_only_and_it_says_so() -> None:
    made = build(sources([20, 30, 40], per_page=3))
    assert len(made.train) == 3 and made.valid == () and made.test == ()
    assert any("valid and test are empty" in n and "1 page" in n for n in made.notes)


def test_the_same_input_gives_the_same_arrays() -> None:
    one, two = build(sources([20, 30, 300] * 5)), build(sources([20, 30, 300] * 5))
    assert all(
        np.array_equal(a.rows, b.rows) for a, b in zip(one.examples, two.examples, strict=True)
    )
    assert one.groups == two.groups and one.verdicts == two.verdicts


def test_new_pages_leave_the_old_ones_where_they_were() -> None:
    old = build(sources([30] * 6))
    both = build(sources([30] * 19), previous=old.groups)
    assert {g: both.groups[g] for g in old.groups} == old.groups


def test_an_earlier_split_far_off_the_shares_is_said() -> None:
    made = build(sources([30] * 8), previous={f"sb1p{k:03d}": "valid" for k in range(4)})
    assert any("hold 38 / 50 / 12 % of the drawings" in n for n in made.notes)
    assert not any("were wanted" in n for n in build(sources([30] * 8)).notes)


def test_what_holds_nothing_to_learn_is_named() -> None:
    odd = {
        "point": Drawing.of([[(5, 5)]]),
        "spot": Drawing.of([[(5, 5), (5, 5), (5, 5)]]),
        "dots": Drawing.of([[(5, 5)], [(9, 9)], [(1, 4)]]),
        "empty": Drawing.of([]),
        "combs": Drawing.of([[(k, 0), (k, 50)] for k in range(125)]),
        "fine": knot(30),
    }
    reasons = by_id(build([Source(k, k, d) for k, d in odd.items()]))
    assert reasons["point"] == "fewer points than a drawing needs (1 < 2)"
    assert reasons["empty"] == "fewer points than a drawing needs (0 < 2)"
    assert "no extent" in reasons["spot"]
    assert "no line" in reasons["dots"]
    assert "125 strokes have 250 ends" in reasons["combs"]
    assert reasons["fine"] == ""


def test_what_rounding_leaves_nothing_of_is_named() -> None:
    # Two specks at the ends of the frame: the frame is 200, each speck far under a unit.
    specks = Drawing.of([[(0, 0), (0.001, 0)], [(1000, 0), (1000.001, 0)]], size=(1001, 1))
    reason = by_id(build([Source("a", "p", specks)]))["a"]
    assert "nothing is left" in reason


def test_nothing_at_all_is_an_empty_set_that_says_so() -> None:
    made = build([])
    assert made.train == () and made.examples == ()
    assert any("empty" in note for note in made.notes)


def test_two_drawings_of_one_id_are_refused() -> None:
    one = Source("a", "p", knot(10))
    with pytest.raises(UsageError, match="'a'"):
        build([one, one])


def test_without_a_fence_the_percentiles_alone_decide() -> None:
    options = DatasetOptions(low_percentile=10, high_percentile=60, outlier_fence=0)
    cuts = find_cuts(list(range(101)), options)
    assert (cuts.low, cuts.high) == (10, 60)


def test_points_count_what_a_drawing_shows_not_how_densely_it_was_sampled() -> None:
    dense, sparse = knot(900), knot(300)
    made = build([Source("dense", "p1", dense), Source("sparse", "p2", sparse)])
    counted = {v.id: v.counted for v in made.verdicts}
    assert abs(counted["dense"] - counted["sparse"]) <= 0.2 * counted["sparse"]
    assert counted["dense"] < 300
    assert all(e.epsilon == made.options.epsilon for e in made.examples)
