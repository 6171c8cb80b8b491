"""An older clustering against a new one: numbers go along, and what moved is told."""

from __future__ import annotations

import numpy as np

from strokebook.vision.clusters.carry_over import ClusterMove, compare_clusterings, match_clusters


def matched(old: list[int], new: list[int], k: int, reserved: tuple[int, ...] = ()) -> list[int]:
    return match_clusters(np.array(old, np.int64), np.array(new, np.int64), k, reserved).tolist()


def test_clusters_keep_their_numbers_when_the_fit_has_them_in_another_order() -> None:
    assert matched([2, 2, 0, 0, 0, 1], [0, 0, 1, 1, 1, 2], 3) == [2, 0, 1]


def test_the_best_pairs_altogether_not_the_largest_first() -> None:
    # New 0 shares 5 with old 0 and 4 with old 1; new 1 shares 5 with old 0 and nothing else: the
    # greedy pair 0-0 would leave new 1 without its only match (5 shared against 9).
    old = [0] * 5 + [1] * 4 + [0] * 5
    assert matched(old, [0] * 9 + [1] * 5, 2) == [1, 0]


def test_what_shares_nothing_gets_a_free_number_and_reserved_ones_are_left() -> None:
    assert matched([-1, -1, 3, 3], [0, 0, 1, 1], 2) == [0, 3]
    assert matched([0, 0, 1, 1], [0, 0, 1, 1], 2, reserved=(0,)) == [2, 1]
    assert matched([], [], 0) == []
    assert matched([0, 1], [-1, 0], 1) == [1]


def test_what_changed_is_told_with_names() -> None:
    old = {f"p{i}": 0 if i < 20 else 1 for i in range(30)}
    new = {f"p{i}": 0 if i < 12 else 1 for i in range(26)} | {"q1": 2, "q2": 2}
    changes = compare_clusterings(old, new)
    assert (changes.total, changes.new) == (3, (1, 2))  # 8 of the 14 in 1 came from 0
    assert changes.moves == (ClusterMove(1, None, 4),)
    assert changes.sentences({2: "hands", 1: "faces"}) == [
        "2 of 3 clusters are new ('faces' (1), 'hands' (2)); 'faces' (1) lost 4 to no cluster."
    ]


def test_small_moves_are_not_told() -> None:
    old = {f"p{i}": i // 50 for i in range(100)}
    assert compare_clusterings(old, old).sentences({}) == ["All 2 clusters are much as they were."]
    moved = old | {"p0": 1}
    assert compare_clusterings(old, moved).moves == ()
    moved |= {f"p{i}": 1 for i in range(12)}
    assert compare_clusterings(old, moved).sentences({0: "faces"}) == [
        "None of 2 clusters is new; 'faces' (0) lost 12 to 1."
    ]
