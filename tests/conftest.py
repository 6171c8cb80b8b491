"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from place import Place, make_place

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # the benchmarks are no package of the installation
    sys.path.insert(0, str(ROOT))

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
    """A library of twelve art pages, run through every stage."""
    from benchmarks.campaigns.traces_of_a_page import paint
    from strokebook.demo import make_library

    place = make_place(tmp_path_factory.mktemp("finished"))
    make_library(place.library, seed=11, pages=12)
    paint(place.library / "sb48" / "art" / "005.jpg")  # its pixels are known again anywhere
    place.run()
    return place


@pytest.fixture
def copy(finished: Place, tmp_path: Path) -> Place:
    """The finished project and its library, to be changed."""
    shutil.copytree(finished.folder, tmp_path / "copy", symlinks=True)
    return Place(tmp_path / "copy")
