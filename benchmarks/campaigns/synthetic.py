"""A project of synthetic pages: as many rows as a life's work, without one scan.

Everything goes in through the catalogue's own doors (files, looks, drawings, results, verdicts,
vectors, clusters, labels by hand), so that a change of the schema needs no change here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from strokebook.base.files import digest
from strokebook.library.catalogue import Catalogue
from strokebook.library.names import PageName, parse
from strokebook.library.previews import Look
from strokebook.library.records import NewDrawing
from strokebook.library.walk import Found
from strokebook.pipeline.project import DATABASE, Project, open_project

PER_BOOK = 200  # pages of one sketchbook
NETWORK = "synthetic"  # stands for the fingerprint of the network that looked at the pages
CLUSTERS = 16
BATCH = 2000  # pages in one transaction


@dataclass(frozen=True)
class Page:
    """A synthetic page: where its file would lie, and the key of its image."""

    number: int
    path: str
    image: str
    name: PageName

    @property
    def drawings(self) -> int:
        """How many drawings lie on it: none on every third page, else 1 to 4."""
        return 0 if self.number % 3 == 2 else 1 + self.number % 4

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


def make_project(folder: Path, pages: int, *, dims: int = 0, fill: bool = True) -> None:
    """A project of ``pages`` synthetic pages in ``folder``; its library is an empty folder.

    Args:
        folder: Made; the project lies in its ``project``, the library in its ``library``.
        pages: How many.
        dims: Length of the pages' vectors; 0 keeps none.
        fill: False leaves the catalogue empty.
    """
    library = folder / "library"
    library.mkdir(parents=True, exist_ok=True)
    with open_project(folder / "project", library=library) as project:
        if fill:
            add_pages(project, 0, pages, dims=dims)
            put_in_groups(project.catalogue, pages)


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Project]:
    """The project in ``folder``, open, with its file of hand work as always."""
    with open_project(folder / "project") as project:
        yield project


def database(folder: Path) -> Path:
    """Its catalogue."""
    return folder / "project" / DATABASE


def add_pages(project: Project, first: int, last: int, *, dims: int = 0) -> None:
    """Put the pages from ``first`` up to ``last`` into the catalogue, with all that hangs on them.

    Most of them look as if every stage had been at them.
    """
    for start in range(first, last, BATCH):
        rows = [page(n) for n in range(start, min(start + BATCH, last))]
        with project.catalogue.transaction():
            scan(project.catalogue, rows)
            judge(project.catalogue, rows)
            draw(project.catalogue, rows)
            if dims:
                see(project.catalogue, rows, dims)


def scan(catalogue: Catalogue, pages: list[Page]) -> None:
    """As after stage ``scan``: files and images."""
    catalogue.put_files(
        (Found(p.path, 1000 + p.number, 10**9, p.number, frozenset()), p.image, p.name)
        for p in pages
    )
    catalogue.put_looks([Look(p.image, 1500, 2000, "JPEG") for p in pages], "")


def judge(catalogue: Catalogue, pages: list[Page]) -> None:
    """As after stage ``see``: the rule's labels and its results."""
    catalogue.set_rule_labels({p.image: (p.label, 0.5 + 0.5 * (p.number % 7) / 7) for p in pages})
    for p in pages:
        catalogue.put_result("judge", p.image, "key", 0.01, {"label": p.label, "reasons": "none"})


def draw(catalogue: Catalogue, pages: list[Page]) -> None:
    """As after the stages from ``trace`` to ``dataset``: drawings, results, verdicts."""
    verdicts = {}
    for p in pages:
        if not p.drawings:
            continue
        catalogue.put_result("trace", p.image, "key", 0.2, {"strokes": 3, "points": 400})
        records = catalogue.replace_drawings(p.image, figures(p))
        facts = {"counts": {"traced": [9, 900], "kept": [3, 300]}, "small": 1}
        catalogue.put_result("figures", p.image, "key", 0.1, facts)
        catalogue.put_result("measure", p.image, "key", 0.1, {})
        for d in records:
            verdicts[d.key] = (d.number != 3, None if d.number != 3 else "too dense (0.4)")
    catalogue.set_verdicts("measure", verdicts, replace=False)


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


def vectors(numbers: range, dims: int) -> npt.NDArray[np.float32]:
    """Vectors of length 1 in sixteen loose clouds, ``(N, dims)``; a page has always the same."""
    rows = np.empty((len(numbers), dims), np.float32)
    middles = np.random.default_rng(1).normal(size=(CLUSTERS, dims))
    for at, number in enumerate(numbers):
        rng = np.random.default_rng(number)
        rows[at] = middles[number % CLUSTERS] + rng.normal(size=dims)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def see(catalogue: Catalogue, pages: list[Page], dims: int) -> None:
    """As after the embedding of stage ``see``."""
    rows = vectors(range(pages[0].number, pages[-1].number + 1), dims)
    catalogue.put_vectors("pages", NETWORK, {p.image: r for p, r in zip(pages, rows, strict=True)})


def put_in_groups(catalogue: Catalogue, pages: int) -> None:
    """As after the clustering: two clusters named by a rule, and hand work on one page in 200."""
    every = [page(n) for n in range(pages)]
    usable = [p for p in every if p.name.folder != "priv"]
    members = {p.image: p.number % CLUSTERS for p in usable}
    catalogue.new_clustering("pages", CLUSTERS, np.zeros((CLUSTERS, 2)), members, "key")
    catalogue.name_cluster("pages", [3], "watercolours", "rule")
    keys = {d.key: d.number % CLUSTERS for d in catalogue.drawings(include_private=True)}
    catalogue.new_clustering("drawings", CLUSTERS, np.zeros((CLUSTERS, 2)), keys, "key")
    catalogue.put_map("pages", {p.image: (np.sin(p.number), np.cos(p.number)) for p in usable})
    catalogue.set_hand_labels({p.name.id: "drawings" for p in every[::200]})
