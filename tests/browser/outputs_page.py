"""A bare page with the drawing page's outputs in it, and drawings to put through them."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from browser.harness import Watched, lacking, program

WEB = Path(__file__).resolve().parents[2] / "web"
BUNDLE = """
import { build } from 'esbuild'
const { outputFiles } = await build({ entryPoints: ['draw/test/browser_entry.ts'], bundle: true,
  write: false, format: 'iife', globalName: 'outputs', target: 'es2022' })
process.stdout.write(outputFiles[0].text)
"""


def bundle(folder: Path) -> Path:
    """A page whose only script is the outputs, as the global ``outputs``."""
    node = program("node")
    if not (WEB / "node_modules" / "esbuild").exists():
        lacking("esbuild is not installed (npm ci in web/)")
    script = subprocess.run(
        [node, "--input-type=module", "-e", BUNDLE], cwd=WEB, capture_output=True, text=True
    )
    assert script.returncode == 0, script.stderr
    page = folder / "outputs.html"
    page.write_text(f"<!doctype html><meta charset=utf-8><script>{script.stdout}</script>", "utf-8")
    return page


def kept(*strokes: tuple[str, Any], **more: Any) -> dict[str, Any]:
    """A kept drawing as JSON: strokes as ``("person", (P, 2) points)``."""
    lines = [{"by": by, "points": np.asarray(p, float).ravel().tolist()} for by, p in strokes]
    model = {"name": "Bär & co", "digest": "ab12", "artist": "A", "licence": "CC BY 4.0"}
    facts = {"title": "Two hands", "model": model, "seed": 7, "temperature": 0.4, "date": 0}
    return {"strokes": lines, "width": 400, "height": 300, **facts, **more}


def wave(count: int = 80, top: float = 150.0) -> np.ndarray:
    """A wavy line ``(P, 2)`` across the canvas."""
    x = np.linspace(30.0, 370.0, count)
    return np.stack([x, top + 40 * np.sin(x / 25)], axis=1)


def farthest(line: np.ndarray, other: np.ndarray) -> float:
    """How far a point of one polyline lies from the other polyline, at most."""
    a, b = other[:-1], other[1:]
    step = b - a
    t = ((line[:, None] - a) * step).sum(2) / np.maximum((step**2).sum(1), 1e-12)
    near = a + np.clip(t, 0, 1)[..., None] * step
    return float(np.linalg.norm(line[:, None] - near, axis=2).min(axis=1).max())


def made(watched: Watched, call: str, drawing: dict[str, Any], **options: Any) -> bytes:
    """The bytes of the file that an output makes of a drawing."""
    text = watched.page.evaluate(
        f"async ([d, o]) => outputs.toBase64(await outputs.{call}(outputs.keptFrom(d), o))",
        [drawing, options],
    )
    return base64.b64decode(text)


@pytest.fixture(scope="session")
def outputs_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page, bundled once a run."""
    return bundle(tmp_path_factory.mktemp("outputs"))


@pytest.fixture
def outputs(page: Watched, outputs_page: Path) -> Watched:
    """The page, opened from the disk."""
    page.open(outputs_page)
    return page
