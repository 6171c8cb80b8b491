"""Faults: a full disk, a read-only one, a library that goes away, a clock set back, and others.

    python -m benchmarks.campaigns.faults [--short] [--seed N]

After each: one sentence and no traceback, an exit code as documented, no edit lost, the next
command works and ``check`` is clean. Prints a table and exits 1 on any loss.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.campaigns.common import (
    SETTINGS,
    Copy,
    Ended,
    Logged,
    Row,
    Table,
    command,
    contents,
    count_steps,
    drawings_of,
    end,
    findings,
    fresh,
    hand_work,
    logged,
    prepare,
    rebuilt,
    sample,
    start,
    twin_says,
)
from strokebook.pipeline.project import open_project

DISK, WRONG_USE = 74, 2
DONE = (0, 1)
Words = tuple[str, ...]
_CLOCK = """
import strokebook.library.clock as clock
clock.now = lambda: "1999-12-31T23:59:59.000+00:00"
from strokebook.cli.main import main
main()
"""


class Campaign:
    """Copies of one project, what is done to them, and what came of it."""

    def __init__(self, base: Copy, work: Path) -> None:
        self.table, self.work, self.base, self.copies = Table(), work, base, 0
        drawn = sorted(drawings_of(base.project))
        self.secret, self.pages = drawn[0], drawn[1:]
        self.originals = contents(base.library)
        self.ready = fresh(base, work / "ready")
        first, second, *_ = self.pages
        for words in (("correct", first, "lines", "--as", "drawing", "--new"), ("drop", second)):
            self.must(self.ready, *words)
        self.before = logged(self.ready.project)

    def must(self, copy: Copy, *words: str) -> Ended:
        """Run a command that has no reason to fail.

        Raises:
            RuntimeError: It failed.
        """
        ended = command(copy, *words)
        if ended.code not in DONE:
            raise RuntimeError(str(ended))
        return ended

    def copy(self) -> Copy:
        """A new copy, in a folder that was none before."""
        self.copies += 1
        return fresh(self.ready, self.work / f"copy-{self.copies}")

    def judge(
        self, row: Row, copy: Copy, ended: Ended, codes: tuple[int, ...], next_words: Words
    ) -> None:
        """Ask everything after a fault that is over now."""
        row.rounds += 1
        row.struck += ended.code not in DONE
        losses = untold(ended, codes) + edits_lost(copy, self.before, "after the fault")
        row.clean += not findings(copy)
        following = command(copy, *next_words)
        if following.code not in DONE or "Traceback" in following.err:
            losses.append(f"the next command fails: {following}")
        if complaints := findings(copy):
            losses.append(f"check says {complaints}")
        losses += edits_lost(copy, self.before, "after the next command")
        if rebuilt(copy) != (hand_work(copy.project), logged(copy.project)):
            losses.append("hand.json alone brings something else back")
        if copy.library.exists() and contents(copy.library) != self.originals:
            losses.append("the originals were changed")
        row.losses += [f"{ended}: {loss}" for loss in losses]
        if not losses:
            shutil.rmtree(copy.folder)


def untold(ended: Ended, codes: tuple[int, ...]) -> list[str]:
    """A failure without its one sentence, with a traceback, or with another code."""
    if "Traceback" in ended.err + ended.out:
        return ["a traceback"]
    if ended.code not in (*DONE, *codes):
        return [f"the exit code {ended.code}"]
    sentences = [line for line in ended.err.splitlines() if line.startswith("strokebook")]
    return [] if ended.code in DONE or len(sentences) == 1 else [f"{len(sentences)} sentences"]


def edits_lost(copy: Copy, acknowledged: Logged, when: str) -> list[str]:
    """Acknowledged edits that the log or its twin lacks; those of a private page are emptied."""
    lost = []
    for place, says in (("catalogue", logged), ("hand.json", twin_says)):
        there = says(copy.project)
        for seq, (kind, body) in acknowledged.items():
            if there.get(seq) not in ((kind, body), ("redacted", "{}")):
                lost.append(f"{place} lacks edit {seq} {when}: {kind} {body}")
    return lost


def disk_fails(campaign: Campaign, kind: str, words: Words, most: int) -> None:
    """A full (``enospc``) or read-only (``erofs``) disk from each of some steps on."""
    name = {"enospc": "disk full", "erofs": "disk read-only"}[kind]
    row, whole = campaign.table.row(f"{name}: {words[0]}"), campaign.copy()
    count = len(count_steps(whole, *words))
    shutil.rmtree(whole.folder)
    for number in sample(count, most):
        copy = campaign.copy()
        ended = command(copy, *words, fault=f"{kind}:{number}")
        campaign.judge(row, copy, ended, (DISK,), words)


def disk_is_full(campaign: Campaign, commands: Sequence[Words]) -> None:
    """The same on a real small disk, where this system lets us mount one."""
    row = campaign.table.row("disk full: a real one")
    for words in commands:
        folder = campaign.work / "disk"
        folder.mkdir(exist_ok=True)
        with small_disk(folder) as mounted:
            if not mounted:
                return
            copy = fresh(campaign.ready, folder / "copy")
            filler = folder / "filler"
            fill(filler)
            ended = command(copy, *words)
            filler.unlink()
            campaign.judge(row, copy, ended, (DISK,), words)


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A disk of 40 MB in memory at ``folder``; False where none can be had."""
    call = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(folder)]
    mounted = (
        shutil.which("mount") is not None
        and not subprocess.run(call, capture_output=True, check=False).returncode
    )
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=False)


def fill(file: Path, free: int = 0) -> None:
    """Fill the disk that a file lies on up to ``free`` bytes."""
    with file.open("wb", buffering=0) as out:
        try:
            while True:
                out.write(b"\0" * 4096)
        except OSError:
            out.truncate(max(0, out.tell() - free))


def library_goes_away(campaign: Campaign, forget: int) -> None:
    """The library's folder is renamed in the midst of tracing, and comes back."""
    row, copy = campaign.table.row("library away while tracing"), campaign.copy()
    with open_project(copy.project) as project:
        images = sorted(project.catalogue.results("trace"))[:forget]
        project.catalogue.forget_results("trace", images)
    traces = [copy.project / "cache" / "traces" / f"{image}.json" for image in images]
    for trace in traces:
        trace.unlink(missing_ok=True)
    words, away = ("run", "--until", "trace"), copy.folder / "away"
    process = start(copy, *words)
    while process.poll() is None and not any(trace.exists() for trace in traces):
        time.sleep(0.01)
    copy.library.rename(away)
    ended = end(process, words)
    away.rename(copy.library)
    again = command(copy, *words)
    lacking = [trace.name for trace in traces if not trace.exists()]
    if again.code != 0 or lacking:
        row.losses.append(f"back again, {again}; {len(lacking)} pages have no trace")
    campaign.judge(row, copy, ended, (WRONG_USE, DISK), ("run", "--until", "trace"))


def clock_goes_back(campaign: Campaign) -> None:
    """An edit whose clock says 1999 still comes after the one before it."""
    row, copy, page = campaign.table.row("clock set back"), campaign.copy(), campaign.pages[2]
    campaign.must(copy, "correct", page, "first", "--as", "drawing", "--new")
    words = ("correct", page, "second", "--as", "drawing", "--new")
    code = [sys.executable, "-c", _CLOCK, *words, "--project", str(copy.project)]
    back = subprocess.run(code, capture_output=True, text=True, check=False)
    ended = Ended(words, back.returncode, back.stdout, back.stderr)
    labels = [{row[1] for row in hand_work(copy.project)["labels"]}]
    labels.append({row[1] for row in rebuilt(copy)[0]["labels"]})
    campaign.must(copy, "undo")
    labels.append({row[1] for row in hand_work(copy.project)["labels"]})
    wanted = [{"lines", "second"}, {"lines", "second"}, {"lines", "first"}]
    if labels != wanted:
        row.losses.append(f"labels {labels} instead of {wanted}")
    campaign.judge(row, copy, ended, (), ("undo",))


def two_runs(campaign: Campaign) -> None:
    """A second run is refused with one sentence; the first one ends well."""
    row, copy = campaign.table.row("two runs at once"), campaign.copy()
    first = start(copy, "run", "--until", "dataset")
    while first.poll() is None and not (copy.project / ".lock.json").exists():
        time.sleep(0.01)
    # Held where it is, so that the second one surely meets it.
    first.send_signal(19) if os.name == "posix" else None
    second = command(copy, "run")
    first.send_signal(18) if os.name == "posix" else None
    ended = end(first, ("run",))
    if second.code != WRONG_USE or "at work" not in second.err:
        row.losses.append(f"the second: {second}")
    if ended.code not in DONE:
        row.losses.append(f"the first: {ended}")
    campaign.judge(row, copy, second, (WRONG_USE,), ("run", "--until", "dataset"))


def new_place(campaign: Campaign, name: str) -> Copy:
    """A project without pages yet."""
    place = Copy(campaign.work / name)
    place.project.mkdir(parents=True)
    (place.library / "sb1" / "art").mkdir(parents=True)
    (place.project / "strokebook.toml").write_text(SETTINGS, encoding="utf-8")
    return place


def put_picture(path: Path, number: int) -> None:
    """A tiny picture of its own."""
    pixels = np.random.default_rng(number).integers(0, 255, (12, 9, 3), np.uint8)
    Image.fromarray(pixels).save(path, "PNG" if path.suffix == ".png" else "JPEG")


def many_files(campaign: Campaign, count: int) -> None:
    """So many pages in one folder, scanned, and scanned again."""
    row, place = campaign.table.row(f"{count} files in one folder"), new_place(campaign, "many")
    for number in range(count):
        put_picture(place.library / "sb1" / "art" / f"{number + 1:05d}.png", number)
    for _ in range(2):
        began = time.monotonic()
        ended = command(place, "run", "--until", "scan")
        row.rounds += 1
        seconds = f"{time.monotonic() - began:.1f} s"
        with open_project(place.project) as project:
            pages = len(project.catalogue.pages())
        if ended.code != 0 or pages != count:
            row.losses.append(f"{ended}; {pages} pages after {seconds}")
        complaints = findings(place)
        row.clean += not complaints
        row.losses += complaints
        row.after[f"scan in {seconds}"] = 1


def names_that_differ_in_case(campaign: Campaign) -> None:
    """Files and labels whose names differ only in case: nothing is lost where they meet."""
    row, place = campaign.table.row("names that differ in case"), new_place(campaign, "case")
    for number, name in enumerate(("005.JPG", "005.jpg", "006.jpg", "007.jpg")):
        put_picture(place.library / "sb1" / "art" / name, number)
    there = contents(place.library)
    ended = command(place, "run", "--until", "scan")
    losses = untold(ended, ())
    with open_project(place.project) as project:
        ids = [page.id for page in project.catalogue.pages()]
    if len(ids) != 4 or len({page.casefold() for page in ids}) != 4:
        losses.append(f"four files are the pages {ids}")
    for page, label in zip(ids[-2:], ("Faces", "faces"), strict=True):
        losses += untold(command(place, "correct", page, label, "--as", "drawing", "--new"), (2,))
    labels = {row[1] for row in hand_work(place.project)["labels"]}
    if len({label.casefold() for label in labels}) != len(labels):
        losses.append(f"labels {labels} would share a folder")
    losses += findings(place)
    if contents(place.library) != there:
        losses.append("the originals were changed")
    row.rounds, row.clean, row.losses = 1, int(not losses), losses


def carry_out(base: Copy, work: Path, *, short: bool) -> Table:
    """The campaign.

    Args:
        base: A project run to its end; only read.
        work: An empty folder.
        short: Few steps of each, and no disk is mounted.
    """
    campaign = Campaign(base, work)
    edit: Words = ("correct", campaign.pages[2], "faces", "--as", "drawing", "--new")
    purge: Words = ("tag", campaign.secret, "private", "--yes")
    plan = [(edit, 2), (purge, 2)] if short else []
    if not short:
        plan = [(edit, 8), (purge, 8), (("dataset",), 6), (("train",), 4), (("run",), 4)]
    for words, most in plan:
        for kind in ("enospc", "erofs"):
            disk_fails(campaign, kind, words, most)
    clock_goes_back(campaign)
    names_that_differ_in_case(campaign)
    two_runs(campaign)
    library_goes_away(campaign, 3 if short else 100)
    many_files(campaign, 300 if short else 10_000)
    if not short:
        disk_is_full(campaign, [edit, purge, ("dataset",), ("run",)])
    return campaign.table


def main(words: Sequence[str] | None = None) -> int:
    """Carry out the campaign as the command line says; 1 on any loss."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--short", action="store_true", help="few steps of each")
    parser.add_argument("--seed", type=int, default=11, help="of the library")
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        base = prepare(Path(folder, "base"), asked.seed, pages=8)
        table = carry_out(base, Path(folder), short=asked.short)
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
