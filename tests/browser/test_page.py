"""The page people draw on, in a real Chromium, with a made-up engine that draws wandering lines.

What the real engine draws is tested with published pages; here it is the page: pen, cells,
taking, undo, replay, duet, ways out, and that it says a sentence where something is missing.
"""

from __future__ import annotations

import base64
import gzip
import json
import math
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from strokebook.geometry.svg.read import read_drawing

from browser.harness import Watched, program, watch

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

SHEET, CELLS = ".easel", ".cell"
START = {"name": "hook", "strokes": [[0, 0, 30, 40, 60, 0]], "unit": "px"}
CONFIG: dict[str, Any] = {
    "models": [{"element": "model-0", "name": "Wanderer"}],
    "title": "A hand",
    "artist": "Somebody",
    "starts": [START],
}
PICTURES = "(cells) => cells.map((cell) => cell.querySelector('canvas').toDataURL())"
KEPT = """() => new Promise((done, fail) => {
  setTimeout(() => fail(new Error('the gallery does not answer')), 5000)
  const open = indexedDB.open('strokebook')
  open.onerror = () => fail(open.error)
  open.onsuccess = () => {
    const all = open.result.transaction('drawings').objectStore('drawings').getAll()
    all.onsuccess = () => {
      open.result.close()
      done(all.result.map(({ strokes }) => strokes.map(({ by, points, pressure, times }) => (
        { by, points: [...points], pressure: [...(pressure ?? [])], times: [...(times ?? [])] }))))
    }
  }
})"""
ENDED = "() => document.querySelector('.cells').getAttribute('aria-busy') === 'false'"
DROP = """([name, type, text]) => {
  const data = new DataTransfer()
  data.items.add(new File([text], name, { type }))
  window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }))
}"""


@pytest.fixture(scope="module")
def bare(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of the sources, with the made-up engine, and no model in it."""
    node = program("node")
    file = tmp_path_factory.mktemp("page") / "mock.html"
    subprocess.run([node, "build_page.mjs", "--mock", str(file)], cwd=packages, check=True)
    return file.read_text("utf-8")


def filled(bare: str, folder: Path, model: str = "Wanderer", **config: Any) -> Path:
    """The page with a model and settings inside, as publishing fills it."""
    packed = base64.b64encode(gzip.compress(model.encode())).decode()
    script = f'<script type="application/octet-stream;base64" id="model-0">{packed}</script>'
    settings = json.dumps({**CONFIG, **config})
    page = bare.replace("<!-- strokebook:models -->", script)
    page = page.replace('id="strokebook-config">{}', f'id="strokebook-config">{settings}')
    file = folder / "draw.html"
    file.write_text(page, "utf-8")
    return file


def opened(page: Watched, file: Path, fragment: str = "") -> Watched:
    """The page, open and with its model loaded; the made-up model draws fast."""
    page.page.set_default_timeout(10_000)
    page.page.add_init_script("globalThis.mockPace = 3000")
    page.open(file, fragment)
    page.page.wait_for_selector("[aria-label='From nothing']:enabled")
    return page


@pytest.fixture
def drawing(page: Watched, bare: str, tmp_path: Path) -> Watched:
    """The page, ready to be drawn on."""
    return opened(page, filled(bare, tmp_path))


def arc(begin: float = 0.0, points: int = 24) -> list[tuple[float, float, float]]:
    """A curved stroke with changing pressure."""
    way = [begin + i / 8 for i in range(points)]
    return [(0.4 + 0.1 * math.cos(t), 0.4 + 0.1 * math.sin(t), 0.3 + 0.01 * t) for t in way]


def nine(page: Watched) -> list[str]:
    """What the cells show, once they have all ended."""
    page.page.wait_for_selector(f"{CELLS}[aria-disabled=false]")
    page.page.wait_for_function(ENDED)
    before: list[str] = []
    for _ in range(40):
        shown: list[str] = page.page.eval_on_selector_all(CELLS, PICTURES)
        if shown == before:  # the cells' frames have settled, too
            return shown
        before = shown
        page.page.wait_for_timeout(120)
    raise AssertionError("the cells do not come to rest")


def sheet(page: Watched) -> str:
    """The sheet as a screen reader has it."""
    return page.page.get_attribute(SHEET, "aria-label") or ""


def press(page: Watched, *keys: str) -> None:
    for key in keys:
        page.page.keyboard.press(key)


def kept(page: Watched) -> list[list[dict[str, Any]]]:
    """Strokes of the drawings in the gallery, oldest first."""
    press(page, "k")
    page.page.get_by_text("Kept in the gallery.").last.wait_for()
    found: list[list[dict[str, Any]]] = page.page.evaluate(KEPT)
    return found


def quiet(page: Watched) -> None:
    """Nothing left the page, and nothing broke."""
    assert page.requests == []
    assert page.errors == []


def test_draw_take_go_on_undo_to_nothing_redo_replay(drawing: Watched) -> None:
    drawing.draw(SHEET, arc())
    pictures = nine(drawing)
    assert len(pictures) == 9 and len(set(pictures)) == 9
    drawing.page.locator(CELLS).nth(3).click()
    assert "1 of your lines" in sheet(drawing) and "0 of the model's" not in sheet(drawing)
    taken = sheet(drawing)
    nine(drawing)
    drawing.draw(SHEET, arc(3))
    assert "2 of your lines" in sheet(drawing)
    press(drawing, "z")
    assert sheet(drawing) == taken
    press(drawing, "z", "z")
    assert sheet(drawing).startswith("The sheet is empty.")
    assert drawing.page.get_by_role("button", name="Undo").is_disabled()
    press(drawing, "y", "y", "y")
    assert "2 of your lines" in sheet(drawing)
    press(drawing, "p")
    replay = drawing.page.get_by_role("button", name="Replay")
    assert replay.get_attribute("aria-pressed") == "true"
    press(drawing, "p")
    assert replay.get_attribute("aria-pressed") == "false"
    quiet(drawing)


def test_a_replay_ends_by_itself(drawing: Watched) -> None:
    drawing.draw(SHEET, arc(points=8))
    press(drawing, "p")
    drawing.page.wait_for_selector("[aria-label=Replay][aria-pressed=false]", timeout=8000)


def test_pressure_and_coalesced_points_are_kept(drawing: Watched) -> None:
    drawing.draw(SHEET, arc(points=21))
    [[stroke]] = kept(drawing)
    assert stroke["by"] == "person"
    assert len(stroke["points"]) == 2 * 21  # five moves of four or fewer, and none is lost
    assert stroke["pressure"] == pytest.approx([p for *_, p in arc(points=21)], abs=1e-3)
    assert stroke["times"] == sorted(stroke["times"])


def test_a_mouse_has_no_pressure(drawing: Watched) -> None:
    drawing.draw(SHEET, [(x, y, 0.5) for x, y, _ in arc()], kind="mouse")
    [[stroke]] = kept(drawing)
    assert stroke["pressure"] == []


def test_once_a_pen_drew_touch_does_not(drawing: Watched) -> None:
    drawing.draw(SHEET, arc(), kind="touch")
    drawing.page.wait_for_timeout(900)  # longer than a palm is taken back
    drawing.draw(SHEET, arc(2), kind="pen")
    drawing.draw(SHEET, arc(4), kind="touch")
    assert "2 of your lines" in sheet(drawing)


def test_first_ink_is_measured_and_soon(drawing: Watched) -> None:
    drawing.draw(SHEET, arc())
    nine(drawing)
    [took] = drawing.page.evaluate("performance.getEntriesByName('first ink').map(e => e.duration)")
    print(f"first ink of the made-up engine after {took:.0f} ms")
    assert 5 < took < 2000  # the page's own part; a busy machine may be late


def test_the_pen_down_again_stops_what_grows(page: Watched, bare: str, tmp_path: Path) -> None:
    page.open(filled(bare, tmp_path))  # at 60 points a second
    page.page.wait_for_selector("[aria-label='From nothing']:enabled")
    page.draw(SHEET, arc())
    page.page.wait_for_selector(f"{CELLS}[aria-disabled=false]")
    page.draw(SHEET, arc(3), hold=True)
    page.page.wait_for_selector(f"{CELLS}[aria-disabled=true]")
    assert page.page.locator(f"{CELLS}[aria-disabled=false]").count() == 0


def points_of_model(page: Watched) -> int:
    """How many points the model has on the sheet."""
    return sum(len(s["points"]) // 2 for s in kept(page)[-1] if s["by"] == "model")


def test_scrub_with_keys_and_with_the_pointer_takes_a_part(drawing: Watched) -> None:
    drawing.draw(SHEET, arc())
    nine(drawing)
    cell = drawing.page.locator(CELLS).nth(2)
    cell.press("Enter")
    whole = points_of_model(drawing)
    press(drawing, "z")
    nine(drawing)
    cell.focus()
    press(drawing, *["ArrowLeft"] * 10)
    assert "50 % of it" in (cell.get_attribute("aria-label") or "")
    cell.press("Enter")
    half = points_of_model(drawing)
    assert half == pytest.approx(whole / 2, abs=8)
    press(drawing, "z")
    nine(drawing)
    box = cell.bounding_box()
    assert box
    mouse = drawing.page.mouse
    mouse.move(box["x"] + 2, box["y"] + 20)
    mouse.down()
    mouse.move(box["x"] + box["width"] / 4, box["y"] + 20, steps=4)
    mouse.up()
    assert points_of_model(drawing) == pytest.approx(whole / 4, abs=8)
    quiet(drawing)


def test_again_with_another_seed_and_back_to_the_same(drawing: Watched) -> None:
    drawing.draw(SHEET, arc())
    first = nine(drawing)
    press(drawing, "a")
    drawing.page.wait_for_timeout(60)
    assert set(nine(drawing)).isdisjoint(first)
    press(drawing, ",")
    seed = drawing.page.get_by_role("spinbutton", name="Seed")
    seed.fill("1")
    seed.press("Tab")
    press(drawing, "Escape")
    drawing.page.wait_for_timeout(60)
    assert nine(drawing) == first


def test_a_link_brings_the_same_drawings(drawing: Watched, browser: Browser) -> None:
    drawing.draw(SHEET, [(x, y, 0.5) for x, y, _ in arc()], kind="mouse")
    first = nine(drawing)
    press(drawing, "l")
    drawing.page.wait_for_function("() => location.hash.length > 9")
    address, _, fragment = drawing.page.url.partition("#")
    assert address.startswith("file:")
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 800})
    other = watch(context)
    other.page.add_init_script("globalThis.mockPace = 3000")
    other.page.goto(f"{address}#{fragment}")
    other.page.wait_for_selector("[aria-label='From nothing']:enabled")
    # A link carries no times, so the start may be a hair different to look at; the model's is not.
    nine(other)
    assert sheet(other) == sheet(drawing)
    press(other, "3")
    press(drawing, "3")
    mine, theirs = kept(drawing)[-1], kept(other)[-1]
    assert [s["points"] for s in mine] == [s["points"] for s in theirs]
    assert len(first) == 9
    context.close()


def test_duet_a_stroke_each(drawing: Watched) -> None:
    press(drawing, "d")
    drawing.draw(SHEET, arc())
    drawing.page.wait_for_function(
        "() => document.querySelector('.easel').ariaLabel.includes(\"1 of the model's\")"
    )
    assert drawing.page.locator(CELLS).count() == 0
    press(drawing, "z")
    assert "0 of the model's" in sheet(drawing)
    quiet(drawing)


def test_from_nothing_and_variations(drawing: Watched) -> None:
    press(drawing, "n")
    assert len(set(nine(drawing))) == 9
    press(drawing, "1")
    assert "0 of your lines" in sheet(drawing)
    press(drawing, "v")
    drawing.page.wait_for_timeout(60)
    assert len(set(nine(drawing))) == 9
    quiet(drawing)


def test_the_keyboard_draws(drawing: Watched) -> None:
    easel = drawing.page.locator(SHEET)
    easel.focus()
    press(drawing, "Space", *["ArrowRight"] * 4, *["ArrowDown"] * 3, "Space")
    assert "1 of your lines" in sheet(drawing)
    [[stroke]] = kept(drawing)
    assert len(stroke["points"]) == 2 * 8


def test_keys_are_dead_in_a_field_and_live_on_a_slider(drawing: Watched) -> None:
    press(drawing, ",")
    drawing.page.get_by_role("spinbutton", name="Seed").focus()
    press(drawing, "d", "?", "Escape")
    assert drawing.page.locator(CELLS).count() == 9
    drawing.page.locator(".page > .temperature input").focus()
    press(drawing, "d")
    assert drawing.page.locator(CELLS).count() == 0


def test_gallery_and_a_walk_between_two(drawing: Watched) -> None:
    drawing.draw(SHEET, arc())
    kept(drawing)
    drawing.draw(SHEET, arc(3))
    assert len(kept(drawing)) == 2
    press(drawing, "g")
    marks = drawing.page.get_by_role("button", name="Mark for a walk")
    marks.nth(0).click()
    marks.nth(1).click()
    drawing.page.get_by_role("button", name="Walk from one to the other").click()
    assert len(set(nine(drawing))) == 9
    press(drawing, "g")
    drawing.page.locator(".picture").last.click()
    assert "1 of your lines" in sheet(drawing)
    press(drawing, "g")
    drawing.page.get_by_role("button", name="Remove").first.click()
    drawing.page.wait_for_function("() => document.querySelectorAll('.picture').length === 1")
    quiet(drawing)


def test_every_way_out_gives_a_file_that_can_be_read(drawing: Watched, tmp_path: Path) -> None:
    drawing.draw(SHEET, arc())
    nine(drawing)
    press(drawing, "1", "s")
    for word in ("SVG", "PNG", "GIF"):
        button = drawing.page.get_by_role("button", name=word, exact=True)
        files = saved(drawing, button, tmp_path)
        if word == "SVG":
            assert len(read_drawing(files).strokes) >= 1
        else:
            with Image.open(files) as image:
                image.load()
                assert (getattr(image, "n_frames", 1) > 1) == (word == "GIF")
    drawing.page.get_by_role("button", name="Plotter").click()
    drawing.page.get_by_label("Paper").select_option("a5")
    assert "lifts" in drawing.page.inner_text(".panel")
    plot = saved(drawing, drawing.page.get_by_role("button", name="Save", exact=True), tmp_path)
    assert 'width="148mm"' in plot.read_text("utf-8")
    quiet(drawing)


def saved(page: Watched, button: Locator, folder: Path) -> Path:
    with page.page.expect_download() as coming:
        button.click()
    target = folder / coming.value.suggested_filename
    coming.value.save_as(target)
    return target


def test_an_svg_dropped_is_on_the_sheet(drawing: Watched) -> None:
    svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><path d='M1 1L8 8L1 8'/></svg>"
    drawing.page.evaluate(DROP, ["a.svg", "image/svg+xml", svg])
    drawing.page.wait_for_function(
        "() => document.querySelector('.easel').ariaLabel.includes('1 of your lines')"
    )
    press(drawing, "z")
    assert sheet(drawing).startswith("The sheet is empty.")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("page.png", "\x89PNG\r\n\x1a\n", "strokebook trace"),
        ("notes.txt", "no lines", "SVG"),
        ("a.safetensors", "broken", "This is not a model for the browser."),
        ("b.safetensors", "new", "newer than this page"),
    ],
)
def test_what_cannot_be_used_is_a_sentence_and_the_rest_works(
    drawing: Watched, name: str, content: str, sentence: str
) -> None:
    drop = DROP.replace("[text]", "[Uint8Array.from(text, (c) => c.charCodeAt(0))]")
    drawing.page.evaluate(drop, [name, "", content])
    drawing.page.wait_for_selector(".notice.wrong")
    assert sentence in drawing.page.inner_text(".notice")
    drawing.draw(SHEET, arc())
    assert len(set(nine(drawing))) == 9
    drawing.page.locator(".notice").get_by_role("button", name="Close").click()
    assert drawing.page.locator(".notice.wrong").count() == 0


def test_a_damaged_model_inside_is_a_sentence_and_one_can_draw(
    page: Watched, bare: str, tmp_path: Path
) -> None:
    file = filled(bare, tmp_path)
    file.write_text(file.read_text("utf-8").replace('id="model-0">', 'id="model-0">!'), "utf-8")
    page.open(file)
    page.page.wait_for_selector(".notice.wrong")
    assert "damaged" in page.page.inner_text(".notice")
    page.draw(SHEET, arc())
    assert "1 of your lines" in sheet(page)


def test_without_a_model_it_says_how_to_get_one(page: Watched, bare: str, tmp_path: Path) -> None:
    page.open(filled(bare, tmp_path, models=[]))
    page.page.wait_for_selector(".notice.wrong")
    assert "strokebook export" in page.page.inner_text(".notice")
    page.draw(SHEET, arc())
    assert "1 of your lines" in sheet(page)


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("globalThis.mockKernel = 'plain'", "WebAssembly is missing"),
        ("delete globalThis.Worker", "no Workers"),
    ],
)
def test_what_the_browser_lacks_is_said(
    page: Watched, bare: str, tmp_path: Path, script: str, sentence: str
) -> None:
    page.page.add_init_script(script)
    page.page.add_init_script("globalThis.mockPace = 3000")
    page.open(filled(bare, tmp_path))
    page.page.wait_for_selector(".notice")
    assert sentence in page.page.inner_text(".notice")
    page.page.wait_for_selector("[aria-label='From nothing']:enabled")
    page.draw(SHEET, arc())
    assert len(set(nine(page))) == 9


def test_storage_refused_is_said_and_the_gallery_lasts_as_long_as_the_page(
    page: Watched, bare: str, tmp_path: Path
) -> None:
    refuse = "{ get() { throw new DOMException('no', 'SecurityError') } }"
    for name in ("indexedDB", "localStorage"):
        page.page.add_init_script(f"Object.defineProperty(globalThis, '{name}', {refuse})")
    opened(page, filled(bare, tmp_path))
    page.draw(SHEET, arc())
    press(page, "k")
    page.page.get_by_text("is gone when you close it").first.wait_for()
    press(page, "g")
    page.page.wait_for_selector(".picture")


def test_a_start_of_the_artist_begins_a_drawing(drawing: Watched) -> None:
    drawing.page.get_by_role("button", name="Begin with hook").click()
    assert "1 of your lines" in sheet(drawing)
    assert len(set(nine(drawing))) == 9


def test_embedded_it_is_sheet_cells_again_and_undo(
    page: Watched, bare: str, tmp_path: Path
) -> None:
    page.page.add_init_script("globalThis.mockPace = 3000")
    page.open(filled(bare, tmp_path, embed=True))
    page.page.wait_for_selector(CELLS)
    page.page.wait_for_timeout(200)
    page.draw(SHEET, arc())
    assert len(set(nine(page))) == 9
    names = page.page.eval_on_selector_all(".tool", "(all) => all.map((one) => one.ariaLabel)")
    assert names == ["Undo", "Again, with another seed"]


@pytest.mark.parametrize(
    ("width", "height"), [(390, 844), (820, 1180), (1280, 800), (640, 400), (320, 568)]
)
def test_all_of_it_fits_the_window(drawing: Watched, width: int, height: int) -> None:
    drawing.page.set_viewport_size({"width": width, "height": height})
    drawing.page.wait_for_timeout(100)
    boxes = drawing.page.eval_on_selector_all(
        f"{SHEET}, {CELLS}, .tool",
        "(all) => all.map((one) => { const b = one.getBoundingClientRect();"
        " return [one.className, b.left, b.top, b.right, b.bottom] })",
    )
    for name, left, top, right, bottom in boxes:
        assert left >= 0 and top >= 0 and right <= width and bottom <= height, name
        assert right - left >= 24 and bottom - top >= 24, name
    [easel] = [box for box in boxes if box[0] == "easel"]
    assert (easel[3] - easel[1]) * (easel[4] - easel[2]) > 0.2 * width * height
    clashing = [b for b in boxes if b[0] != "easel" and overlap(b[1:], easel[1:])]
    assert clashing == []


def overlap(a: list[float], b: list[float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def test_every_button_has_a_name_and_the_page_says_what_happened(drawing: Watched) -> None:
    for key in ("", ",", "g", "m", "?"):
        press(drawing, *([key] if key else []))
        nameless = drawing.page.eval_on_selector_all(
            "button, input:not([type=file]), select",
            "(all) => all.filter((one) => !(one.ariaLabel || one.labels?.[0]?.textContent ||"
            " one.innerText)).map((one) => one.outerHTML)",
        )
        assert nameless == []
        press(drawing, "Escape")
    drawing.draw(SHEET, arc())
    nine(drawing)
    assert drawing.page.inner_text("[aria-live]").strip() == "9 endings are there."


def test_dark_by_the_system_and_by_the_switch(drawing: Watched) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    light = drawing.page.evaluate(background)
    drawing.page.emulate_media(color_scheme="dark")
    drawing.page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    dark = drawing.page.evaluate(background)
    assert dark != light
    drawing.page.get_by_role("button", name="Dark or light").click()
    assert drawing.page.evaluate(background) == light


def test_less_motion_changes_nothing_but_motion(drawing: Watched) -> None:
    drawing.page.emulate_media(reduced_motion="reduce")
    drawing.draw(SHEET, arc())
    nine(drawing)
    press(drawing, "4")
    drawing.page.wait_for_timeout(100)
    assert not drawing.page.locator(".flight").is_visible()
    assert len(set(nine(drawing))) == 9


def test_frames_while_nine_grow(page: Watched, bare: str, tmp_path: Path) -> None:
    page.open(filled(bare, tmp_path))
    page.page.wait_for_selector("[aria-label='From nothing']:enabled")
    page.draw(SHEET, arc())
    page.page.wait_for_selector(f"{CELLS}[aria-disabled=false]")
    times = page.page.evaluate("""() => new Promise((done) => {
      const times = []
      let last = performance.now()
      const next = (now) => {
        times.push(now - last)
        last = now
        if (times.length < 90) requestAnimationFrame(next)
        else done(times.slice(1).sort((a, b) => a - b))
      }
      requestAnimationFrame(next)
    })""")
    middle, most = times[len(times) // 2], times[int(0.95 * len(times))]
    print(f"frames of nine growing drawings: median {middle:.1f} ms, 95th percentile {most:.1f} ms")
    assert middle < 100  # 16.7 is wanted and printed; a busy machine may be late
