"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

from benchmarks.campaigns.traces_of_a_page import paint
from strokebook.demo import make_library

from place import Place, make_place

ROOT = Path(__file__).resolve().parent.parent

# A busy machine is no reason to fail.
settings.register_profile("busy", deadline=None)
settings.load_profile("busy")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared test data; tests that need it are skipped where it is missing."""
    folder = Path(os.environ.get("STROKEBOOK_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no shared test data at {folder} (set STROKEBOOK_SHARED to its folder)")
    return folder


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A library of twelve art pages, run through every stage.

    It takes a third of a minute, so the processes of one test run make it once; each has a copy.
    """
    own = tmp_path_factory.getbasetemp()
    common = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with FileLock(common / "finished.lock"):
        if not (common / "finished").exists():
            _finish(make_place(common / "being-finished"))
            (common / "being-finished").rename(common / "finished")
    shutil.copytree(common / "finished", own / "own", symlinks=True)
    return Place(own / "own")


def _finish(place: Place) -> None:
    make_library(place.library, seed=11, pages=12)
    paint(place.library / "sb48" / "art" / "005.jpg")  # its pixels are known again anywhere
    place.run()


@pytest.fixture
def copy(finished: Place, tmp_path: Path) -> Place:
    """The finished project and its library, to be changed."""
    shutil.copytree(finished.folder, tmp_path / "copy", symlinks=True)
    return Place(tmp_path / "copy")
