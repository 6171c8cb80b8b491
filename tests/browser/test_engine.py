"""The engine against Python, in Node and in Chromium: trained nets of every architecture."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from strokebook.model.interchange import web_file

from browser.engine_fixtures import make_fixtures, nets
from browser.harness import Watched, program

CLOSE = 1e-4  # times 1 + |value|, of every number of a mixture
OF_HUNDRED = 95  # raw drawings that are Python's
# Nets that need z find it among candidates that Python weighs in bf16 where the processor has it.
OF_HUNDRED_BY_Z = 90
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' {wasm} blob:; worker-src {worker};"
    " connect-src blob: data:"
)
WASM = "'wasm-unsafe-eval'"


@pytest.fixture(scope="session")
def fixtures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of trained nets and of what Python does with them; made once."""
    if "FIXTURES" in os.environ:
        return Path(os.environ["FIXTURES"])
    base = tmp_path_factory.getbasetemp()
    # What workers share is theirs alone: above it lies what earlier sessions left.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "engine-fixtures"
    with FileLock(f"{folder}.lock"):
        if not (folder / "random.json").exists():  # written last
            make_fixtures(folder)
    return folder


def in_node(packages: Path, *arguments: str, **more: str) -> str:
    """What ``web/test.mjs`` prints; it has to succeed."""
    run = subprocess.run(
        [program("node"), "test.mjs", *arguments],
        cwd=packages,
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.mark.parametrize("part", ["nets", "drawing", "engine/test/engine", "kernel", "net_parts"])
def test_in_node(part: str, packages: Path, fixtures: Path) -> None:
    said = in_node(packages, part, FIXTURES=str(fixtures))
    assert "# skipped 0" in said
    assert "# pass 0" not in said


@pytest.fixture(scope="module")
def replay(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The program by which a page replays what Python drew."""
    out = tmp_path_factory.mktemp("replay") / "replay.js"
    in_node(packages, "--replay", str(out))
    yield out.read_text("utf-8").replace("</script", "<\\/script")


def replayed(
    page: Watched, file: Path, program: str, policy: str, fixtures: Path, name: str
) -> dict[str, Any]:
    """What a page says after it has replayed a net's fixtures."""
    file.write_text(
        f'<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy"'
        f' content="{policy}"><script>{program}</script>',
        "utf-8",
    )
    opened = page.open(file)
    model = base64.b64encode((fixtures / f"{name}{web_file.SUFFIX}").read_bytes()).decode()
    expected = json.loads((fixtures / f"{name}.json").read_text("utf-8"))
    result: dict[str, Any] = opened.evaluate(
        "([file, expected]) => replay(file, expected, {})", [model, expected]
    )
    return result


@pytest.mark.parametrize("name", list(nets()))
def test_in_chromium(name: str, page: Watched, replay: str, fixtures: Path, tmp_path: Path) -> None:
    policy = POLICY.format(wasm=WASM, worker="blob:")
    result = replayed(page, tmp_path / "page.html", replay, policy, fixtures, name)
    assert (result["kernel"], result["inWorker"]) == ("wasm", True)
    assert result["worst"] <= CLOSE
    least = OF_HUNDRED_BY_Z if name.endswith("-both") else OF_HUNDRED
    assert 100 * result["same"] >= least * result["total"], result["others"]
    assert not page.requests
    assert not page.errors


@pytest.mark.parametrize(
    ("wasm", "worker", "kernel", "in_worker"),
    [("", "blob:", "plain", True), (WASM, "'none'", "wasm", False), ("", "'none'", "plain", False)],
)
def test_in_chromium_without(
    wasm: str,
    worker: str,
    kernel: str,
    in_worker: bool,
    page: Watched,
    replay: str,
    fixtures: Path,
    tmp_path: Path,
) -> None:
    policy = POLICY.format(wasm=wasm, worker=worker)
    name = "local-layer_norm-dropout"
    result = replayed(page, tmp_path / "page.html", replay, policy, fixtures, name)
    assert (result["kernel"], result["inWorker"]) == (kernel, in_worker)
    assert result["worst"] <= CLOSE
    assert 100 * result["same"] >= OF_HUNDRED * result["total"], result["others"]
    assert not page.requests
