"""A plot read back by vpype, as plotter owners read it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from strokebook.geometry.drawing import Drawing
from strokebook.geometry.plotting.options import PlotOptions
from strokebook.geometry.plotting.plot_svg import plot_svg
from strokebook.geometry.plotting.plotter import Plot, plot_drawings

vpype = pytest.importorskip("vpype", reason="vpype is not installed (pip install vpype)")
PX = 96 / 25.4  # of a mm, in vpype
WAVE = [(float(x), 30 * np.sin(x / 9)) for x in range(200)]
DRAWING = Drawing.of([WAVE, [(5, 5), (50, 60), (20, 5)], [(9, 9)]], meta={"start_points": 90})


@pytest.fixture(params=[{}, {"refill": 0.2, "split_points": 9}], ids=["plain", "cut"])
def plot(request: pytest.FixtureRequest) -> Plot:
    return plot_drawings([DRAWING], replace(PlotOptions(paper=(148, 210)), **request.param))


def test_vpype_reads_the_paper_the_pens_and_every_path(plot: Plot, tmp_path: Path) -> None:
    path = tmp_path / "plot.svg"
    path.write_text(plot_svg(plot, [DRAWING]), "utf-8")
    document = vpype.read_multilayer_svg(str(path), quantization=0.01)
    assert document.page_size == pytest.approx((148 * PX, 210 * PX))
    assert sorted(document.layers) == [1, 2]  # a pen each; notes are no lines
    for number, layer in document.layers.items():
        own = [p for each in plot.layers if each.by_model == (number == 2) for p in each.paths]
        lines = [np.column_stack((line.real, line.imag)) / PX for line in layer]
        drawn = [p for p in own if len(p) > 1]  # vpype drops dots
        assert len(lines) in (len(drawn), len(own))
        for line, ours in zip(lines, drawn, strict=False):
            assert line.shape == ours.shape and np.abs(line - ours).max() <= 0.001
        metres = sum(np.abs(np.diff(line)).sum() for line in layer) / PX / 1000
        assert metres == pytest.approx(
            sum(np.hypot(*np.diff(p, axis=0).T).sum() for p in own) / 1000, abs=1e-4
        )
