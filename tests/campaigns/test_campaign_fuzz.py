"""The short form of the campaign ``fuzz``; and that it would notice what it is there for."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

import pytest

from benchmarks.campaigns import fuzz
from benchmarks.campaigns.fuzzing import processes
from benchmarks.campaigns.fuzzing.formats import FORMATS, lay_npz
from benchmarks.campaigns.fuzzing.processes import Result
from benchmarks.campaigns.fuzzing.watching import Watch

WATCH = Watch()  # one for the process: no audit hook can be taken out again


def test_eight_mutants_of_every_format_lose_nothing() -> None:
    results = fuzz.run(fuzz.SHORT, seed=9)
    assert list(results) == list(FORMATS)
    assert all(len(found) == fuzz.SHORT for found in results.values())
    assert fuzz.losses(results) == []


def test_the_same_seed_harms_the_same(tmp_path: Path) -> None:
    form = FORMATS["TIFF"]
    files = form.seeds()
    made = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        hows = [form.lay(tmp_path / name, files[0], files[1], 5, n)[0] for n in range(20)]
        made.append((hows, (tmp_path / name / "a.tif").read_bytes()))
    assert made[0] == made[1] and len(set(made[0][0])) > 5


def test_a_planted_pickle_would_leave_its_mark(tmp_path: Path) -> None:
    import numpy as np

    data = FORMATS["npz"].seeds()[0]
    for number in range(99):
        folder = tmp_path / str(number)
        folder.mkdir()
        how, path = lay_npz(folder, data, data, 9, number)
        if how.startswith("planted"):
            break
    with np.load(path, allow_pickle=True) as archive:  # as the careless do
        for name in archive.files:
            with contextlib.suppress(Exception):
                archive[name]
    assert (folder / "executed").exists()


def unexpected(_: Path) -> None:
    raise KeyError("x")


def strays(path: Path) -> None:
    (path.parent.parent / "outside.txt").write_text("x")


def spawns(_: Path) -> None:
    os.system("true")


@pytest.mark.parametrize(
    ("read", "word"),
    [
        (unexpected, "traceback: KeyError"),
        (strays, "wrote outside"),
        (spawns, "ran os.system"),
        (lambda path: (path.parent / "fine.txt").write_text("x"), "read"),
    ],
)
def test_every_loss_is_noticed(tmp_path: Path, read: object, word: str) -> None:
    folder = tmp_path / "scratch"
    folder.mkdir()
    with WATCH.on(folder) as seen:
        outcome = processes._outcome(read, folder / "a.svg")
    assert word in ("; ".join(seen) or outcome)


@pytest.mark.parametrize(
    ("outcome", "seconds", "peak", "loss"),
    [("read", 1.0, 200.0, ""), ("refused", 0.0, 0.0, ""), ("read", 5.1, 9.0, "took 5.1 s"),
     ("refused", 0.1, 1025.0, "took 1025 MB"), ("hung", 30.0, 0.0, "hung")],
)  # fmt: skip
def test_limits(outcome: str, seconds: float, peak: float, loss: str) -> None:
    assert Result("none", outcome, seconds, peak).loss == loss


def hang(pipe: object, scratch: Path) -> None:
    while True:
        time.sleep(0.01)


def die(pipe: object, scratch: Path) -> None:
    os._exit(3)


@pytest.mark.parametrize(("work", "word"), [(hang, "hung"), (die, "died (exit 3)")])
def test_a_worker_that_hangs_or_dies_is_a_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: object, word: str
) -> None:
    monkeypatch.setattr(processes, "work", work)
    worker = processes.Worker(tmp_path)
    result = worker._ask("TOML", 9, 0, 3.0 if word == "hung" else 60.0)
    assert word in result.loss and worker._process is None
