"""The README's moving picture: a real session on the published starter's page, as a GIF.

``python tools/record_page.py`` publishes the starter, opens the page in Chromium, begins a drawing
as a hand would, waits for the nine drawings that go on from it, takes one, and writes what was on
the screen to ``docs/pictures/draw.gif``. It needs the extra ``dev`` and a Chromium.
"""

from __future__ import annotations

import argparse
import base64
import io
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from strokebook.demo import start_drawing
from strokebook.geometry.resample import resample
from strokebook.pipeline.publishing.draw_page import PageSettings
from strokebook.pipeline.publishing.publish import publish

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[1]
SHEET = "[role=application]"
CELLS = "[aria-label='Drawings of the model']"
TAKE = f"{CELLS} [aria-label^='Take drawing']"
SIZE = {"width": 960, "height": 600}
WIDTH = 800  # of the GIF, pixels
RATE = 14  # pictures a second
COLOURS, EXACT = 48, 12
MOST = 1_000_000  # bytes
HAND = 2.4  # seconds that the start takes
HOLD = 2.0  # seconds that the last picture stands
LONGEST = 14.0  # seconds of growing that are shown at most


@dataclass
class Film:
    """What Chromium paints, each picture with the second it was painted at."""

    pictures: list[tuple[float, Image.Image]] = field(default_factory=list)

    def record(self, page: Page) -> None:
        """Take every picture from now on."""
        session = page.context.new_cdp_session(page)

        def painted(event: dict[str, Any]) -> None:
            image = Image.open(io.BytesIO(base64.b64decode(event["data"]))).convert("RGB")
            self.pictures.append((float(event["metadata"]["timestamp"]), image))
            session.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})

        session.on("Page.screencastFrame", painted)
        session.send("Page.startScreencast", {"format": "png", "everyNthFrame": 1})

    def at_rate(self, rate: float) -> list[Image.Image]:
        """The pictures at even times: each time has the last one painted before it."""
        times = np.array([at for at, _ in self.pictures])
        wanted = np.arange(times[0], times[-1], 1 / rate)
        places = np.searchsorted(times, wanted, side="right") - 1
        return [self.pictures[place][1] for place in places]


def play(page: Page, seed: int) -> None:
    """Begin a drawing, let the model go on, take one of its drawings, let it go on again."""
    page.wait_for_timeout(500)
    box = page.locator(SHEET).bounding_box()
    assert box is not None
    draw_start(page, box, seed)
    wait_for_nine(page)
    page.wait_for_timeout(1200)
    chosen = page.locator(TAKE).nth(4)
    chosen.hover()
    page.wait_for_timeout(500)
    chosen.click()
    wait_for_nine(page)
    page.wait_for_timeout(1500)


def draw_start(page: Page, box: Any, seed: int) -> None:
    """The first line of a person, at the speed of a hand, in the sheet's middle."""
    line = resample(start_drawing(seed), 90).points
    low, high = line.min(axis=0), line.max(axis=0)
    scale = 0.36 * box["height"] / float((high - low).max())
    corner = np.array([box["x"] + 0.36 * box["width"], box["y"] + 0.2 * box["height"]])
    places = corner + (line - low) * scale
    page.mouse.move(*map(float, places[0]))
    page.mouse.down()
    begun = time.monotonic()
    for number, place in enumerate(places[1:], start=1):
        page.mouse.move(*map(float, place))
        late = begun + HAND * number / len(places) - time.monotonic()
        if late > 0:
            page.wait_for_timeout(1000 * late)
    page.mouse.up()


def wait_for_nine(page: Page) -> None:
    """Until all nine drawings have ended, or it takes too long to be looked at."""
    end = time.monotonic() + LONGEST
    page.wait_for_selector(TAKE)
    while time.monotonic() < end:
        page.wait_for_timeout(150)
        if page.get_attribute(CELLS, "aria-busy") == "false":
            return


def write_gif(pictures: list[Image.Image], target: Path, width: int, rate: float) -> int:
    """Write the pictures with one palette, each as long as it stands; the file's bytes."""
    height = round(width * pictures[0].height / pictures[0].width)
    small = [p.resize((width, height), Image.Resampling.LANCZOS) for p in pictures]
    palette = common_palette(small)
    frames = [p.quantize(palette=palette, dither=Image.Dither.NONE) for p in small]
    kept, durations = [frames[0]], [1000 / rate]
    for frame in frames[1:]:
        if frame.tobytes() == kept[-1].tobytes():
            durations[-1] += 1000 / rate
        else:
            kept.append(frame)
            durations.append(1000 / rate)
    durations[-1] += 1000 * HOLD
    kept[0].save(
        target,
        save_all=True,
        append_images=kept[1:],
        duration=[round(d) for d in durations],
        loop=0,
        optimize=True,
    )
    return target.stat().st_size


def common_palette(pictures: list[Image.Image]) -> Image.Image:
    """Colours for all pictures: the commonest as they are, and some for the rest.

    Each of the rest counts once, or the paper would take them all.
    """
    some = np.concatenate([np.asarray(p).reshape(-1, 3) for p in pictures[:: len(pictures) // 6]])
    colours, counts = np.unique(some, axis=0, return_counts=True)
    common = colours[np.argsort(-counts)[:EXACT]]
    rest = Image.fromarray(colours[None]).quantize(COLOURS - EXACT, Image.Quantize.MEDIANCUT)
    both = [*common.ravel().tolist(), *(rest.getpalette() or [])[: 3 * (COLOURS - EXACT)]]
    palette = Image.new("P", (1, 1))
    palette.putpalette(both + both[:3] * (256 - len(both) // 3))
    return palette


def film(browser: Browser, seed: int) -> list[Image.Image]:
    """A session on the starter's page, without a network."""
    with tempfile.TemporaryDirectory(prefix="strokebook-") as folder:
        file = Path(folder) / "hand.html"
        publish(Path("starter"), file, PageSettings("Draw together"))
        context = browser.new_context(offline=True, viewport=SIZE, color_scheme="light")
        page, taken = context.new_page(), Film()
        page.goto(file.as_uri())
        page.wait_for_selector(SHEET)
        page.wait_for_timeout(500)
        taken.record(page)
        play(page, seed)
        context.close()
    return taken.at_rate(RATE)


def main() -> None:
    """Record, and write the GIF under its limit."""
    from playwright.sync_api import sync_playwright

    ask = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    ask.add_argument("--seed", type=int, default=5, help="of the start's drawing")
    ask.add_argument("-o", "--output", type=Path, default=ROOT / "docs/pictures/draw.gif")
    words = ask.parse_args()
    with sync_playwright() as play_with:
        browser = play_with.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=["--no-sandbox", "--disable-gpu", "--disable-quic"],
        )
        pictures = film(browser, words.seed)
        browser.close()
    for width, rate in ((WIDTH, RATE), (WIDTH, RATE / 2), (560, RATE / 2), (480, RATE / 3)):
        some = pictures[:: round(RATE / rate)]
        size = write_gif(some, words.output, width, rate)
        print(f"{words.output}: {len(some)} pictures, {width} pixels wide, {size / 1000:.0f} kB")
        if size <= MOST:
            return
    raise SystemExit(f"The picture is still over {MOST / 1000:.0f} kB: choose another --seed.")


if __name__ == "__main__":
    main()
