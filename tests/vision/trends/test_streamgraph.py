from __future__ import annotations

import numpy as np
import pytest

from strokebook.vision.trends.streamgraph import (
    OTHERS,
    inside_out,
    shares_of,
    smooth_shares,
    stream_graph,
    widest_place,
    wiggle_baseline,
)


def wiggle(layers: np.ndarray, baseline: np.ndarray) -> float:
    """What the baseline is to make least: squared slopes of the layers' middles, by thickness."""
    edges = np.vstack([baseline, baseline + np.cumsum(layers, axis=0)])
    middles = (edges[1:] + edges[:-1]) / 2
    thickness = (layers[:, 1:] + layers[:, :-1]) / 2
    return float((thickness * np.diff(middles, axis=1) ** 2).sum())


def test_shares_of_each_period_sum_to_one() -> None:
    names, shares = shares_of(["a", "b", "a", "c"], np.array([0, 0, 1, 1]), most=8)
    assert names == ["a", "b", "c"]
    assert shares.tolist() == [[0.5, 0.5], [0.5, 0.0], [0.0, 0.5]]


def test_the_smallest_groups_are_counted_together() -> None:
    names, shares = shares_of(list("aaabbcd"), np.zeros(7, np.intp), most=3)
    assert names == ["a", "b", OTHERS]
    assert shares[:, 0] == pytest.approx([3 / 7, 2 / 7, 2 / 7])


def test_no_baseline_bends_less_than_the_wiggle_baseline() -> None:
    rng = np.random.default_rng(5)
    layers = rng.uniform(0.1, 2.0, (5, 30))
    best = wiggle(layers, wiggle_baseline(layers))
    others = [np.zeros(30), -layers.sum(axis=0) / 2]
    others += [wiggle_baseline(layers) + rng.normal(0, 0.01, 30) for _ in range(50)]
    assert all(best < wiggle(layers, other) for other in others)


def test_one_layer_lies_level_in_its_middle() -> None:
    layer = np.array([[1.0, 3.0, 2.0]])
    middle = wiggle_baseline(layer) + layer[0] / 2
    assert middle == pytest.approx([0.5] * 3)


def test_smooth_shares_pass_through_what_was_counted_and_sum_to_one() -> None:
    shares, centres = np.array([[0.2, 0.9, 0.5], [0.8, 0.1, 0.5]]), np.array([1.0, 2.0, 4.0])
    at = np.array([0.0, 1.0, 1.5, 2.0, 3.0, 4.0, 9.0])
    curves = smooth_shares(shares, centres, at)
    assert curves.sum(axis=0) == pytest.approx(np.ones(7))
    assert curves[:, [1, 3, 5]] == pytest.approx(shares)
    assert curves[:, [0, 6]] == pytest.approx(shares[:, [0, 2]])  # level beyond the ends
    assert ((curves >= 0) & (curves <= 1)).all()


def test_a_single_period_is_level() -> None:
    curves = smooth_shares(np.array([[0.25], [0.75]]), np.array([3.0]), np.linspace(0, 6, 5))
    assert curves == pytest.approx(np.array([[0.25] * 5, [0.75] * 5]))


def test_old_layers_lie_inside_new_ones_outside() -> None:
    shares = np.array([[0.6, 0.4, 0.2], [0.4, 0.3, 0.2], [0.0, 0.3, 0.3], [0.0, 0.0, 0.3]])
    order = inside_out(shares).tolist()
    assert sorted(order) == [0, 1, 2, 3]
    assert {order[0], order[-1]} & {3}  # what began last is at an edge
    assert set(order[1:3]) & {0, 1}


def test_layers_of_a_graph_are_as_thick_as_their_shares() -> None:
    graph = stream_graph(
        ["a", "b"], np.array([[0.3, 0.7], [0.7, 0.3]]), np.array([0.0, 1.0]), np.linspace(0, 1, 9)
    )
    thick = np.diff(graph.edges, axis=0)
    row = graph.names.index("a")
    assert thick[row][[0, -1]] == pytest.approx([0.3, 0.7])
    assert graph.edges.mean() == pytest.approx(0.0)


def test_a_name_goes_where_its_layer_is_thick() -> None:
    shares = np.array([[0.1, 0.8, 0.1], [0.9, 0.2, 0.9]])
    graph = stream_graph(["a", "b"], shares, np.array([0.0, 5.0, 10.0]), np.linspace(0, 10, 101))
    place, _, thick = widest_place(graph, graph.names.index("a"), 0.5)
    assert place == pytest.approx(5.0, abs=0.3)
    assert 0.7 < thick <= 0.8
