import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from strokebook.model.data.packing import Packing, starts

LENGTHS = torch.tensor([2, 4, 1, 4])


def test_longest_first_and_finished_drawings_left_out() -> None:
    packing = Packing.of(LENGTHS)
    assert packing.order.tolist() == [1, 3, 0, 2]
    assert packing.groups == ((4, 3, 2, 2),)
    assert packing.step.tolist() == [0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3]
    assert packing.drawing.tolist() == [1, 3, 0, 2, 1, 3, 0, 1, 3, 1, 3]
    assert starts(packing.groups[0]) == [0, 4, 7, 9]


def test_groups_are_dealt_so_that_they_are_alike_in_length() -> None:
    packing = Packing.of(LENGTHS, 2)
    assert packing.order.tolist() == [1, 0, 3, 2]
    assert packing.groups == ((2, 2, 1, 1), (2, 1, 1, 1))


@given(st.lists(st.integers(1, 6), min_size=1, max_size=7), st.integers(1, 9))
def test_what_is_packed_comes_back(lengths: list[int], groups: int) -> None:
    packing = Packing.of(torch.tensor(lengths), groups)
    rows = torch.rand(6, len(lengths), 2) + 1
    back = packing.unpack(packing.pack(rows), 6)
    for n, length in enumerate(lengths):
        assert torch.equal(back[:length, n], rows[:length, n])
        assert not back[length:, n].any()
    assert sum(map(sum, packing.groups)) == sum(lengths) == len(packing.step)
    assert packing.unsort(packing.order).tolist() == list(range(len(lengths)))


@pytest.mark.parametrize("groups", [1, 3])
def test_each_step_of_a_group_holds_its_first_places(groups: int) -> None:
    packing = Packing.of(LENGTHS, groups)
    row = place = 0
    for counts in packing.groups:
        for step, (begin, count) in enumerate(zip(starts(counts), counts, strict=True)):
            rows = slice(row + begin, row + begin + count)
            assert packing.step[rows].tolist() == [step] * count
            assert torch.equal(packing.drawing[rows], packing.order[place : place + count])
        row, place = row + sum(counts), place + counts[0]
