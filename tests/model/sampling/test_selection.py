from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strokebook.base.errors import UsageError
from strokebook.geometry.drawing import Drawing
from strokebook.model.checkpoints.checkpoint import load_model
from strokebook.model.sampling import complete, sample
from strokebook.model.sampling.selection import check, chosen, distances, find_choice, spread_out

START = Drawing.of([[[0, 0], [40, 30], [80, 0]]])


def ending(*points: tuple[float, float]) -> Drawing:
    return Drawing.of([[[-100, -100], *points]], meta={"start_points": 1})


def test_the_distance_is_how_far_lines_are_apart() -> None:
    one = Drawing.of([[[0, 0], [10, 0]]], meta={"start_points": 0})
    same_turned = Drawing.of([[[10, 0], [0, 0]]])
    wide = Drawing.of([[[0, 0], [20, 0]]])
    away = distances([one, same_turned, wide])
    assert away[0, 1] == pytest.approx(0.0, abs=0.1)
    # Middles together: from the wide one on average 1.25, from the other 0; points 0.3 apart.
    assert away[0, 2] == pytest.approx(1.25 / 2, abs=0.15)
    assert np.array_equal(np.diag(away), np.zeros(3))
    np.testing.assert_allclose(away, away.T, atol=1e-9)


def test_endings_are_compared_without_their_start() -> None:
    long = [[-500.0, float(k)] for k in range(300)]
    a, b = (
        Drawing.of([[*long, [0.0, 0.0], [0.0, y]]], meta={"start_points": 301})
        for y in (10.0, -10.0)
    )
    assert distances([a, b])[0, 1] > 4


def test_dots_and_lifts_can_be_compared() -> None:
    dots = Drawing.of([[[0, 0]], [[5, 5]], [[9, 0], [9, 9]]])
    assert np.isfinite(distances([dots, START])).all()


@given(st.integers(2, 12), st.integers(0, 10_000))
def test_farthest_points_are_half_as_far_apart_as_can_be(count: int, seed: int) -> None:
    places = np.random.default_rng(seed).normal(0, 1, (count, 2))
    away = np.linalg.norm(places[:, None] - places, axis=2)
    k = min(3, count)
    found = spread_out(away, k)
    assert found[0] == 0 and len(set(found)) == k
    least = min(away[a, b] for a in found for b in found if a != b)
    best = max(
        min(away[0, a], away[0, b], away[a, b]) if k == 3 else away[0, a]
        for a in range(1, count)
        for b in range(1, count)
        if a != b or k == 2
    )
    assert least >= best / 2 - 1e-9


def test_equal_drawings_can_all_be_chosen() -> None:
    assert sorted(spread_out(np.zeros((4, 4)), 4)) == [0, 1, 2, 3]


def test_the_likeliest_come_first() -> None:
    drawings = [ending((0, k)) for k in range(5)]
    assert chosen(drawings, [3.0, 1.0, 2.0, 0.5, 9.0], 3, "likely") == [3, 1, 2]


def test_different_ones_are_not_the_unlikeliest() -> None:
    drawings = [ending((k, 0), (k, 10)) for k in (0, 1, 2, 50, 900, 901)]
    found = chosen(drawings, [1.0, 1.1, 1.2, 1.0, 9.0, 9.0], 2, "different")
    assert 3 in found and not {4, 5} & set(found)


@pytest.mark.parametrize("make", ["sample", "complete"])
def test_choosing_draws_more_and_keeps_the_best(trained: Path, make: str) -> None:
    model = load_model(trained)

    def go(n: int, **more: object) -> list[Drawing]:
        if make == "sample":
            return sample(model, n, 1.0, 2, **more)  # type: ignore[arg-type]
        return complete(model, START, n, 1.0, 2, **more)  # type: ignore[arg-type]

    likely = go(3, choose="likely", of=20)
    every = go(20, choose="likely", of=20)
    costs = [d.meta["nats"] for d in every]
    assert costs == sorted(costs)
    assert [d.meta["index"] for d in likely] == [d.meta["index"] for d in every[:3]]
    plain = go(20)
    for drawing in likely:
        assert np.array_equal(drawing.points, plain[drawing.meta["index"]].points)
    different, first = go(4, choose="different", of=40), go(4)
    apart = [distances(d)[np.triu_indices(4, 1)].min() for d in (different, first)]
    assert apart[0] > apart[1]


def test_choices_that_cannot_be_made() -> None:
    with pytest.raises(UsageError, match="choice"):
        find_choice("moist", True)
    with pytest.raises(UsageError, match="no chooser"):
        find_choice("rejection", False)
    with pytest.raises(UsageError, match="of 2"):
        check(3, "likely", 2)


def test_the_default_and_a_former_name() -> None:
    assert [find_choice(None, has) for has in (True, False)] == ["rejection", "raw"]
    assert find_choice("first", True) == "raw"
