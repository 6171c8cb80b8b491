from __future__ import annotations

import os

from strokebook.base.errors import InputRefused, Refusal
from strokebook.pipeline.workers import each


def work(n: int) -> int:
    if n == 3:
        raise InputRefused("inner", "is three.", "Take two.")
    if n == 4:
        raise ZeroDivisionError("four")
    if n == 5:
        os._exit(1)  # as a crash in a library would
    return n * n


def test_every_item_comes_back_whatever_happens_to_the_others() -> None:
    found = dict(each(work, [1, 2, 3, 4, 5, 6], workers=2, name=lambda n: f"page {n}"))
    assert {n: found[n] for n in (1, 2, 6)} == {1: 1, 2: 4, 6: 36}
    assert found[3] == Refusal("page 3", "is three.", "Take two.")
    assert isinstance(found[4], Refusal) and "ZeroDivisionError" in found[4].reason
    assert isinstance(found[5], Refusal) and "died" in found[5].reason


def test_nothing_to_do_starts_no_process() -> None:
    assert list(each(work, [], workers=2, name=str)) == []
