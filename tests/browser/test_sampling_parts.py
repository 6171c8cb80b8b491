"""The engine's parts around the net, in Node, against Python: random streams, geometry, the line,
features and choosing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from sampling_fixtures import stream_names, write_fixtures

WEB = Path(__file__).resolve().parents[2] / "web"
PARTS = ("streams", "geometry", "line", "choosing")


def node() -> str:
    """Node, where its modules are installed.

    A machine without may skip; where the variable CI is set, all runs or fails.
    """
    program = shutil.which("node")
    missing = "Node" if program is None else "web/node_modules (run npm ci in web/)"
    if program is None or not (WEB / "node_modules").is_dir():
        if "CI" in os.environ:
            pytest.fail(f"{missing} is not there.")
        pytest.skip(f"{missing} is not there")
    return program


@pytest.fixture(scope="module")
def fixtures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fixtures")
    write_fixtures(folder)
    return folder


@pytest.mark.parametrize("part", PARTS)
def test_the_engine_gives_what_python_gives(part: str, fixtures: Path) -> None:
    run = subprocess.run(
        [node(), "test.mjs", part],
        cwd=WEB,
        env={**os.environ, "FIXTURES": str(fixtures)},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "# skipped 0" in run.stdout and "# pass 0" not in run.stdout


def test_the_engine_knows_the_names_of_the_streams() -> None:
    table = (WEB / "engine" / "src" / "random" / "stream_names.ts").read_text()
    found = re.findall(r"(\w+): \[(0x\w+), (0x\w+)\]", table)
    assert {name: [int(low, 16), int(high, 16)] for name, low, high in found} == stream_names()
