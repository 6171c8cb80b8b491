"""Shared parts of the kill and fault campaigns: a project to copy, commands, what must hold.

A campaign changes copies of one project by commands in processes of their own, does them harm, and
asks after each blow the same questions: is ``check`` clean, at once or after one more command; is
every edit there that a command has acknowledged, in the catalogue, in ``hand.json``, and after the
catalogue was deleted; is nothing left of a private page; are the originals as they were.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from strokebook.base.faultpoints import VARIABLE
from strokebook.demo import make_library
from strokebook.library.check.read_only import ReadOnlyDatabase
from strokebook.library.edits import log, twin
from strokebook.pipeline.check.check_project import check_project
from strokebook.pipeline.project import DATABASE, HAND, open_project
from strokebook.pipeline.stages.scan import scan_library

# Small everywhere: a campaign asks what is left, not how good it is.
SETTINGS = """
[project]
library = "../library"
[vision]
backbone = "efficientnet-lite0"
image_size = 64
fine_tune_epochs = 1
[model]
conditional = true
encoder = 16
decoder = 24
z = 4
mixtures = 3
[train]
steps = 12
batch = 8
validate_every = 6
threads = 1
"""
LIMIT = 600.0  # seconds of a command; past it hangs
# What each table of hand work says, by page number.
_SAYS = {
    "labels": "SELECT n.number, t.label FROM hand_label t JOIN n USING (image)",
    "tags": "SELECT n.number, t.tag, t.active FROM image_tag t JOIN n USING (image)",
    "decisions": "SELECT n.number, t.kept, round(t.x0, 3), round(t.y0, 3) FROM decision t "
    "JOIN n USING (image)",
}
_NUMBERS = (
    "WITH n AS (SELECT image, number FROM identity UNION SELECT image, number FROM former_image) "
)
HandWork = dict[str, frozenset[tuple[Any, ...]]]  # kind → rows, each with the page's number first
Logged = dict[int, tuple[str, str]]  # seq → kind, body


@dataclass(frozen=True)
class Copy:
    """A library and its project, side by side in a folder, to be done harm to."""

    folder: Path

    @property
    def library(self) -> Path:
        """The originals."""
        return self.folder / "library"

    @property
    def project(self) -> Path:
        """The project."""
        return self.folder / "project"


@dataclass(frozen=True)
class Ended:
    """A command that has ended: its exit code (negative: by that signal) and what it wrote."""

    words: tuple[str, ...]
    code: int
    out: str
    err: str

    def __str__(self) -> str:
        last = " | ".join((self.err or self.out).strip().splitlines()[-3:])
        return f"'{' '.join(self.words)}' ended with {self.code}: {last}"


@dataclass
class Row:
    """One line of a campaign's table.

    Attributes:
        rounds: Blows dealt.
        struck: Of these, those that came before the command's own end.
        clean: Rounds after which ``check`` was clean at once.
        after: What was clean after one more command: the command's name → how many.
    """

    rounds: int = 0
    struck: int = 0
    clean: int = 0
    after: dict[str, int] = field(default_factory=dict)
    losses: list[str] = field(default_factory=list)


@dataclass
class Table:
    """What a campaign has found so far."""

    rows: dict[str, Row] = field(default_factory=dict)

    def row(self, name: str) -> Row:
        """The row of that name, a new one where there is none."""
        return self.rows.setdefault(name, Row())

    @property
    def losses(self) -> list[str]:
        """Every loss, in words."""
        return [f"{name}: {loss}" for name, row in self.rows.items() for loss in row.losses]

    def show(self) -> int:
        """Print the table and all losses; 1 when there are any, else 0."""
        print("| harm | rounds | struck | clean at once | after one command | losses |")
        print("|---|--:|--:|--:|---|--:|")
        for name, row in self.rows.items():
            after = ", ".join(f"{n} by {what}" for what, n in sorted(row.after.items())) or "–"
            counts = f"{row.rounds} | {row.struck} | {row.clean} | {after} | {len(row.losses)}"
            print(f"| {name} | {counts} |")
        for loss in self.losses:
            print(f"LOSS {loss}")
        return int(bool(self.losses))


def lay_out(folder: Path, seed: int, pages: int) -> Copy:
    """A sample library, and a small project beside it that has done nothing yet."""
    copy = Copy(folder)
    copy.project.mkdir(parents=True)
    (copy.project / "strokebook.toml").write_text(SETTINGS, encoding="utf-8")
    make_library(copy.library, seed=seed, pages=pages)
    return copy


def run_through(copy: Copy) -> None:
    """Run every stage.

    Raises:
        RuntimeError: A command failed, so there is nothing to do harm to.
    """
    ended = command(copy, "run")
    if ended.code not in (0, 1):
        raise RuntimeError(str(ended))


def prepare(folder: Path, seed: int, pages: int) -> Copy:
    """A sample library, run through every stage.

    Raises:
        RuntimeError: A command failed, so there is nothing to do harm to.
    """
    copy = lay_out(folder, seed, pages)
    run_through(copy)
    return copy


def fresh(base: Copy, folder: Path) -> Copy:
    """A copy of ``base`` in ``folder``, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base.folder, folder, symlinks=True)
    return Copy(folder)


def start(copy: Copy, *words: str, fault: str = "") -> subprocess.Popen[str]:
    """Begin a command in a group of processes of its own; ``fault`` is for its ``faultpoints``."""
    return subprocess.Popen(
        [sys.executable, "-m", "strokebook", *words, "--project", str(copy.project)],
        env={**os.environ, VARIABLE: fault},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def end(process: subprocess.Popen[str], words: Sequence[str]) -> Ended:
    """Wait for the end of a command.

    Raises:
        TimeoutExpired: It hangs.
    """
    try:
        out, err = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return Ended(tuple(words), process.returncode, out, err)


def command(copy: Copy, *words: str, fault: str = "") -> Ended:
    """Run a command to its end."""
    return end(start(copy, *words, fault=fault), words)


def count_steps(copy: Copy, *words: str) -> list[str]:
    """Run a command and list the steps on its way (``base/steps.py``).

    Raises:
        RuntimeError: It failed.
    """
    file = copy.folder / "steps.txt"
    ended = command(copy, *words, fault=f"count:{file}")
    if ended.code not in (0, 1):
        raise RuntimeError(str(ended))
    return file.read_text(encoding="utf-8").splitlines()


def sample(count: int, most: int) -> list[int]:
    """Up to ``most`` numbers of 1 to ``count``, evenly spread, first and last among them."""
    if count <= most:
        return list(range(1, count + 1))
    return sorted({1 + round(i * (count - 1) / (most - 1)) for i in range(most)})


def contents(folder: Path) -> str:
    """Digest of every name and byte below a folder."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        total.update(f"{path.relative_to(folder).as_posix()}\0{path.is_dir()}\0".encode())
        if path.is_file():
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def findings(copy: Copy) -> list[str]:
    """What ``strokebook check`` says; it changes nothing."""
    return [str(finding) for finding in check_project(copy.project)]


@contextlib.contextmanager
def _read(project: Path) -> Iterator[ReadOnlyDatabase]:
    with contextlib.closing(ReadOnlyDatabase(project / DATABASE)) as db:
        yield db


def hand_work(project: Path) -> HandWork:
    """Labels, tags and decisions as the catalogue has them."""
    with _read(project) as db:
        return {
            what: frozenset(tuple(row) for row in db.rows(_NUMBERS + sql))
            for what, sql in _SAYS.items()
        }


def logged(project: Path) -> Logged:
    """The log of edits as the catalogue has it."""
    with _read(project) as db:
        return {e.seq: (e.kind, log.to_text(e.body)) for e in log.read(db)}


def twin_says(project: Path) -> Logged:
    """The log of edits as ``hand.json`` has it."""
    edits = twin.parse((project / HAND).read_text(encoding="utf-8")).edits
    return {e.seq: (e.kind, log.to_text(e.body)) for e in edits}


def numbers(project: Path) -> dict[str, tuple[int, str]]:
    """Page id → its number and the hash of its image."""
    sql = "SELECT p.id, i.number, i.image FROM page p JOIN identity i USING (image)"
    with _read(project) as db:
        return {row["id"]: (row["number"], row["image"]) for row in db.rows(sql)}


def rebuilt(copy: Copy) -> tuple[HandWork, Logged]:
    """Hand work and log as they come from ``hand.json`` alone, the catalogue deleted."""
    other = copy.folder / "rebuilt"
    shutil.rmtree(other, ignore_errors=True)
    other.mkdir()
    for name in ("strokebook.toml", HAND):
        shutil.copy(copy.project / name, other / name)
    with open_project(other) as project:
        scan_library(project)
    return hand_work(other), logged(other)


def without(work: HandWork, *pages: int) -> HandWork:
    """Hand work without that of some pages."""
    return {what: frozenset(r for r in rows if r[0] not in pages) for what, rows in work.items()}


def remains(project: Path, page: str, image: str) -> list[str]:
    """Files of a project that have a page's id or its image's hash in their name or bytes.

    The catalogue and ``hand.json`` may: they say that the page is private. The log file may have
    the id, as a word of a command. A backup may have what the catalogue may, and no drawing.
    """
    names = []
    for path in sorted(project.rglob("*")):
        name = path.relative_to(project).as_posix()
        if name.startswith(DATABASE) or name == HAND or not path.is_file():
            continue
        if name.startswith("backups/") and path.suffix == ".db":
            with contextlib.closing(ReadOnlyDatabase(path)) as db:
                if db.rows("SELECT 1 FROM drawing WHERE image = ?", [image]):
                    names.append(name)
            continue
        data = path.read_bytes()
        words = [image.encode()] if name.startswith("logs/") else [page.encode(), image.encode()]
        if page in path.name or image in path.name or any(word in data for word in words):
            names.append(name)
    return names


def drawings_of(project: Path) -> dict[str, int]:
    """Page id → how many separated drawings lie on it, of pages in the data set."""
    sql = "SELECT p.id, count(*) AS n FROM page p JOIN drawing d USING (image) GROUP BY p.id"
    with _read(project) as db:
        return {row["id"]: row["n"] for row in db.rows(sql)}
