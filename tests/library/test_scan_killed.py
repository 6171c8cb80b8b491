"""A scan that is killed at any moment: the catalogue is whole and the next scan goes on."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPT = """
import sys
from pathlib import Path
from strokebook.library import scan as room
from strokebook.library.catalogue.catalogue import Catalogue
room.BATCH = 4
root, project = map(Path, sys.argv[1:])
with Catalogue.open(project / "strokebook.db", hand_file=project / "hand.json") as catalogue:
    room.scan(root, catalogue, project)
"""


def previews(project: Path) -> int:
    return len(list((project / "cache" / "previews").glob("[!.]*.jpg")))


@pytest.mark.parametrize("at", [1, 12])
def test_a_killed_scan_goes_on(work, make, at: int):
    for number in range(40):
        make(f"sb48/art/{number:03d}.jpg", seed=number, size=400)
    make("sb48/priv/100.jpg", seed=3)
    work.catalogue.close()
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(work.root), str(work.project)])
    deadline = time.monotonic() + 20
    while previews(work.project) < at and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    with sqlite3.connect(work.project / "strokebook.db") as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    work.catalogue = work.open()
    before = {page.id for page in work.catalogue.pages()}
    report = work.scan()
    assert len(before) + len(report.new) == 41
    assert len(report.new) > 0
    assert not before & set(report.new)
    assert len(work.catalogue.pages()) == 41
    assert previews(work.project) == 40
    assert not list((work.project / "cache" / "previews").glob(".*"))
