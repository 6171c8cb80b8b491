"""The page's plotter and ``strokebook plot`` make the same sheet of the same drawing."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import numpy as np
import pytest

from strokebook.geometry.drawing import Drawing

from browser.harness import lacking, program
from browser.outputs_page import WEB, wave

plotter = pytest.importorskip("strokebook.geometry.plotting.plotter")
options = pytest.importorskip("strokebook.geometry.plotting.options")
papers = pytest.importorskip("strokebook.geometry.plotting.papers")
plot_svg = pytest.importorskip("strokebook.geometry.plotting.plot_svg")

SCRIPT = """
import { readFileSync } from 'node:fs'
import { build } from 'esbuild'
const { outputFiles } = await build({ entryPoints: ['draw/src/outputs/plotter.ts'], bundle: true,
  write: false, format: 'esm', platform: 'node' })
const code = Buffer.from(outputFiles[0].text).toString('base64')
const { toPlotter } = await import(`data:text/javascript;base64,${code}`)
const plots = JSON.parse(readFileSync(0, 'utf8')).map(([kept, options]) => {
  const strokes = kept.strokes.map((s) => ({ ...s, points: Float32Array.from(s.points) }))
  const { svg, metres, lifts, minutes } = toPlotter({ ...kept, strokes }, options)
  return { svg, metres, lifts, minutes }
})
process.stdout.write(JSON.stringify(plots))
"""
OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"paper": "a5", "landscape": True, "margin": 20.0, "tolerance": 0.1},
    {"paper": "300x100mm", "width": 60.0, "shortest": 1.0, "split_points": 7},
    {"paper": "letter", "tolerance": 0.0, "shortest": 0.0, "refill": 0.15, "split_points": 40},
    {"paper": "a3", "speed_down": 40.0, "speed_up": 100.0, "lift_seconds": 0.1, "refill": 0.3},
)


def strokes(seed: int) -> tuple[list[np.ndarray], list[bool]]:
    """Lines of a hand that shakes, dots among them, and which of them a model drew."""
    random = np.random.default_rng(seed)
    lines = [wave(int(n), 30 * k) for k, n in enumerate(random.integers(2, 200, 5))]
    lines = [line + random.normal(0, 0.7, line.shape) for line in lines]
    lines.insert(2, np.array([[5.0, 8.0]]))
    lines.append(np.vstack([lines[-1][-1], [[20, 20], [20, 20], [20.001, 20]]]))
    by_model = [bool(random.integers(2)) for _ in lines]
    return [line.astype(np.float32) for line in lines], by_model


def in_javascript(cases: list[Any]) -> list[dict[str, Any]]:
    if not (WEB / "node_modules" / "esbuild").exists():
        lacking("esbuild is not installed (npm ci in web/)")
    command = [program("node"), "--input-type=module", "-e", SCRIPT]
    text = json.dumps(cases)
    run = subprocess.run(command, cwd=WEB, input=text, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    plots: list[dict[str, Any]] = json.loads(run.stdout)
    return plots


def camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)


def test_the_same_sheet_to_a_thousandth_of_a_millimetre() -> None:
    drawn = [(*strokes(seed), chosen) for seed, chosen in enumerate(OPTIONS * 3)]
    cases = []
    for lines, by_model, chosen in drawn:
        parts = [
            {"by": "model" if model else "person", "points": line.ravel().tolist()}
            for line, model in zip(lines, by_model, strict=True)
        ]
        kept = {"strokes": parts, "width": 400, "height": 300, "title": "", "date": 0}
        cases.append([kept, {camel(name): value for name, value in chosen.items()}])
    for (lines, by_model, chosen), plot in zip(drawn, in_javascript(cases), strict=True):
        compare(lines, by_model, chosen, plot)


def compare(
    lines: list[np.ndarray], by_model: list[bool], chosen: dict[str, Any], plot: dict[str, Any]
) -> None:
    own = dict(chosen)
    paper = papers.paper_size(own.pop("paper", "a4"), landscape=own.pop("landscape", False))
    drawing = Drawing.of(lines, meta={"model_strokes": [n for n, m in enumerate(by_model) if m]})
    there = plotter.plot_drawings([drawing], options.PlotOptions(paper=paper, **own))
    text = plot_svg.plot_svg(there, [drawing])
    for pattern in ('inkscape:label="[^"]*"', '<svg [^>]*viewBox="[^"]*"'):
        assert re.findall(pattern, text) == re.findall(pattern, plot["svg"])
    a, b = (
        [np.array([p.split(",") for p in path.split()], float) for path in found]
        for found in (re.findall('points="([^"]*)"', svg) for svg in (text, plot["svg"]))
    )
    assert [len(path) for path in a] == [len(path) for path in b]
    assert np.abs(np.vstack(a) - np.vstack(b)).max() <= 1e-3 + 1e-9
    assert plot["lifts"] == there.measures.lifts
    assert plot["metres"] == pytest.approx(there.measures.metres, rel=1e-6)
    assert plot["minutes"] == pytest.approx(there.measures.minutes, rel=1e-6)
