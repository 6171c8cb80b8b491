"""The real browser package in Node, installed once into a cache folder."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from strokebook.base.files import digest

HERE = Path(__file__).resolve().parents[2] / "magenta"
SECONDS = 180


def installed() -> Path:
    """A folder with ``node_modules``; skips, saying why, where it cannot be had."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("node or npm is not installed")
    default = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "strokebook-tests"
    cache = Path(os.environ.get("STROKEBOOK_NODE_CACHE", default))
    lists = [HERE / "package.json", HERE / "package-lock.json"]
    ready = cache / f"magenta-{digest(*(p.read_bytes() for p in lists))}"
    if not ready.is_dir():
        try:
            cache.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=cache) as folder:
                _install(npm, Path(folder) / "new", lists, ready)
        except OSError as error:
            pytest.skip(f"no folder for node_modules at {cache} ({error.strerror})")
    return ready


def _install(npm: str, folder: Path, lists: list[Path], ready: Path) -> None:
    folder.mkdir()
    for path in lists:
        shutil.copy(path, folder)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev"]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        pytest.skip("npm could not fetch @magenta/sketch in time")
    if done.returncode:
        pytest.skip(f"npm could not fetch @magenta/sketch: {done.stderr.strip()[-200:]}")
    try:
        folder.rename(ready)
    except OSError:
        if not ready.is_dir():  # otherwise another worker was faster
            raise


def mixtures(model: Path, rows: list[list[float]], *, first: bool = False) -> dict[str, Any]:
    """``info``, ``start`` and ``found``: the library's parameters after each row."""
    done = subprocess.run(
        ["node", str(HERE / "mixtures.js"), str(model.resolve())],
        input=json.dumps({"rows": rows, "first": first}),
        cwd=installed(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
