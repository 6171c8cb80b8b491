"""Privacy: pages become private in every way, and the whole project is searched.

``python -m benchmarks.campaigns.privacy [--short] [--seed N]`` makes a library, runs it, and then,
each time in a copy of the project, makes a drawing's page private: from the start, by tag, by
folder, and by a tag during which the process is killed at a step of its writing, as by SIGKILL,
followed by one more command. It exits 1 when anything of the page is found afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.campaigns.common import lay_out, run_through
from benchmarks.campaigns.traces_of_a_page import (
    Find,
    PageTraces,
    learn_traces,
    paint,
    pixels_of,
    search,
)
from strokebook.base.faultpoints import VARIABLE
from strokebook.pipeline.editing.curate import correct
from strokebook.pipeline.project import open_project

SEEDS, SHORT_SEEDS = 3, 1
KILLS, SHORT_KILLS = 30, 3
PAGES = 12
WORD = "zaubergarten"  # a label that only this page gets
THEN = (("run", "--until", "scan"), ("correct", "OTHER", "drawings"), ("check", "--repair"))


@dataclass(frozen=True)
class Trial:
    """One way of becoming private, and what was found afterwards."""

    seed: int
    case: str
    seconds: float
    finds: tuple[Find, ...]
    codes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Home:
    """A finished project beside its library; ``page`` is a painted drawing, ``other`` another."""

    folder: Path
    page: str
    other: str
    scan: str  # of the page, relative to the library

    @property
    def project(self) -> Path:
        """The project's folder."""
        return self.folder / "project"

    def copied(self, folder: Path) -> Home:
        """The same in another folder."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder, symlinks=True)
        return Home(folder, self.page, self.other, self.scan)


def make_home(folder: Path, seed: int) -> Home:
    """A library of the sample's kind, one page of it painted, run through."""
    home = lay_out(folder, seed, PAGES)
    truth = json.loads((home.library / "truth.json").read_text("utf-8"))
    drawings = [path for path, facts in truth.items() if facts["kind"] == "drawing"]
    paint(home.library / min(drawings))
    run_through(home)
    return find_home(folder)


def find_home(folder: Path) -> Home:
    """The finished project in ``folder``; its painted page gets a label of its own."""
    with open_project(folder / "project") as project:
        drawn = {d.page for d in project.catalogue.drawings(kept=True)}
        pages = [p for p in project.catalogue.pages() if not p.private]
        painted = next((p for p in pages if _is_painted(folder / "library" / p.path)), pages[0])
        other = next(p for p in pages if p.id in drawn and p.id != painted.id)
        correct(project, [painted.id], WORD, kind="drawing")
        return Home(folder, painted.id, other.id, painted.path)


def _is_painted(file: Path) -> bool:
    return pixels_of(file.read_bytes()) > 100


def try_home(home: Home, seed: int, kills: int, work: Path) -> Iterator[Trial]:
    """All cases on copies of a finished project, made in ``work``."""
    traces = learn_traces(home.project, home.page, (WORD,))
    yield _by_folder_first(home, seed, traces, work)
    yield _trial(home, seed, "by tag", traces, work, [_tag(home)])
    yield _trial(home, seed, "by folder", traces, work, [THEN[0]], to_priv=True)
    steps = count_steps(home, work)
    rng = np.random.default_rng(seed)
    for n, at in enumerate(sorted(rng.choice(steps, min(kills, steps), replace=False) + 1)):
        then = [w.replace("OTHER", home.other) for w in THEN[n % len(THEN)]]
        case = f"killed at step {at} of {steps}, then {then[0]}"
        commands = [_tag(home), then]
        yield _trial(home, seed, case, traces, work, commands, fault=f"kill:{at}")


def _tag(home: Home) -> Sequence[str]:
    return ("tag", home.page, "private", "--yes")


def count_steps(home: Home, work: Path) -> int:
    """To how many steps of writing the tag comes."""
    copy, file = home.copied(work / "copy"), work / "steps.txt"
    call(copy, _tag(home), fault=f"count:{file}")
    return len(file.read_text("utf-8").splitlines())


def _by_folder_first(home: Home, seed: int, traces: PageTraces, work: Path) -> Trial:
    """A project that meets the page as a private one."""
    start, copy = time.monotonic(), home.copied(work / "copy")
    settings = (copy.project / "strokebook.toml").read_text("utf-8")
    shutil.rmtree(copy.project)
    copy.project.mkdir()
    (copy.project / "strokebook.toml").write_text(settings, "utf-8")
    _to_priv(copy)
    code = call(copy, ("run", "--until", "embed"))
    finds = tuple(search(copy.project, traces))
    return Trial(seed, "private from the start", time.monotonic() - start, finds, (code,))


def _trial(
    home: Home,
    seed: int,
    case: str,
    traces: PageTraces,
    work: Path,
    commands: Sequence[Sequence[str]],
    *,
    to_priv: bool = False,
    fault: str = "",
) -> Trial:
    start, copy = time.monotonic(), home.copied(work / "copy")
    if to_priv:
        _to_priv(copy)
    codes = []
    for command in commands:
        codes.append(call(copy, command, fault=fault))
        fault = ""
        if not _is_marked(copy) and not to_priv:
            # Killed before the mark was made: nothing was acknowledged, so it is said again.
            codes.append(call(copy, _tag(home)))
    finds = tuple(search(copy.project, traces))
    return Trial(seed, case, time.monotonic() - start, finds, tuple(codes))


def _is_marked(home: Home) -> bool:
    """Whether the page is private, and its removal was agreed to before the kill."""
    with open_project(home.project) as project:
        private = project.catalogue.page(home.page).private
        return private and not project.catalogue.purges(confirmed=False)


def _to_priv(home: Home) -> None:
    scan = home.folder / "library" / home.scan
    target = scan.parent.parent / "priv" / scan.name
    target.parent.mkdir(exist_ok=True)
    scan.rename(target)


def call(home: Home, words: Sequence[str], *, fault: str = "") -> int:
    """Run a command on a project in a process of its own; its exit code."""
    environment = {k: v for k, v in os.environ.items() if k != VARIABLE}
    if fault:
        environment[VARIABLE] = fault
    done = subprocess.run(
        [sys.executable, "-m", "strokebook", *words, "-p", str(home.project)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    return done.returncode


def tell(trial: Trial) -> None:
    """One line of the table, and what was found."""
    codes = " ".join(map(str, trial.codes))
    print(
        f"{trial.seed:4}  {trial.case:44} {codes:10} {trial.seconds:6.1f} s  {len(trial.finds)}",
        flush=True,
    )
    for find in trial.finds:
        print(f"      {find.place}: {find.what}", flush=True)


def main(words: Sequence[str] | None = None) -> int:
    """The campaign from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--short", action="store_true", help="One library, a few kills.")
    parser.add_argument("--seed", type=int, default=11, help="The first library's.")
    parser.add_argument("--kills", type=int, default=None, help="Kills a library.")
    parser.add_argument("--home", type=Path, default=None, help="A finished library and project.")
    options = parser.parse_args(words)
    seeds = 1 if options.home else SHORT_SEEDS if options.short else SEEDS
    kills = options.kills or (SHORT_KILLS if options.short else KILLS)
    print(f"seed  {'case':44} {'exit':10} {'time':>8}  finds")
    trials = []
    for seed in range(options.seed, options.seed + seeds):
        with tempfile.TemporaryDirectory(prefix="strokebook-") as temporary:
            place = Path(temporary)
            if options.home:
                shutil.copytree(options.home, place / "home", symlinks=True)
                home = find_home(place / "home")
            else:
                home = make_home(place / "home", seed)
            for trial in try_home(home, seed, kills, place):
                trials.append(trial)
                tell(trial)
    lost = sum(bool(trial.finds) for trial in trials)
    print(f"{len(trials)} cases, {lost} in which something of the page was left.")
    return 1 if lost or not trials else 0


if __name__ == "__main__":
    sys.exit(main())
