"""The hook of the kill and fault campaigns: every write, rename and commit can be struck."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from strokebook.base import steps
from strokebook.base.faultpoints import VARIABLE

SCRIPT = """
import sys
from pathlib import Path
from strokebook.base.errors import StrokebookError
from strokebook.base.steps import step
from strokebook.base.files import write_text
from strokebook.library.sqlite.database import Database
folder = Path(sys.argv[1])
try:
    write_text(folder / "a.txt", "a")
    db = Database(folder / "a.db")
    with db.transaction():
        db.run("CREATE TABLE t (x)")
        with db.transaction():
            db.run("INSERT INTO t VALUES (1)")
    write_text(folder / "b.txt", "b")
    step("unlink", folder / "a.txt")
    print("done")
except (OSError, StrokebookError) as error:
    print(type(error).__name__, error)
    db.close() if "db" in globals() else None
    step("unlink", folder / "a.txt")
    print("removed")
"""
POINTS = ["write a.txt", "rename a.txt", "commit a.db", "write b.txt", "rename b.txt"]


def run(folder: Path, fault: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder)],
        env={**os.environ, VARIABLE: fault},
        capture_output=True,
        text=True,
        check=False,
    )


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith((".", "a.db-"))}


def test_nothing_happens_outside_such_tests() -> None:
    assert steps.hook is None


def test_points_are_counted_by_name(tmp_path: Path) -> None:
    work, count = tmp_path / "work", tmp_path / "count"
    work.mkdir()
    assert run(work, f"count:{count}").stdout == "done\n"
    lines = count.read_text().splitlines()
    assert [line.replace(f"{work}{os.sep}", "") for line in lines] == [*POINTS, "unlink a.txt"]


@pytest.mark.parametrize(
    ("at", "files"),
    [(1, set()), (2, set()), (3, {"a.txt", "a.db"}), (5, {"a.txt", "a.db"})],
)
def test_the_process_dies_before_the_point(tmp_path: Path, at: int, files: set[str]) -> None:
    found = run(tmp_path, f"kill:{at}")
    assert found.returncode in (-9, 137) and found.stdout == ""
    assert left(tmp_path) == files


@pytest.mark.parametrize("at", [1, 2, 3, 4, 5])
def test_a_full_disk_stays_full_but_lets_one_remove(tmp_path: Path, at: int) -> None:
    found = run(tmp_path, f"enospc:{at}")
    assert found.returncode == 0 and "No space left" in found.stdout
    assert found.stdout.endswith("removed\n")
    assert ("StrokebookError" in found.stdout) == (at == 3)  # the catalogue says it in a sentence


def test_a_read_only_disk_lets_nothing_through(tmp_path: Path) -> None:
    found = run(tmp_path, "erofs:2")
    assert found.returncode == 1 and "removed" not in found.stdout
    assert left(tmp_path) == set()


def test_workers_have_points_of_their_own(tmp_path: Path) -> None:
    assert run(tmp_path, "worker:kill:1").stdout == "done\n"


def test_a_plan_that_is_not_understood_is_no_plan(tmp_path: Path) -> None:
    assert "not understood" in run(tmp_path, "sometimes").stderr
