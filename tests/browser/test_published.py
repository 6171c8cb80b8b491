"""A published page, opened from the disk without a network, does all that it promises."""

from __future__ import annotations

import dataclasses
import http.server
import math
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from strokebook.geometry.drawing import Drawing
from strokebook.geometry.svg.io import read_drawing, write_svg
from strokebook.model.checkpoints import starter
from strokebook.model.checkpoints.checkpoint import load_model
from strokebook.model.training.train import train
from strokebook.pipeline.publishing.draw_page import PageSettings
from strokebook.pipeline.publishing.publish import carry_model, publish, write_page

from browser.harness import Watched, config_of, watch
from tiny import TINY, tiny_training, waves

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

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
    """What the nine cells show, as data, once their frames have settled."""
    before: list[str] = []
    for _ in range(40):
        shown: list[str] = page.page.eval_on_selector_all(
            f"{CELLS} canvas", "(all) => all.map((canvas) => canvas.toDataURL())"
        )
        if shown == before:
            return shown
        before = shown
        page.page.wait_for_timeout(250)
    raise AssertionError("the cells do not come to rest")


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


def test_undo_to_nothing_redo_replay_and_every_format(
    page: Watched, published: Path, tmp_path: Path
) -> None:
    opened = page.open(published)
    page.draw(SHEET, stroke())
    nine(page)
    opened.locator(TAKE).nth(5).click()
    nine(page)
    full = described(page)
    for button in ("Undo", "Redo"):
        steps = 0
        while opened.get_by_role("button", name=button).is_enabled():
            opened.get_by_role("button", name=button).click()
            steps += 1
        assert steps == 2
        assert described(page).startswith("The sheet is empty." if button == "Undo" else full)
    opened.get_by_role("button", name="Replay").click()
    assert opened.get_by_role("button", name="Replay").get_attribute("aria-pressed") == "true"
    opened.wait_for_selector("[aria-label=Replay][aria-pressed=false]", timeout=SECONDS)
    assert Image.open(save(page, "PNG", tmp_path)).convert("L").getextrema()[0] < 90
    assert getattr(Image.open(save(page, "GIF", tmp_path)), "n_frames", 1) > 5
    assert save(page, "WebM", tmp_path).read_bytes()[:4] == b"\x1aE\xdf\xa3"  # of Matroska
    assert page.requests == [] and page.errors == []


def test_a_link_brings_the_same_drawings_and_another_seed_others(
    page: Watched, context: BrowserContext, published: Path, tmp_path: Path
) -> None:
    opened = page.open(published)
    page.draw(SHEET, stroke())
    nine(page)
    opened.get_by_role("button", name="Save as").click()
    opened.get_by_role("button", name="Link", exact=True).click()
    opened.wait_for_function("() => location.hash.length > 9", timeout=SECONDS)
    fragment = opened.evaluate("location.hash")
    ours = taken(page, tmp_path / "a")
    other = watch(context)
    other.open(published, fragment)
    nine(other)
    theirs = taken(other, tmp_path / "b")
    assert ours.n_points == theirs.n_points
    assert np.abs(ours.points - theirs.points).max() < 0.01 * max(ours.size)
    other.open(published, fragment)
    other.page.reload()
    nine(other)
    before = pictures(other)
    other.page.get_by_role("button", name="Again, with another seed").click()
    nine(other)
    assert sum(a != b for a, b in zip(before, pictures(other), strict=True)) >= 8
    assert page.requests == other.requests == [] and page.errors == other.errors == []


def taken(page: Watched, folder: Path) -> Drawing:
    """The drawing that taking the seventh gives, as its SVG has it."""
    page.page.locator(TAKE).nth(6).click()
    nine(page)
    folder.mkdir()
    return read_drawing(save(page, "SVG", folder))


def test_a_page_of_several_models_draws_with_each(
    page: Watched, published: Path, tmp_path: Path
) -> None:
    folders = {"small": published.parent / "model", "starter": starter.FOLDER}
    models = [
        carry_model(load_model(folder), name, PageSettings(""))[0]
        for name, folder in folders.items()
    ]
    write_page(tmp_path / "canvas.html", PageSettings("Canvas"), models)
    opened = page.open(tmp_path / "canvas.html")
    page.draw(SHEET, stroke())
    nine(page)
    before = pictures(page)
    opened.get_by_role("button", name="Models").click()
    names = opened.get_by_role("radio")
    names.nth(1).wait_for(timeout=SECONDS)
    assert names.all_inner_texts() == [model.name for model in models]
    names.nth(1).click()
    opened.locator("[role=radio][aria-checked=true]", has_text="starter").wait_for(timeout=SECONDS)
    opened.keyboard.press("Escape")
    opened.wait_for_function(
        "([cells, old]) => [...document.querySelectorAll(cells)].every("
        "(canvas, at) => canvas.toDataURL() !== old[at])",
        arg=[f"{CELLS} canvas", before],
        timeout=SECONDS,
    )
    assert page.requests == [] and page.errors == []


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


def test_a_model_without_an_encoder_varies_what_is_on_the_sheet(
    page: Watched, tmp_path: Path
) -> None:
    sizes = dataclasses.replace(TINY[False], local_frame=True)
    train(waves(40)[:32], [], sizes, tiny_training(), tmp_path / "model")
    publish(tmp_path / "model", tmp_path / "hand.html", PageSettings("My hand"))
    opened = page.open(tmp_path / "hand.html")
    page.draw(SHEET, stroke())
    nine(page)
    before = pictures(page)
    opened.get_by_role("button", name="Variations of the sheet").click()
    opened.wait_for_function(
        "([cells, old]) => [...document.querySelectorAll(cells)].every("
        "(canvas, at) => canvas.toDataURL() !== old[at])",
        arg=[f"{CELLS} canvas", before],
        timeout=SECONDS,
    )
    nine(page)
    assert len(set(pictures(page))) == 9
    assert page.requests == [] and page.errors == []
