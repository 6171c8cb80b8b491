"""Workers that read mutants, one after the other, until one hangs or dies; then another takes over.

A reader that computes for longer than ``SECONDS`` is a loss, measured in the process's own time, so
that a busy machine causes no false loss; one that waits is stopped after ``PATIENCE``.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import sys
import time
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from strokebook.base.errors import StrokebookError

SECONDS, PATIENCE, MEGABYTES = 5.0, 30.0, 1024.0
SEED = "none: the seed itself"
LONGEST_SENTENCE = 1200  # characters, the path among them
START = 300.0  # the first read of a format imports what it needs


@dataclass(frozen=True)
class Result:
    """What became of one mutant.

    Attributes:
        harm: What was done to the file.
        outcome: ``read`` or ``refused``; anything else is a loss, and says what happened.
        seconds: Of the process's own time.
        peak: In MB, 0 where it cannot be measured.
    """

    harm: str
    outcome: str
    seconds: float
    peak: float = 0.0

    @property
    def loss(self) -> str:
        """What was lost, or nothing."""
        if self.outcome not in ("read", "refused"):
            return self.outcome
        if self.seconds > SECONDS:
            return f"took {self.seconds:.1f} s"
        return f"took {self.peak:.0f} MB" if self.peak > MEGABYTES else ""


class Worker:
    """A process that reads mutants of one format at a time, started anew when it fails."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self._context = multiprocessing.get_context("spawn")
        self._process: Any = None
        self._pipe: Connection | None = None
        self._format = ""

    def read(self, name: str, seed: int, number: int) -> Result:
        """Mutant ``number`` of a format; -1 is its first seed, unharmed."""
        if self._process is None or self._format != name:
            first = self._ask(name, seed, -1, START)
            if first.outcome != "read":
                return Result(SEED, first.outcome, first.seconds, first.peak)
        return self._ask(name, seed, number, PATIENCE)

    def _ask(self, name: str, seed: int, number: int, patience: float) -> Result:
        if self._process is None:
            self._start()
        assert self._pipe is not None
        self._format = name
        self._pipe.send((name, seed, number))
        try:
            if self._pipe.poll(patience):
                return Result(*self._pipe.recv())
        except (EOFError, OSError):
            self._process.join(5)
            died = f"the process died (exit {self._process.exitcode})"
            self.close()
            return Result("?", died, 0.0)
        self.close()
        return Result("?", f"hung: stopped after {patience:g} s", patience)

    def _start(self) -> None:
        self._pipe, theirs = self._context.Pipe()
        self._process = self._context.Process(target=work, args=(theirs, self.scratch), daemon=True)
        self._process.start()
        theirs.close()

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            assert self._pipe is not None
            self._pipe.close()
        self._process = self._pipe = None


def work(pipe: Connection, scratch: Path) -> None:
    """Read what is asked for, until nobody asks any more (in a worker)."""
    from benchmarks.campaigns.fuzzing.watching import Watch

    watch, seeds = Watch(), {}
    sys.dont_write_bytecode = True
    warnings.simplefilter("ignore")
    outside = scratch / f"cwd-{os.getpid()}"
    outside.mkdir(parents=True)
    os.chdir(outside)  # whatever is written under a relative name ends here
    with contextlib.suppress(EOFError, KeyboardInterrupt), _quiet():
        while True:
            name, seed, number = pipe.recv()
            pipe.send(_one(watch, seeds, scratch, name, seed, number))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The libraries libtiff and libpng write their warnings past Python."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    yield


def _one(
    watch: Any, seeds: dict[str, list[bytes]], scratch: Path, name: str, seed: int, number: int
) -> tuple[str, str, float, float]:
    from benchmarks.campaigns.fuzzing.formats import FORMATS
    from benchmarks.campaigns.fuzzing.watching import peak_mb, reset_peak

    form = FORMATS[name]
    if name not in seeds:
        try:
            seeds[name] = form.seeds()
        except Exception as error:
            return SEED, f"no seed: {_place(error)}", 0.0, 0.0
    files = seeds[name]
    folder = scratch / f"{name.replace(' ', '-')}-{os.getpid()}-{number}"
    folder.mkdir()
    if number < 0:
        harm, path = "none", form.whole(folder, files[0])
    else:
        data, other = files[number % len(files)], files[(number + 1) % len(files)]
        harm, path = form.lay(folder, data, other, seed, number)
    reset_peak()
    start = time.process_time()
    with watch.on(scratch if number < 0 else folder) as seen:
        outcome = _outcome(form.read, path)
    seconds = time.process_time() - start
    if number >= 0:
        outcome = "; ".join(seen) or _traces(folder) or outcome
    peak = peak_mb()
    shutil.rmtree(folder, ignore_errors=True)
    return harm, outcome, seconds, peak


def _outcome(read: Any, path: Path) -> str:
    try:
        read(path)
    except StrokebookError as error:
        return _sentence(str(error))
    except BaseException as error:  # whatever else it is, it would be a traceback
        return f"traceback: {_place(error)}"
    return "read"


def _place(error: BaseException) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(frame.filename).name}:{frame.lineno}"
    return f"{type(error).__name__} in {where}: {str(error)[:120]}"


def _sentence(text: str) -> str:
    if not 0 < len(text) < LONGEST_SENTENCE:
        return f"a sentence of {len(text)} characters"
    return "a sentence of several lines" if "\n" in text else "refused"


def _traces(folder: Path) -> str:
    """What lies where nothing should: the canary, and files in the working folder."""
    if (folder / "executed").exists():
        return "a planted pickle ran"
    stray = next(Path().iterdir(), None)
    return f"wrote {stray} where it ran" if stray else ""
