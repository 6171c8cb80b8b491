"""Scale, 100,000 pages: listings under 2 s, edits under 50 ms, stages linear, memory bound.

    python -m benchmarks.campaigns.scale             # 100,000 pages, about ten minutes
    python -m benchmarks.campaigns.scale --short     # 5,000

The pages are synthetic rows (``synthetic.py``), with 1.5 drawings each. Measured are

- every listing command as a process of its own, the best of three, standard output thrown away;
- an edit in this process as every command makes it (with ``hand.json`` and all that is synced to
  the disk), the median and the 95th of a hundred;
- the bookkeeping of every stage for the pages up to N/4, N/2 and N, in steps of SQLite's machine
  and in seconds of this process's own time (corrected for others on the machine): the exponent is
  the slope of a line through their logarithms, 1 is linear, 2 is quadratic;
- what is read of the whole catalogue at once, likewise, each time anew at N/4, N/2 and N;
- the most memory that a process takes to draw the map's sheet of N pages, and to place 1,000 new
  pages on a map of N with vectors of 1,280 numbers (512 MB of the 100,000 are the vectors).

Exit code 1 when anything is over its limit. Where the system does not tell a process's most memory
(Windows), that part is left out and said.
"""

from __future__ import annotations

import argparse
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.campaigns import synthetic
from strokebook.library.catalogue.catalogue import Catalogue
from strokebook.pipeline.project import Project
from strokebook.pipeline.project_summary import summarise

PAGES, SHORT = 100_000, 5_000
EDITS = 100  # of each kind
DIMS = 1280  # numbers in a page's vector, as EfficientNet-Lite0 gives them
NEW = 1000  # pages placed on the map
LISTING_SECONDS, EDIT_MS, ROOM_MB = 2.0, 50.0, 700.0
EXPONENT = 1.15  # of steps, which are the same on every machine
TIME_EXPONENT = 1.4  # of seconds, which a busy machine and the depth of an index add to
TICK = 100  # steps
TOO_SHORT = 0.2  # seconds at N pages, under which an exponent is noise and has no limit
LISTINGS = (
    ("pages",),
    ("pages", "--json"),
    ("pages", "--kind", "drawing"),
    ("drawings",),
    ("drawings", "--json"),
    ("drawings", "--dropped"),
    ("clusters",),
    ("clusters", "--drawings"),
    ("show", "sb2p008"),
    ("status",),
    ("status", "--json"),
)


@dataclass(frozen=True)
class Figure:
    """One line of the table; a limit of None is for knowing only."""

    what: str
    value: float
    unit: str
    limit: float | None
    more: str = ""

    @property
    def over(self) -> bool:
        """Whether it is over its limit."""
        return self.limit is not None and self.value > self.limit

    def __str__(self) -> str:
        limit = "" if self.limit is None else f"{self.limit:g}"
        mark = "OVER" if self.over else ""
        return f"{self.what:44}{self.value:10.2f} {self.unit:4}{limit:>7} {mark:5}{self.more}"


def main(words: Sequence[str] | None = None) -> int:
    """Print the table; 1 when a figure is over its limit."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--pages", type=int)
    ask.add_argument("--short", action="store_true", help=f"{SHORT} pages")
    ask.add_argument("--seed", type=int, default=0, help="of which pages are edited")
    ask.add_argument("--memory", choices=sorted(HEAVY), help=argparse.SUPPRESS)
    asked = ask.parse_args(words)
    pages = asked.pages or (SHORT if asked.short else PAGES)
    if asked.memory:
        HEAVY[asked.memory](pages)
        print(_most_memory())
        return 0
    with tempfile.TemporaryDirectory() as folder:
        figures = _campaign(Path(folder), pages, asked.seed)
    lost = [figure for figure in figures if figure.over]
    print(f"\n{len(figures)} figures, {len(lost)} over their limits")
    return 1 if lost else 0


def _campaign(folder: Path, pages: int, seed: int) -> list[Figure]:
    print(f"{pages} pages\n{'':44}{'':10} {'':4}{'limit':>7}", flush=True)
    figures: list[Figure] = []
    synthetic.make_project(folder)
    parts: tuple[Callable[[], list[Figure]], ...] = (
        lambda: memory(pages),  # first: a child's figure begins at what its parent had
        lambda: stages(folder, pages),
        lambda: edits(folder, pages, seed),
        lambda: listings(folder),
    )
    for part in parts:
        for figure in part():
            print(figure, flush=True)
            figures.append(figure)
    return figures


def stages(folder: Path, pages: int) -> list[Figure]:
    """Fill the catalogue, and fit how the bookkeeping of every stage and each reading grow."""
    sizes = [pages // 4, pages // 2, pages]
    names = [f"bookkeeping: {name}" for name in synthetic.STAGES]
    names += [f"reading: {name}" for name in READINGS]
    spent = dict.fromkeys(names, Cost())
    grown: dict[str, list[Cost]] = {name: [] for name in names}
    with synthetic.opened(folder) as project:
        meter = Meter(project.catalogue)

        def spend(name: str, work: Callable[[], None]) -> None:
            spent[f"bookkeeping: {name}"] += meter.cost(work)

        first = 0
        for size in sizes:
            synthetic.add_pages(project.catalogue, first, size, spend)
            synthetic.put_in_groups(project.catalogue, size)
            first = size
            for name, read in READINGS.items():
                costs = [meter.cost(lambda r=read: r(project)) for _ in range(3)]
                spent[f"reading: {name}"] = min(costs, key=lambda cost: cost.seconds)
            for name, cost in spent.items():
                grown[name].append(cost)
    return [figure for name, costs in grown.items() for figure in _growth(name, sizes, costs)]


def _growth(name: str, sizes: Sequence[int], costs: Sequence[Cost]) -> list[Figure]:
    taken, counts = [cost.seconds for cost in costs], [float(cost.steps) for cost in costs]
    more = " ".join(f"{value:.2f}" for value in taken) + " s"
    limit = TIME_EXPONENT if taken[-1] >= TOO_SHORT else None
    return [
        Figure(f"{name}, steps", exponent(sizes, counts), "exp", EXPONENT),
        Figure(f"{name}, time", exponent(sizes, taken), "exp", limit, more),
    ]


READINGS: dict[str, Callable[[Project], object]] = {
    "pages": lambda p: p.catalogue.pages(),
    "drawings": lambda p: p.catalogue.drawings(),
    "summary": summarise,
    "results": lambda p: p.catalogue.results("figures"),
    "vectors": lambda p: p.catalogue.vectors(
        "pages", synthetic.NETWORK, sorted(p.catalogue.vector_keys("pages", synthetic.NETWORK))
    ),
    "private": lambda p: (p.catalogue.private_hashes(), p.catalogue.exposed_private_images()),
}


@dataclass(frozen=True)
class Cost:
    """What a piece of work took: steps of SQLite's machine, and seconds of this process."""

    steps: int = 0
    seconds: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.steps + other.steps, self.seconds + other.seconds)


class Meter:
    """Counts and times work on a catalogue, in seconds as they were when it was begun.

    Others slow a machine down, through its caches too. So a fixed piece of work is timed again and
    again, and what is measured is corrected by how much longer that takes now.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._ticks = 0
        self._words = [f"{n * 7919 % 100_003:06d}" for n in range(20_000)]
        self._first = min(self._fixed() for _ in range(9))
        catalogue.db._connection.set_progress_handler(self._tick, TICK)

    def cost(self, work: Callable[[], object]) -> Cost:
        """What ``work`` takes."""
        before, ticks = min(self._fixed() for _ in range(3)), self._ticks
        taken, steps = _spent(work), (self._ticks - ticks) * TICK
        slow = (before + min(self._fixed() for _ in range(3))) / 2
        return Cost(steps, taken * self._first / slow)

    def _tick(self) -> int:
        self._ticks += 1
        return 0

    def _fixed(self) -> float:
        return _spent(lambda: sorted({word: len(word) for word in self._words}))


def _spent(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def exponent(sizes: Sequence[int], taken: Sequence[float]) -> float:
    """The slope of the logarithms: 1 for linear growth."""
    logs = [math.log(max(value, 1e-9)) for value in taken]
    return float(np.polyfit(np.log(sizes), logs, 1)[0])


def edits(folder: Path, pages: int, seed: int) -> list[Figure]:
    """The time of single edits, as the artist waits for them."""
    numbers = np.random.default_rng(seed).permutation(pages)
    chosen = [p for n in numbers if (p := synthetic.page(int(n))).drawings and not p.private]
    figures = []
    with synthetic.opened(folder) as project:
        for name, edit in EDITING.items():
            taken = [1000 * _wall(edit, project.catalogue, p.name.id) for p in chosen[:EDITS]]
            middle, late = statistics.median(taken), float(np.percentile(taken, 95))
            figures.append(Figure(f"edit: {name}, median", middle, "ms", EDIT_MS))
            figures.append(Figure(f"edit: {name}, 95th of 100", late, "ms", EDIT_MS))
    return figures


def _wall(edit: Callable[[Catalogue, str], object], catalogue: Catalogue, page: str) -> float:
    start = time.perf_counter()
    edit(catalogue, page)
    return time.perf_counter() - start


EDITING: dict[str, Callable[[Catalogue, str], object]] = {
    "label": lambda c, page: c.set_hand_label(page, "watercolours"),
    "tag": lambda c, page: c.tag(page, "favourite"),
    "drop a drawing": lambda c, page: c.decide([c.drawings(page=page)[0].id], False),
}


def listings(folder: Path) -> list[Figure]:
    """The time of every listing command, its start included."""
    return [
        Figure(
            f"strokebook {' '.join(words)}",
            min(_command(folder, words) for _ in range(3)),
            "s",
            LISTING_SECONDS,
        )
        for words in LISTINGS
    ]


def _command(folder: Path, words: Sequence[str]) -> float:
    command = [sys.executable, "-m", "strokebook", *words, "--project", str(folder / "project")]
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def memory(pages: int) -> list[Figure]:
    """The most memory of the heavy things, each in a process of its own."""
    if _most_memory() is None:
        print("memory: this system does not tell how much a process took")
        return []
    figures = []
    for name in HEAVY:
        words = ["-m", "benchmarks.campaigns.scale", "--memory", name, "--pages", str(pages)]
        done = subprocess.run([sys.executable, *words], stdout=subprocess.PIPE, check=True)
        limit = ROOM_MB + (pages * DIMS * 4 / 1e6 if name == "new pages on the map" else 0)
        figures.append(Figure(f"memory: {name}", float(done.stdout), "MB", limit))
    return figures


def _most_memory() -> float | None:
    """The most memory that this process took, in MB; None where that is not known."""
    try:
        import resource
    except ImportError:
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1e6 if sys.platform == "darwin" else 1e3)  # bytes there, kB elsewhere


class _Pictures(Sequence[Image.Image]):
    """Pictures of pages, each made when it is looked at, as files are opened."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Image.Image:  # type: ignore[override]
        return Image.new("RGB", (120, 160), (index % 255, 99, 99))


def _sheet(pages: int) -> None:
    from strokebook.vision.maps.mapview import thumbnail_map

    xy = np.random.default_rng(0).uniform(-1, 1, (pages, 2)).astype(np.float32)
    thumbnail_map(xy, _Pictures(pages))


def _map(pages: int) -> None:
    from strokebook.vision.maps.mapview import map_picture

    xy = np.random.default_rng(0).uniform(-1, 1, (pages, 2)).astype(np.float32)
    groups = {"folder": ["art"] * pages, "cluster": [str(n % 16) for n in range(pages)]}
    map_picture(xy, groups)


def _extend(pages: int) -> None:
    from strokebook.vision.maps.map2d import extend_map

    rng = np.random.default_rng(0)
    old = rng.standard_normal((pages, DIMS), np.float32)
    new = rng.standard_normal((NEW, DIMS), np.float32)
    extend_map(old, rng.uniform(-1, 1, (pages, 2)).astype(np.float32), new)


HEAVY: dict[str, Callable[[int], None]] = {
    "the map": _map,
    "the map's sheet of pages": _sheet,
    "new pages on the map": _extend,
}


if __name__ == "__main__":
    sys.exit(main())
