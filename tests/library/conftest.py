"""A tiny library on disk, a catalogue in memory, and a project between them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from strokebook.base import owned
from strokebook.library.catalogue.catalogue import Catalogue
from strokebook.library.scan import ScanOptions, ScanReport, scan

MakePage = Callable[..., Path]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    folder.mkdir()
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tmp_path / "project"


@pytest.fixture
def make(root: Path) -> MakePage:
    """Write a small page whose content depends on ``seed`` alone."""

    def page(path: str, seed: int | None = None, fmt: str = "JPEG", size: int = 48) -> Path:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        number = sum(path.encode()) if seed is None else seed
        pixels = np.random.default_rng(number).integers(0, 255, (size + 8, size, 3), np.uint8)
        Image.fromarray(pixels).save(file, fmt)
        return file

    return page


class Work:
    """A catalogue with its library and project, and a short way to scan."""

    def __init__(self, root: Path, project: Path) -> None:
        self.root, self.project = root, project
        owned.mark(project, files=(), folders=("cache", "drawings"))  # as a project is
        self.hand_file = project / "hand.json"
        self.catalogue = self.open()

    def open(self) -> Catalogue:
        return Catalogue.open(self.project / "strokebook.db", hand_file=self.hand_file)

    def reopen(self, *, without_database: bool = False) -> Catalogue:
        self.catalogue.close()
        if without_database:
            for file in self.project.glob("strokebook.db*"):
                file.unlink()
        self.catalogue = self.open()
        return self.catalogue

    def scan(self, **options: object) -> ScanReport:
        made = ScanOptions(**options)  # type: ignore[arg-type]
        return scan(self.root, self.catalogue, self.project, made)

    @property
    def previews(self) -> set[str]:
        folder = self.project / "cache" / "previews"
        return {file.stem for file in folder.glob("*")} if folder.is_dir() else set()


@pytest.fixture
def work(root: Path, project: Path) -> Iterator[Work]:
    made = Work(root, project)
    yield made
    made.catalogue.db.close()


@pytest.fixture
def wear() -> Callable[[Path, str, bytes], None]:
    """Set an extended attribute, or skip where the file system has none."""

    def put(path: Path, name: str, value: bytes) -> None:
        if not hasattr(os, "setxattr"):
            pytest.skip("no extended attributes on this system")
        try:
            os.setxattr(path, name, value)
        except OSError as error:
            pytest.skip(f"no extended attributes on this file system ({error.strerror})")

    return put


@pytest.fixture
def filled(work: Work, make: MakePage) -> Work:
    """Four pages of one sketchbook, scanned."""
    for number in range(1, 5):
        make(f"sb48/art/00{number}.jpg", seed=number)
    work.scan()
    return work
