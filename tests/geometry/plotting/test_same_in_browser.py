"""``strokebook plot`` and the page's plotter make the same of the same drawings."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from strokebook.geometry.drawing import Drawing
from strokebook.geometry.plotting.options import Pen, PlotOptions
from strokebook.geometry.plotting.papers import paper_size
from strokebook.geometry.plotting.plotter import plot_drawings

WEB = Path(__file__).resolve().parents[3] / "web"
PLOTTER = WEB / "draw" / "src" / "outputs" / "plotter.ts"
ESBUILD = WEB / "node_modules" / "esbuild" / "lib" / "main.js"
NODE = shutil.which("node")


def scribble(seed: int, *counts: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [rng.normal(0, 9, (n, 2)).cumsum(0).astype(np.float32) for n in counts]


def hands(*by_model: bool) -> dict[str, Any]:
    return {"model_strokes": [n for n, by in enumerate(by_model) if by]}


HAIRPIN = [(0, 0), (10, 0), (4, 0), (4, 0), (4, 3)]
# Strokes, which of them are the model's, and options as Python has them.
CASES: list[tuple[list[Any], dict[str, Any], dict[str, Any]]] = [
    (scribble(0, 300, 200, 50), hands(False, False, True), {}),
    (scribble(1, 900), hands(False), {"split_points": 40, "refill": 0.5}),
    (scribble(2, 50, 400, 3, 80), hands(False, True, False, True), {"refill": 1.0}),
    (scribble(3, 700), hands(True), {"paper": "a3", "landscape": True, "tolerance": 0.3}),
    ([HAIRPIN, [(2, 2)]], hands(False, False), {"tolerance": 0.0, "shortest": 0.0}),
    ([HAIRPIN], hands(False), {"width": 40.0, "margin": 20.0, "paper": "letter"}),
    (scribble(4, 500, 500), hands(False, True), {"shortest": 4.0, "split_points": 2}),
    ([[(5, 1), (5, 9)], [(5, 3)]], hands(False, True), {"paper": "120x90mm"}),
]


@pytest.fixture(scope="module")
def in_browser() -> list[dict[str, Any]]:
    """What the page's plotter makes of all cases."""
    if not PLOTTER.exists():
        pytest.skip("the page's plotter is not there")
    if NODE is None or not ESBUILD.exists():
        pytest.skip("Node and web/node_modules are needed (npm ci in web/)")
    script = Path(__file__).with_name("plot_in_node.mjs")
    words = json.dumps([_for_page(*case) for case in CASES])
    command = [NODE, str(script), str(ESBUILD), str(PLOTTER)]
    done = subprocess.run(command, input=words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    plots: list[dict[str, Any]] = json.loads(done.stdout)
    return plots


@pytest.mark.parametrize("number", range(len(CASES)))
def test_both_plotters_agree(number: int, in_browser: list[dict[str, Any]]) -> None:
    strokes, meta, changed = CASES[number]
    paper = paper_size(changed.get("paper", "a4"), landscape=changed.get("landscape", False))
    others = {k: v for k, v in changed.items() if k not in ("paper", "landscape")}
    options = PlotOptions(paper=paper, person=Pen("person", "#000", speed=30), **others)
    plot = plot_drawings([Drawing.of(strokes, meta=meta)], options)
    theirs = in_browser[number]
    assert [layer.name for layer in plot.layers] == [layer["name"] for layer in theirs["layers"]]
    for ours, layer in zip(plot.layers, theirs["layers"], strict=True):
        assert [len(p) for p in ours.paths] == [len(p) // 2 for p in layer["paths"]]
        for path, other in zip(ours.paths, layer["paths"], strict=True):
            assert np.abs(path - np.reshape(other, (-1, 2))).max() <= 0.001
    assert plot.measures.lifts == theirs["lifts"]
    assert plot.measures.metres == pytest.approx(theirs["metres"], rel=1e-6)
    assert plot.measures.minutes == pytest.approx(theirs["minutes"], rel=1e-6)


def _for_page(strokes: list[Any], meta: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    names = {"split_points": "splitPoints"}
    kept = {
        "strokes": [
            {
                "by": "model" if n in meta["model_strokes"] else "person",
                "points": np.asarray(stroke, np.float32).ravel().tolist(),
            }
            for n, stroke in enumerate(strokes)
        ],
        "width": 1,
        "height": 1,
        "title": "",
        "date": 0,
    }
    options = {names.get(k, k): v for k, v in changed.items()}
    return {"kept": kept, "options": options | {"person": {"speed": 30}}}
