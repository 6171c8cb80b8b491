"""A published page, opened from the disk without a network, does all that it promises."""

from __future__ import annotations

import http.server
import math
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from strokebook.geometry.drawing import Drawing
from strokebook.geometry.svg.io import read_drawing, write_svg
from strokebook.model.training.train import train
from strokebook.pipeline.publishing.draw_page import PageSettings
from strokebook.pipeline.publishing.publish import publish

from browser.harness import Watched, config_of
from tiny import TINY, tiny_training, waves

SHEET = "[role=application]"
CELLS = "[aria-label='Drawings of the model']"
TAKE = f"{CELLS} [aria-label^='Take drawing']"
SECONDS = 60_000  # ms; a busy machine is no reason to fail
NASTY = "Ada </script><script>window.broken = 1</script> Line"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with a small trained net and one start, by an artist of an awkward name."""
    folder = tmp_path_factory.mktemp("published")
    rows = waves(40)
    train(rows[:32], rows[32:], TINY[True], tiny_training(), folder / "model")
    write_svg(Drawing.of([[(0, 0), (60, 10), (90, 80), (20, 120)]]), folder / "start.svg")
    settings = PageSettings("My hand", NASTY, "CC BY 4.0", ("Bob",), "#aa2266")
    publish(folder / "model", folder / "hand.html", settings, [str(folder / "start.svg")])
    return folder / "hand.html"


def stroke(n: int = 24) -> list[tuple[float, float, float]]:
    """An arc over the sheet's upper left, pressed harder in its middle."""
    steps = [k / (n - 1) for k in range(n)]
    return [
        (0.25 + 0.2 * t, 0.4 - 0.15 * math.sin(math.pi * t), 0.2 + 0.6 * math.sin(math.pi * t))
        for t in steps
    ]


def nine(page: Watched) -> None:
    """Wait until nine drawings have come to their end."""
    page.page.wait_for_function(
        "([take, cells]) => document.querySelectorAll(take).length === 9"
        " && document.querySelector(cells).getAttribute('aria-busy') === 'false'",
        arg=[TAKE, CELLS],
        timeout=SECONDS,
    )


def pictures(page: Watched) -> list[str]:
    """What the nine cells show, as data."""
    shown: list[str] = page.page.eval_on_selector_all(
        f"{CELLS} canvas", "(all) => all.map((canvas) => canvas.toDataURL())"
    )
    return shown


def described(page: Watched) -> str:
    """The sheet as a screen reader has it."""
    return page.page.get_attribute(SHEET, "aria-label") or ""


def save(page: Watched, way: str, folder: Path) -> Path:
    """Save the sheet in one of the formats."""
    page.page.get_by_role("button", name="Save as").click()
    with page.page.expect_download(timeout=SECONDS) as coming:
        page.page.get_by_role("button", name=way, exact=True).click()
    target = folder / coming.value.suggested_filename
    coming.value.save_as(target)
    page.page.keyboard.press("Escape")
    return target


def test_from_the_disk_offline_it_draws_nine_and_lets_one_go_on(
    page: Watched, published: Path, tmp_path: Path
) -> None:
    opened = page.open(published)
    opened.wait_for_selector(SHEET, timeout=SECONDS)
    empty = described(page)
    page.draw(SHEET, stroke())
    nine(page)
    assert len(set(pictures(page))) == 9
    begun = described(page)
    opened.locator(TAKE).nth(3).click()
    opened.wait_for_function(
        "([sheet, before]) => document.querySelector(sheet).getAttribute('aria-label') !== before",
        arg=[SHEET, begun],
        timeout=SECONDS,
    )
    nine(page)  # it goes on from what was taken
    saved = save(page, "SVG", tmp_path)
    drawing = read_drawing(saved)
    assert drawing.n_points > 24 and drawing.length > 0
    opened.get_by_role("button", name="Undo").click()
    assert described(page) == begun
    opened.get_by_role("button", name="Undo").click()
    assert described(page) == empty
    assert page.requests == [] and page.errors == []
    assert opened.evaluate("window.broken") is None


def test_the_artist_and_the_start_are_there(page: Watched, published: Path) -> None:
    opened = page.open(published)
    opened.wait_for_selector(SHEET, timeout=SECONDS)
    assert opened.title() == "My hand"
    assert NASTY in opened.inner_text("body") or config_of(published)["artist"] == NASTY
    opened.get_by_role("button", name="Begin with start 1").click()
    nine(page)
    assert page.requests == [] and page.errors == []


@pytest.fixture
def site(published: Path, tmp_path: Path) -> Iterator[str]:
    """Another site, on which the published page is embedded."""
    settings = PageSettings("Small", embed=True)
    publish(published.parent / "model", tmp_path / "hand.html", settings)
    (tmp_path / "index.html").write_text(
        "<!doctype html><title>A site</title><p>Above"
        "<script src='hand.js'></script>"
        "<strokebook-draw width='640' height='480' title='A hand'></strokebook-draw>"
    )
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("from_disk", [True, False])
def test_the_element_shows_it_on_another_site_in_a_frame_of_its_own(
    page: Watched, site: str, tmp_path: Path, from_disk: bool
) -> None:
    opened = page.page
    if from_disk:
        page.open(tmp_path / "index.html")
    else:
        opened.context.set_offline(False)
        opened.goto(f"{site}/index.html")
    box = opened.locator("strokebook-draw").bounding_box()
    assert box is not None and (box["width"], box["height"]) == (640, 480)
    inside = opened.frame_locator("strokebook-draw >> iframe")
    inside.locator(SHEET).wait_for(timeout=SECONDS)
    frame = opened.frames[1]
    assert frame.evaluate("self.origin") == "null"  # it cannot reach the site around it
    points = [(box["x"] + 100 + 4 * k, box["y"] + 150 + 10 * math.sin(k / 3)) for k in range(20)]
    opened.mouse.move(*points[0])
    opened.mouse.down()
    for point in points[1:]:
        opened.mouse.move(*point)
    opened.mouse.up()
    frame.wait_for_function(
        "(take) => document.querySelectorAll(take).length > 0", arg=TAKE, timeout=SECONDS
    )
    asked = {address.rsplit("/", 1)[1] for address in page.requests}
    assert asked <= {"hand.html", "hand.js", "index.html", "favicon.ico"}
