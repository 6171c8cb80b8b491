"""A run that is ended from outside leaves nobody behind and says so."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from strokebook.pipeline.project import open_project

from place import Place

LIMIT = 120.0  # seconds; only so that a failure ends
pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")


def family(leader: int) -> set[int]:
    """Every living process of the session that ``leader`` began."""
    found = set()
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        state, session = fields[0], int(fields[3])
        if session == leader and state != "Z":
            found.add(int(place.parent.name))
    return found


def wait_for(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + LIMIT
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def hear_signals() -> None:
    """In the child: signals that a script in the background ignores are taken again."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def start_tracing(place: Place) -> subprocess.Popen[str]:
    """A run in the middle of tracing, in a session of its own."""
    traces = place.project / "cache" / "traces"
    shutil.rmtree(traces)
    with open_project(place.project) as project:
        project.catalogue.forget_results("trace")
    command = [sys.executable, "-m", "strokebook", "run", "-p", str(place.project)]
    process = subprocess.Popen(
        [*command, "--until", "trace"],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hear_signals,
    )
    assert wait_for(lambda: any(traces.glob("[!.]*.json")) or process.poll() is not None)
    assert process.poll() is None and len(family(process.pid)) >= 3  # itself and two workers
    return process


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_the_run_with_a_sentence_and_its_workers(copy: Place, name: str) -> None:
    number = signal.Signals[name]
    process = start_tracing(copy)
    process.send_signal(number)
    said = process.communicate(timeout=LIMIT)[1]
    assert process.returncode == 128 + number
    assert said.endswith("Stopped. What was done is kept; run the command again to go on.\n")
    assert "Traceback" not in said and "Aborted" not in said
    assert wait_for(lambda: not family(process.pid))
    copy.run("trace")  # and on it goes


def test_workers_follow_a_run_that_was_killed(copy: Place) -> None:
    process = start_tracing(copy)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait(LIMIT) == -signal.SIGKILL
    assert wait_for(lambda: not family(process.pid))
