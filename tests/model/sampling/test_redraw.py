"""Models without z redraw what they are given: near it, its strokes in their order."""

import numpy as np
import pytest

from strokebook.base.errors import StrokebookError, UsageError
from strokebook.demo.people import draw_person
from strokebook.geometry.drawing import Drawing
from strokebook.model.checkpoints import starter
from strokebook.model.checkpoints.checkpoint import SketchModel, load_model
from strokebook.model.data.statistics import DataStatistics
from strokebook.model.sampling import interpolate, reconstruct, vary
from strokebook.model.sampling.guided import LEAST_WIDTH, MOST_WIDTH, Guide, width_of
from strokebook.model.sampling.redraw import between_guides
from strokebook.model.sampling.selection import distances

from tiny import START, TINY, same, untrained

FACTS = DataStatistics(8.0, 9, 40, 30, 160.0, 30.0, 8.0, 40.0)


@pytest.fixture(scope="module")
def model() -> SketchModel:
    return load_model(starter.FOLDER)


@pytest.fixture(scope="module")
def people() -> list[Drawing]:
    return [draw_person(900 + k) for k in range(8)]


def away(one: Drawing, others: list[Drawing]) -> list[float]:
    """Chamfer distances in shares of the drawing's longer side."""
    plain = [Drawing.of(d.strokes) for d in (one, *others)]
    return [float(d) for d in distances(plain)[0, 1:] / np.ptp(one.points, axis=0).max()]


def test_a_person_comes_back_nearer_to_itself_than_to_any_other(
    model: SketchModel, people: list[Drawing]
) -> None:
    for k in (0, 3, 6):
        again = reconstruct(model, people[k])
        far = away(again, people)
        assert np.argmin(far) == k and far[k] < 0.05
        assert len(again) == len(people[k])
        assert not same(again, people[k])  # it is the model's line
        assert np.array_equal(again.points[0], people[k].points[0])


def test_variations_leave_the_drawing_the_more_the_stronger(
    model: SketchModel, people: list[Drawing]
) -> None:
    given = people[1]
    assert all(same(d, given) for d in vary(model, given, 2, 0.0))
    # One drawing's few variations are too few: how far they go is chance too.
    mean = [
        np.mean([away(d, vary(model, d, 3, s, seed=2)) for d in (given, people[3])])
        for s in (0.1, 0.5, 1.0)
    ]
    assert mean[0] < mean[1] < mean[2]
    one, three = vary(model, given, 1, 0.3, seed=5), vary(model, given, 3, 0.3, seed=5)
    assert same(one[0], three[0])
    assert not same(three[0], three[1])
    with pytest.raises(UsageError, match="strength"):
        vary(model, given, 2, 1.5)


def test_the_way_from_one_to_another_begins_and_ends_with_them(
    model: SketchModel, people: list[Drawing]
) -> None:
    way = interpolate(model, people[2], people[5], 3, seed=1)
    assert np.argmin(away(way[0], people)) == 2
    assert np.argmin(away(way[2], people)) == 5
    assert all(map(same, way, interpolate(model, people[2], people[5], 3, seed=1)))


@pytest.mark.parametrize("local_frame", [False, True])
def test_a_net_that_knows_nothing_keeps_to_strokes_all_the_same(local_frame: bool) -> None:
    model = untrained(TINY[False], FACTS, local_frame=local_frame)
    again = reconstruct(model, START, seed=4, max_points=60)
    assert [len(s) > 1 for s in again.strokes] == [True, True]
    side = np.ptp(START.points, axis=0).max()
    for drawn, given in zip(again.strokes, START.strokes, strict=True):
        assert np.abs(drawn[0] - given[0]).max() < 0.15 * side
        assert np.abs(drawn[-1] - given[-1]).max() < 0.15 * side


def test_what_cannot_be_followed_is_refused(model: SketchModel) -> None:
    with pytest.raises(StrokebookError, match="no extent"):
        reconstruct(model, Drawing.of([[[5, 5], [5, 5]]]))
    with pytest.raises(UsageError, match="max_points"):
        reconstruct(model, START, max_points=1)


def test_a_guide_has_places_at_even_steps_and_knows_its_strokes() -> None:
    rows = np.array([[0, 0, 0], [3, 4, 1], [1, 0, 0], [0, 2, 1]], np.float32)
    guide = Guide.of(rows, 0.5)
    assert len(guide.places) == 11 + 5
    assert guide.ends.tolist() == [10] * 11 + [15] * 5
    assert np.allclose(guide.places[[10, 11, 15]], [[3, 4], [4, 4], [4, 6]])
    assert np.allclose(np.linalg.norm(np.diff(guide.places[:11], axis=0), axis=1), 0.5)
    assert (width_of(0.0), width_of(1.0)) == (LEAST_WIDTH, MOST_WIDTH)


def test_between_two_guides_lies_the_mean_of_their_places() -> None:
    one = Guide.of(np.array([[0, 0, 0], [8, 0, 1]], np.float32), 0.5)
    two = Guide.of(np.array([[0, 0, 0], [0, 4, 1], [1, 0, 0], [0, 4, 1]], np.float32), 0.5)
    for t, guide in ((0.0, one), (1.0, two)):
        found = between_guides(one, two, t)
        strokes, count = len(set(found.ends.tolist())), len(set(guide.ends.tolist()))
        assert strokes == count and found.ends[-1] == len(found.places) - 1
        assert np.allclose(found.places[0], 0) and len(found.places) >= len(guide.places)
        assert np.allclose(np.ptp(found.places, axis=0), np.ptp(guide.places, axis=0))
    half = between_guides(one, two, 0.5).places
    assert np.allclose(half[-1], [(8 + 1) / 2, 8 / 2])
