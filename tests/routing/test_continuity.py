import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strokebook.routing.continuity import (
    NODE,
    RETRACE,
    Between,
    BranchFeatures,
    RetraceFeatures,
    dead_end_bends,
    network,
    pair_costs,
    pair_features,
    retrace_bends,
    retrace_costs,
)
from strokebook.routing.tangents import index_edges

PEN = 2.0


def rays(angles, length=60.0, bow=0.0):
    """Lines from the origin, each ``(61, 2)``."""
    t = np.linspace(0, length, 61)
    lines = []
    for angle in angles:
        along, aside = t, bow * t * t
        c, s = np.cos(angle), np.sin(angle)
        lines.append(np.stack([c * along - s * aside, s * along + c * aside], axis=1))
    return lines


def branches_of(lines, widths=1.0):
    index = index_edges(lines)
    ink = np.full(len(index.points), widths)
    return BranchFeatures.of(index, ink, np.full(2 * len(lines), PEN / 2), PEN)


def plain(count, members=4):
    n = np.zeros(count)
    return Between(
        np.full(count, NODE), n, np.ones(count), np.full(count, members), np.zeros((count, 4))
    )


def costs(lines, pairs):
    one, two = 2 * np.array(pairs, np.intp).T
    return pair_costs(branches_of(lines), one, two, plain(len(pairs)))


def test_straight_on_is_cheaper_than_round_the_corner():
    crossing = rays(np.radians([0, 90, 180, 270]))
    straight, corner = costs(crossing, [(0, 2), (0, 1)])
    assert 0 <= straight < 0.5
    assert corner > straight + 2


@pytest.mark.parametrize("angle", [25, 40, 60, 120])
def test_a_slanting_crossing_is_crossed(angle):
    crossing = rays(np.radians([0, angle, 180, 180 + angle]))
    through = costs(crossing, [(0, 2), (1, 3)]).sum()
    assert through < costs(crossing, [(0, 1), (2, 3)]).sum()
    assert through < costs(crossing, [(0, 3), (1, 2)]).sum()


@given(st.integers(0, 2**32 - 1))
def test_features_do_not_change_when_turned_moved_mirrored_or_reversed(seed):
    rng = np.random.default_rng(seed)
    lines = rays(rng.uniform(0, 2 * np.pi, 3), bow=rng.uniform(-0.005, 0.005))
    turn = rng.uniform(0, 2 * np.pi)
    c, s = np.cos(turn), np.sin(turn)
    shift = rng.normal(0, 50, 2)
    other = [line @ np.array([[c, s], [-s, c]]) * (1, -1) + shift for line in lines]
    one, two = np.array([0, 2, 0]), np.array([2, 4, 4])
    before = pair_features(branches_of(lines), one, two, plain(3))
    after = pair_features(branches_of(other), two, one, plain(3))
    np.testing.assert_allclose(after, before, atol=1e-4)


def test_a_larger_scan_of_the_same_lines_costs_the_same():
    lines = rays(np.radians([0, 80, 170, 260]), bow=0.003)
    larger = [3 * line for line in lines]
    index = index_edges(larger)
    radii = np.full(2 * len(larger), 3 * PEN / 2)
    branches = BranchFeatures.of(index, np.ones(len(index.points)), radii, 3 * PEN)
    one, two = np.array([0, 0, 2]), np.array([4, 2, 6])
    expected = pair_costs(branches_of(lines), one, two, plain(3))
    np.testing.assert_allclose(pair_costs(branches, one, two, plain(3)), expected, rtol=1e-6)


def test_many_pairs_cost_what_they_cost_alone():
    lines = rays(np.linspace(0, 6, 9))
    one = np.repeat(np.arange(0, 18, 2), 9)
    two = np.tile(np.arange(0, 18, 2), 9)
    apart = one != two
    branches, n = branches_of(lines), int(apart.sum())
    together = pair_costs(branches, one[apart], two[apart], plain(n))
    alone = [
        pair_costs(branches, one[apart][k : k + 1], two[apart][k : k + 1], plain(1))
        for k in range(n)
    ]
    np.testing.assert_allclose(together, np.concatenate(alone))


def paths(length, dead_end=False):
    n = len(length)
    ones = np.ones(n)
    root, last = np.zeros(n, np.intp), np.ones(n, np.intp)
    return RetraceFeatures(
        np.asarray(length, float), ones, ones, np.full(n, dead_end), np.ones(n, np.intp), root, last
    )


@pytest.mark.parametrize("dead_end", [False, True])
def test_drawing_far_again_costs_more_than_a_little(dead_end):
    near, far = retrace_costs(branches_of(rays([0.0])), paths([2.0, 150.0], dead_end))
    assert 0 <= near < far


def test_turning_into_a_stem_and_out_again_is_the_same_both_ways():
    into, out = np.array([0.3, -0.2]), np.array([-0.1, -0.7])
    np.testing.assert_allclose(retrace_bends(into, out)[:, 3], retrace_bends(out, into)[:, 3])
    np.testing.assert_allclose(dead_end_bends(into, out), dead_end_bends(out, into))
    np.testing.assert_allclose(dead_end_bends(into, out), dead_end_bends(-into, -out))


def test_what_lies_between_counts():
    branches = branches_of(rays(np.radians([0, 170])))
    one, two = np.array([0]), np.array([2])
    far = plain(1)._replace(kind=np.array([RETRACE]), length=np.array([30.0]))
    assert pair_costs(branches, one, two, far) != pair_costs(branches, one, two, plain(1))


def test_the_numbers_in_the_package_are_whole():
    known = network()
    assert known.single > 0
    assert known.retrace.rate > 0
    for layers in (known.pair, known.retrace):
        assert all(np.isfinite(w).all() for w in (*layers.weights, *layers.biases))
        assert (layers.spread > 0).all()
