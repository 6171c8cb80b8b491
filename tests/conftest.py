"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared test data; tests that need it are skipped where it is missing."""
    folder = Path(os.environ.get("STROKEBOOK_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no shared test data at {folder} (set STROKEBOOK_SHARED to its folder)")
    return folder
