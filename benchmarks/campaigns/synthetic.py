"""Synthetic pages: a project with as many catalogue rows as a life's work, and no scans.

Everything is written through the catalogue's own functions (files, looks, drawings, results,
verdicts, vectors, clusters, labels by hand), so that a change of the schema needs no change here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from strokebook.base.files import digest
from strokebook.library.catalogue.catalogue import Catalogue
from strokebook.library.catalogue.records import NewDrawing
from strokebook.library.disk.page_ids import PageName, parse
from strokebook.library.disk.previews import Look
from strokebook.library.disk.signature import SIDE
from strokebook.library.disk.walk import ScannedFile
from strokebook.library.scan import BATCH as SCANNED
from strokebook.pipeline.project import Project, open_project
from strokebook.pipeline.project_backbone import BATCH as SEEN

PER_BOOK = 200  # pages of one sketchbook
NETWORK = "synthetic"  # stands for the fingerprint of the network that looked at the pages
CLUSTERS = 16
DIMS = 16  # numbers in a vector, fewer than in life: how long they are is no concern here
BATCH = 500  # pages that go through a stage together
Work = Callable[[], None]


@dataclass(frozen=True)
class Page:
    """A synthetic page: where its file would lie, and the key of its image."""

    number: int
    path: str
    image: str
    name: PageName

    @property
    def drawings(self) -> int:
        """How many drawings lie on it: none on every third page, else 1 to 3; 3 on two pages."""
        return 0 if self.number % 3 == 2 else (1, 2, 3, 3)[self.number % 4]

    @property
    def private(self) -> bool:
        """Whether it lies in the folder of private pages."""
        return self.name.folder == "priv"

    @property
    def label(self) -> str:
        """What the rule says of it."""
        return ("drawings", "drawings", "watercolours")[self.number % 3]


def page(number: int) -> Page:
    """The synthetic page ``number``; one in fifty is private, one in forty has a title."""
    folder = "priv" if number % 50 == 49 else "art"
    title = "--a-title" if number % 40 == 7 else ""
    path = f"sb{number // PER_BOOK + 1}/{folder}/{number % PER_BOOK + 1:03d}{title}.jpg"
    return Page(number, path, digest("page", str(number)) * 2, parse(path))


def make_project(folder: Path, pages: int = 0) -> None:
    """A project of so many synthetic pages in ``folder/project``, its library beside it, empty."""
    library = folder / "library"
    library.mkdir(parents=True, exist_ok=True)
    with open_project(folder / "project", library=library) as project:
        add_pages(project.catalogue, 0, pages)
        put_in_groups(project.catalogue, pages)


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Project]:
    """The project in ``folder``, open, with its file of hand work as always."""
    with open_project(folder / "project") as project:
        yield project


def add_pages(
    catalogue: Catalogue, first: int, last: int, spend: Callable[[str, Work], None] | None = None
) -> None:
    """Put the pages from ``first`` up to ``last`` into the catalogue, as if every stage had run.

    Args:
        catalogue: Open.
        first: Number of the first page.
        last: Behind the last one.
        spend: Does a stage's bookkeeping, ``(name of the stage, work)``, to take its time.
    """
    spend = spend or (lambda _, work: work())
    for start in range(first, last, BATCH):
        rows = [page(n) for n in range(start, min(start + BATCH, last))]
        for name, stage in STAGES.items():
            spend(name, partial(stage, catalogue, rows))


def scan(catalogue: Catalogue, pages: list[Page]) -> None:
    """As after stage ``scan``: files, images and page numbers, in batches as it writes them."""
    for start in range(0, len(pages), 8 * SCANNED):
        catalogue.put_files(
            (ScannedFile(p.path, 1000 + p.number, 10**9, p.number, frozenset()), p.image, p.name)
            for p in pages[start : start + 8 * SCANNED]
        )
    for start in range(0, len(pages), SCANNED):
        part = pages[start : start + SCANNED]
        catalogue.put_looks([look(p) for p in part], "")
        catalogue.mint(p.image for p in part)


def look(p: Page) -> Look:
    """What opening the page would show; its signature is noise, unlike that of any other page."""
    noise = np.random.default_rng(p.number).bytes(SIDE * SIDE)
    return Look(p.image, 1500, 2000, "JPEG", signature=noise)


def judge(catalogue: Catalogue, pages: list[Page]) -> None:
    """As after stage ``embed``: the rule's labels and its results."""
    catalogue.set_rule_labels({p.image: (p.label, 0.5 + 0.5 * (p.number % 7) / 7) for p in pages})
    for p in pages:
        catalogue.put_result("judge", p.image, "key", 0.01, {"label": p.label, "reasons": "none"})


def trace(catalogue: Catalogue, pages: list[Page]) -> None:
    """As after stage ``trace``: its results, page by page."""
    for p in pages:
        if p.drawings and catalogue.result("trace", p.image) is None:
            catalogue.clear_diagnostics("trace", p.image)
            catalogue.put_result("trace", p.image, "key", 0.2, {"strokes": 3, "points": 400})


def separate(catalogue: Catalogue, pages: list[Page]) -> None:
    """As after stage ``figures``: drawings and results, page by page."""
    facts = {"counts": {"traced": [9, 900], "kept": [3, 300]}, "small": 1}
    for p in pages:
        if p.drawings:
            catalogue.drawings(image=p.image, include_private=True)
            catalogue.replace_drawings(p.image, figures(p))
            catalogue.put_result("figures", p.image, "key", 0.1, facts)


def compose(catalogue: Catalogue, pages: list[Page]) -> None:
    """As after stage ``compose``: verdicts and results, page by page."""
    for p in pages:
        owner = catalogue.page_of_image(p.image)
        if p.drawings and owner is not None:
            records = catalogue.drawings(image=p.image, include_private=True)
            verdicts = {
                d.key: (d.number != 3, None if d.number != 3 else "too dense (0.4)")
                for d in records
            }
            catalogue.set_verdicts("measure", verdicts, replace=False)
            catalogue.put_result("measure", p.image, "key", 0.1, {})


def figures(p: Page) -> list[NewDrawing]:
    """The drawings of a page, side by side."""
    return [
        NewDrawing(
            (300.0 * n, 100.0, 300.0 * n + 250, 900.0),
            2 + n,
            200 + p.number % 100,
            f"drawings/{p.name.id}d{n + 1:02d}.svg",
            str(p.number),
        )
        for n in range(p.drawings)
    ]


def embed(catalogue: Catalogue, pages: list[Page]) -> None:
    """As after the vectors of stage ``embed``."""
    for start in range(0, len(pages), SEEN):
        part = pages[start : start + SEEN]
        rows = vectors(range(part[0].number, part[-1].number + 1), DIMS)
        table = {p.image: row for p, row in zip(part, rows, strict=True)}
        catalogue.put_vectors("pages", NETWORK, table)
        catalogue.vectors("pages", NETWORK, list(table))


STAGES: dict[str, Callable[[Catalogue, list[Page]], None]] = {
    "scan": scan,
    "judge": judge,
    "embed": embed,
    "trace": trace,
    "figures": separate,
    "compose": compose,
}


def vectors(numbers: range, dims: int) -> npt.NDArray[np.float32]:
    """Vectors of length 1 in sixteen loose clouds, ``(N, dims)``."""
    rows = np.random.default_rng(numbers.start).normal(size=(len(numbers), dims))
    rows += np.random.default_rng(1).normal(size=(CLUSTERS, dims))[np.array(numbers) % CLUSTERS]
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def put_in_groups(catalogue: Catalogue, pages: int) -> None:
    """As after the clustering: two clusters named by a rule, and hand work on one page in 200."""
    every = [page(n) for n in range(pages)]
    usable = [p for p in every if not p.private]
    members = {p.image: p.number % CLUSTERS for p in usable}
    catalogue.new_clustering("pages", CLUSTERS, np.zeros((CLUSTERS, DIMS)), members, "key")
    if any(number == 3 for number in members.values()):  # clusters without pages are not listed
        catalogue.name_cluster("pages", [3], "watercolours", "rule")
    keys = {d.key: d.number % CLUSTERS for d in catalogue.drawings(include_private=True)}
    catalogue.new_clustering("drawings", CLUSTERS, np.zeros((CLUSTERS, DIMS)), keys, "key")
    catalogue.put_map("pages", {p.image: (np.sin(p.number), np.cos(p.number)) for p in usable})
    catalogue.set_hand_labels({p.name.id: "drawings" for p in every[::200]})
