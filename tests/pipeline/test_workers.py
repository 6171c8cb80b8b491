from __future__ import annotations

import contextlib
import errno
import os
import pickle
import time
from pathlib import Path

import pytest

from strokebook.base.errors import Diagnostic, InputRefused
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
    assert found[3] == Diagnostic("page 3", "is three.", "Take two.")
    assert isinstance(found[4], Diagnostic) and "ZeroDivisionError" in found[4].reason
    assert isinstance(found[5], Diagnostic) and "died" in found[5].reason and found[5].transient


def test_nothing_to_do_starts_no_process() -> None:
    assert list(each(work, [], workers=2, name=str)) == []


def die_once(mark: Path) -> str:
    if mark.name.startswith("frail") and not mark.exists():
        mark.touch()
        os._exit(1)
    return mark.name


def test_a_worker_that_dies_once_costs_no_item(tmp_path: Path) -> None:
    items = [tmp_path / name for name in ("a", "frail 1", "b", "frail 2", "c")]
    found = dict(each(die_once, items, workers=2, name=str))
    assert found == {item: item.name for item in items}


FAULTS = {
    "full": (OSError(errno.ENOSPC, "No space left on device"), True),
    "memory": (MemoryError(), True),
    "away": (InputRefused("p", "does not exist.", "Look.", transient=True), True),
    "damaged": (InputRefused("p", "is damaged.", "Scan it again."), False),
    "torn": (OSError("image file is truncated"), False),  # as decoders say it, without a number
    "bug": (ZeroDivisionError("x"), False),
}


def fail(kind: str) -> None:
    raise FAULTS[kind][0]


def test_only_faults_of_the_machine_may_pass() -> None:
    found = dict(each(fail, list(FAULTS), workers=1, name=str))
    transient = {
        kind: note.transient for kind, note in found.items() if isinstance(note, Diagnostic)
    }
    assert transient == {kind: wanted for kind, (_, wanted) in FAULTS.items()}


def test_the_mark_travels_with_a_pickled_error_and_its_refusal() -> None:
    for transient in (True, False):
        error = InputRefused("p", "does not exist.", "Look.", transient=transient)
        again = pickle.loads(pickle.dumps(error))
        assert (again.transient, again.diagnostic.transient, str(again)) == (
            transient,
            transient,
            str(error),
        )


def first_quick_then_never(item: tuple[Path, int]) -> int:
    folder, number = item
    if number:
        (folder / f"{os.getpid()}.pid").touch()
        while True:
            time.sleep(60)
    return number


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.skipif(os.name != "posix", reason="os.kill(pid, 0) is no question on Windows")
def test_workers_end_in_mid_work_when_the_caller_is_interrupted(tmp_path: Path) -> None:
    items = [(tmp_path, number) for number in range(3)]
    with (
        pytest.raises(KeyboardInterrupt),
        contextlib.closing(each(first_quick_then_never, items, 3, str)) as done,
    ):
        for _ in done:
            while len(list(tmp_path.glob("*.pid"))) < 2:
                time.sleep(0.01)
            raise KeyboardInterrupt
    pids = [int(path.stem) for path in tmp_path.glob("*.pid")]
    assert len(pids) == 2 and not any(is_alive(pid) for pid in pids)
