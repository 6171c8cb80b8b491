from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strokebook.base import UsageError
from strokebook.dataset.splits import PARTS, assign, offset_scale

names = st.sets(st.text("abcdef0123456789", min_size=1, max_size=6), min_size=1, max_size=30)
SHARES = {"valid": 0.1, "test": 0.1}


@given(names, st.integers(0, 5))
def test_three_pages_or_more_fill_every_part(groups: set[str], seed: int) -> None:
    parts = assign(groups, seed=seed, **SHARES)
    assert set(parts) == groups
    expected = {1: {"train"}, 2: {"train", "valid"}}.get(len(groups), set(PARTS))
    assert set(parts.values()) == expected


@given(names, names, st.integers(0, 5))
def test_pages_keep_their_part_when_others_come(old: set[str], new: set[str], seed: int) -> None:
    before = assign(old, seed=seed, **SHARES)
    after = assign(old | new, seed=seed, previous=before, **SHARES)
    assert {g: after[g] for g in old} == before


@given(st.sets(st.integers(0, 10_000), min_size=60, max_size=90), st.integers(0, 5))
def test_without_memory_only_a_page_that_filled_an_empty_part_may_move(
    numbers: set[int], seed: int
) -> None:
    groups = [f"sb1p{n}" for n in sorted(numbers)]
    before, after = assign(groups[:50], seed=seed, **SHARES), assign(groups, seed=seed, **SHARES)
    moved = [g for g in groups[:50] if before[g] != after[g]]
    assert len(moved) <= 2
    natural = assign(groups[:50], seed=seed, previous={}, **SHARES)
    assert natural == before


def test_the_order_of_pages_does_not_matter_and_the_seed_does() -> None:
    groups = [f"sb44p{k:03d}" for k in range(200)]
    one = assign(groups, seed=1, **SHARES)
    assert one == assign(groups[::-1], seed=1, **SHARES)
    assert one != assign(groups, seed=2, **SHARES)


def test_shares_come_out_about_right() -> None:
    parts = list(assign([f"p{k}" for k in range(4000)], seed=3, valid=0.1, test=0.2).values())
    assert parts.count("valid") == pytest.approx(400, abs=80)
    assert parts.count("test") == pytest.approx(800, abs=100)


def test_a_share_of_nothing_stays_empty() -> None:
    parts = assign([f"p{k}" for k in range(50)], seed=3, valid=0.1, test=0.0)
    assert set(parts.values()) == {"train", "valid"}


def test_train_is_filled_even_against_the_earlier_split() -> None:
    previous = {"a": "test", "b": "valid"}
    assert "train" in assign(["a", "b"], seed=0, previous=previous, **SHARES).values()


def test_wrong_use_is_named() -> None:
    with pytest.raises(UsageError, match="nothing to train on"):
        assign(["a"], seed=0, valid=0.6, test=0.4)
    with pytest.raises(UsageError, match="'trian'"):
        assign(["a"], seed=0, previous={"a": "trian"}, **SHARES)  # type: ignore[dict-item]


def test_the_scale_is_of_all_offsets_together() -> None:
    arrays = [np.array([[0, 0, 0], [2, 4, 1]]), np.array([[6, 0, 1]])]
    assert offset_scale(arrays) == pytest.approx(np.std([0, 0, 2, 4, 6, 0]))
    assert offset_scale([]) == 0.0
