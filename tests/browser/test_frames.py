"""What a frame costs: counted in painted segments, never in time, which a busy machine would spoil.

Frame times are measured by ``python -m benchmarks.browser.page_speed``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch

from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.config import ModelOptions
from strokebook.model.data.statistics import DataStatistics
from strokebook.model.networks.sketch_rnn import SketchNet
from strokebook.pipeline.publishing.draw_page import PageSettings
from strokebook.pipeline.publishing.publish import carry_model, write_page

from browser.harness import Watched

if TYPE_CHECKING:
    from playwright.sync_api import Page

SHEET = "[role=application]"
TAIL = 250  # segments that a cell may draw anew in a frame: those that are not settled for long
COUNT = """(() => {
  globalThis.painted = { segments: 0, wiped: 0, points: 0, frames: 0 }
  const { lineTo, clearRect } = CanvasRenderingContext2D.prototype
  CanvasRenderingContext2D.prototype.lineTo = function (...at) {
    painted.segments++
    lineTo.apply(this, at)
  }
  CanvasRenderingContext2D.prototype.clearRect = function (...box) {
    if (this.canvas.closest('.easel')) painted.wiped++
    clearRect.apply(this, box)
  }
  globalThis.Worker = class extends Worker {
    constructor(...words) {
      super(...words)
      this.addEventListener('message', ({ data }) => data.kind === 'finished' && count(data.drawn))
    }
  }
  let before = 0
  const frame = () => {
    if (painted.segments > before) painted.frames++
    before = painted.segments
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
  const count = (drawn) => {
    const strokes = drawn.flatMap(({ drawing }) => drawing.strokes)
    painted.points = strokes.reduce((sum, stroke) => sum + stroke.length / 2, 0)
  }
})()"""
ENDED = """() => document.querySelectorAll(".cell[aria-disabled='false']").length === 9 &&
  document.querySelector('.cells').getAttribute('aria-busy') === 'false'"""

# The view steps towards what was drawn, a step a frame: that may outlast the endings.
RESTED = """() => {
  painted.rested = painted.wiped === painted.last ? painted.rested + 1 : 0
  painted.last = painted.wiped
  return painted.rested > 10
}"""


def endless(folder: Path, points: int, units: int = 16) -> Path:
    """A page with a net of random weights that draws so many points in one stroke."""
    options = ModelOptions(conditional=False, decoder=units)
    net = SketchNet(options, torch.Generator().manual_seed(1)).eval().requires_grad_(False)
    net.decoder.output.bias[1:3] = -30.0
    facts = DataStatistics(10.0, 1000, points, points, 200.0, 100.0, 8.0, 26.0)
    carried, _ = carry_model(SketchModel(net, options, facts, {}), "Endless", PageSettings("E"))
    write_page(folder / f"{points}.html", PageSettings("Endless"), [carried])
    return folder / f"{points}.html"


def drawn(page: Watched, file: Path) -> Page:
    """The page with one stroke, when its nine endings have ended."""
    page.page.add_init_script(COUNT)
    opened = page.open(file)
    opened.wait_for_selector("[aria-label='From nothing']:enabled")
    page.draw(SHEET, [(0.3 + 0.02 * k, 0.4 + 0.01 * (k % 5), 0.5) for k in range(20)])
    opened.wait_for_function(ENDED)
    return opened


def test_a_long_line_is_not_painted_anew_in_every_frame(page: Watched, tmp_path: Path) -> None:
    """Nine lines are painted a few times over, and in each frame only their last points anew."""
    opened = drawn(page, endless(tmp_path, 800, units=256))
    opened.wait_for_timeout(500)
    painted = opened.evaluate("painted")
    assert painted["points"] > 9 * 775
    tails = painted["frames"] * 9 * TAIL
    assert painted["points"] < painted["segments"] < 4 * painted["points"] + tails


def test_the_sheet_rests_while_cells_grow(page: Watched, tmp_path: Path) -> None:
    """The layer over the sheet is large: nothing wipes it while nothing moves on it."""
    opened = drawn(page, endless(tmp_path, 300))
    opened.wait_for_function(RESTED)
    before = opened.evaluate("painted")["wiped"]
    opened.get_by_role("button", name="Again, with another seed").click()
    opened.wait_for_function(ENDED)
    assert opened.evaluate("painted")["wiped"] - before <= 2
