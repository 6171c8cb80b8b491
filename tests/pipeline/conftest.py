"""A small library, run once; tests that change it work on a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from place import Place, make_place

from strokebook.demo import make_library


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A library of twelve art pages, run through every stage."""
    place = make_place(tmp_path_factory.mktemp("finished"))
    make_library(place.library, seed=11, pages=12)
    place.run()
    return place


@pytest.fixture
def copy(finished: Place, tmp_path: Path) -> Place:
    """The finished project and its library, to be changed."""
    shutil.copytree(finished.folder, tmp_path / "copy", symlinks=True)
    return Place(tmp_path / "copy")
