"""The published page: first ink after the pen lifts, points a second, frame times, in one run.

    python -m benchmarks.browser.page_speed                  # three minutes or so
    python -m benchmarks.browser.page_speed --models lstm512 --slow none --repeat 15 --out FILE.json

A page is published for each model, opened from the disk without a network at 1280 by 800, and drawn
on with pointer events, a frame's worth at a time; each stroke is undone when its nine endings have
ended. **First ink** is the time from the pen's lifting until a pixel of the model's colour is in
a cell and its frame is over, the median of ``--repeat`` strokes; "cold" is that of the first stroke
after loading. **Points** are the net's, not those of the line between them: of each of the nine,
from its first news to its end. **Frames** are the times between animation frames meanwhile, of
all strokes together. Random weights change no time; they are made to draw until ``--points``
and to lift the pen one time in twenty.

Slow: ``page`` is the developer tools' throttling, which slows the page's thread alone; ``all``
stops the page's process, Worker included, for three quarters of the time.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from benchmarks.browser.chromium import SIZE, busy_ms, chromium, machine, slow_page, slow_process
from benchmarks.browser.measures import median, percentile, table
from strokebook.model.checkpoints import starter
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.config import PRESETS, ModelOptions
from strokebook.model.data.statistics import DataStatistics
from strokebook.model.networks.local_frame_decoder import LocalFrameDecoder
from strokebook.model.networks.sketch_rnn import SketchNet
from strokebook.pipeline.publishing.draw_page import PageSettings
from strokebook.pipeline.publishing.publish import carry_model, with_card, write_page
from strokebook.pipeline.standalone import load

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WATCH = Path(__file__).with_name("page_watch.js")
MODELS = ("lstm512", "evening", "starter")
SLOW = ("none", "page", "all")
TIMES = 4  # so much slower
LIFTS, ENDS = -3.0, -30.0  # pen biases: a lift one time in twenty, never the end
LONGEST_WAIT = 90_000  # ms
FIRST_INK, RATE = 150.0, 60.0  # wanted: ms; points a second of each


def main() -> None:
    """Print a table, and JSON if asked."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--models", nargs="+", choices=MODELS, default=MODELS)
    ask.add_argument("--slow", nargs="+", choices=SLOW, default=SLOW)
    ask.add_argument("--repeat", type=int, default=9, help="strokes on each page")
    ask.add_argument("--points", type=int, default=250, help="points that random weights draw")
    ask.add_argument("--seed", type=int, default=0)
    ask.add_argument("--out", type=Path, help="a JSON file")
    asked = ask.parse_args()
    results: list[dict[str, Any]] = []
    with chromium() as browser, tempfile.TemporaryDirectory() as folder:
        where = machine(browser)
        print(f"{where}; {SIZE['width']} × {SIZE['height']}, {asked.repeat} strokes each")
        for name in asked.models:
            file = Path(folder) / f"{name}.html"
            size = publish(model_of(name, asked.points, asked.seed), name, file)
            for slow in asked.slow:
                line = measure(browser, file, slow, asked.repeat)
                results.append({"model": name, "slow": slow, "page_bytes": size, **line})
    print(table(HEAD, [row(line) for line in results]))
    print(
        f"wanted: first ink under {FIRST_INK:.0f} ms, {RATE:.0f} points/s each, 60 frames a second"
    )
    if asked.out:
        asked.out.write_text(json.dumps({"machine": where, "results": results}, indent=1))


HEAD = (
    "model (page)",
    "slow",
    "first ink ms (cold)",
    "points/s each (least)",
    "frames ms: median",
    "95 %",
    "most",
    "really slower",
)


def row(line: dict[str, Any]) -> list[str]:
    """One line of the table."""
    frames = line["frames"]
    return [
        f"{line['model']} ({line['page_bytes'] / 1e6:.1f} MB)",
        line["slow"],
        f"{median(line['first_ink']):.0f} ({line['first_ink'][0]:.0f})",
        f"{median(line['rates']):.0f} ({min(line['rates']):.0f})",
        *(f"{percentile(frames, share):.1f}" for share in (50, 95, 100)),
        f"{line['slower']:.1f}",
    ]


def model_of(name: str, points: int, seed: int) -> SketchModel:
    """A model by its name in :data:`MODELS`."""
    if name == "starter":
        return load(starter.FOLDER)
    plain = ModelOptions(conditional=False, decoder=512, decoder_cell="lstm", local_frame=False)
    options = plain if name == "lstm512" else PRESETS["evening"].model
    net = SketchNet(options, torch.Generator().manual_seed(seed))
    net.eval().requires_grad_(False)
    decoder = net.decoder
    pen = decoder.pen if isinstance(decoder, LocalFrameDecoder) else decoder.output
    pen.bias[1], pen.bias[2] = LIFTS, ENDS
    return SketchModel(net, options, statistics(points), {})


def statistics(points: int) -> DataStatistics:
    """Measures of drawings of at most so many points: completions draw what the start leaves."""
    return DataStatistics(10.0, 1000, points, points, 200.0, 100.0, 8.0, 26.0)


def publish(model: SketchModel, name: str, file: Path) -> int:
    """Write a page with the model in it; its size in bytes."""
    carried, card = carry_model(model, name, PageSettings(name))
    return write_page(file, with_card(PageSettings(name), card), [carried])


def measure(browser: Browser, file: Path, slow: str, repeat: int) -> dict[str, Any]:
    """Draw on the page; all first inks, rates and frame times."""
    with opened(browser, file) as page:
        usual = busy_ms(page)
        with slowed(browser, page, slow):
            slower = busy_ms(page) / usual
            strokes = [draw(page, turn) for turn in range(repeat)]
    return {
        "slower": slower,
        "first_ink": [one["first_ink"] for one in strokes],
        "first_news": [one["first_news"] for one in strokes],
        "rates": [rate for one in strokes for rate in one["rates"]],
        "points": [count for one in strokes for count in one["points"]],
        "frames": [time for one in strokes for time in one["frames"]],
    }


@contextlib.contextmanager
def opened(browser: Browser, file: Path) -> Iterator[Page]:
    """The page, from the disk and offline, when its model has been loaded and has warmed up."""
    context = browser.new_context(offline=True, viewport={**SIZE})
    try:
        page = context.new_page()
        page.set_default_timeout(LONGEST_WAIT)
        page.add_init_script(path=WATCH)
        page.goto(file.resolve().as_uri())
        page.wait_for_selector("[aria-label='From nothing']:enabled")
        page.wait_for_timeout(1500)
        yield page
    finally:
        context.close()


@contextlib.contextmanager
def slowed(browser: Browser, page: Page, slow: str) -> Iterator[None]:
    if slow == "page":
        slow_page(page, TIMES)
    with slow_process(browser, TIMES) if slow == "all" else contextlib.nullcontext():
        yield


def draw(page: Page, turn: int) -> dict[str, Any]:
    """One stroke, and what was seen until its nine endings had ended; then it is undone."""
    seen: dict[str, Any] = page.evaluate("(points) => strokebookWatch.draw(points)", arc(turn))
    page.get_by_role("button", name="Undo").click()
    return seen


def arc(turn: int) -> list[tuple[float, float, float]]:
    """A curved stroke of 60 places with changing pressure, another one each time."""
    begin, steps = 0.7 * turn, [k / 59 for k in range(60)]
    return [
        (
            0.45 + 0.16 * math.cos(begin + 4 * t),
            0.45 + 0.16 * math.sin(begin + 4 * t) * (0.6 + 0.4 * t),
            0.3 + 0.4 * math.sin(math.pi * t),
        )
        for t in steps
    ]


if __name__ == "__main__":
    main()
