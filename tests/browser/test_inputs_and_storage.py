"""What comes into the drawing page: SVGs read as Python reads them, links, the gallery."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from strokebook.geometry.svg.io import parse_svg

from browser.harness import Watched
from browser.outputs_page import farthest, kept, outputs, outputs_page, wave

__all__ = ("outputs", "outputs_page")  # fixtures

HEAD = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
SVGS = {
    "paths": f'<svg {HEAD} viewBox="10 20 200 100"><path d="M20 30c0 40 60 40 60 0s60-40 60 0z'
    'm5 5 10 10q10 0 10-10t10 10a20 10 30 1 0 -30 -5"/></svg>',
    "shapes": f'<svg {HEAD} viewBox="0 0 200 100"><rect width="200" height="100" fill="#eee"/>'
    '<rect x="5" y="5" width="30" height="20"/><line x1="20" x2="100" y2="9"/>'
    '<polyline points="1,2 3,4 5,2"/><polygon points="50 50 60 50 55 60"/></svg>',
    "transforms": f'<svg {HEAD} viewBox="0 0 200 100"><g transform="translate(20 10) rotate(30)">'
    '<path d="M0 0H30V20" transform="scale(2 .5)"/><g style="display:none"><path d="M0 0H9"/></g>'
    '</g><path visibility="hidden" d="M0 0H9"/></svg>',
    "clones": f'<svg {HEAD} viewBox="0 0 200 100"><defs><path id="a" d="M0 0L10 5"/></defs>'
    '<use href="#a" x="20" y="30"/><use xlink:href="#a" transform="scale(3)"/></svg>',
    "millimetres": f'<svg {HEAD} width="100mm" height="50mm"><path d="M10 10L20 30"/></svg>',
}
READ = """
text => {
  const { strokes, ...rest } = outputs.readSvg(text)
  return { ...rest, strokes: strokes.map((s) => [...s]) }
}
"""


@pytest.mark.parametrize("name", SVGS)
def test_an_svg_is_read_as_in_python(outputs: Watched, name: str) -> None:
    here = outputs.page.evaluate(READ, SVGS[name])
    there = parse_svg(SVGS[name].encode())
    assert (here["width"], here["height"]) == pytest.approx(there.size)
    assert len(here["strokes"]) == len(there)
    for flat, stroke in zip(here["strokes"], there.strokes, strict=True):
        line = np.reshape(flat, (-1, 2))
        assert line[[0, -1]] == pytest.approx(stroke[[0, -1]], abs=1e-3)
        assert max(farthest(line, stroke), farthest(stroke, line)) < 0.15


def test_a_circle_is_a_circle(outputs: Watched) -> None:
    text = f'<svg {HEAD} viewBox="0 0 100 100"><circle cx="50" cy="40" r="30"/></svg>'
    (flat,) = outputs.page.evaluate(READ, text)["strokes"]
    radii = np.linalg.norm(np.reshape(flat, (-1, 2)) - [50, 40], axis=1)
    assert np.abs(radii - 30).max() < 1e-3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("no svg at all", "not a readable SVG"),
        ("<html><body/></html>", "not a readable SVG"),
        (f"<svg {HEAD}><path d='M0 0L1 1'", "not a readable SVG"),
        (f"<svg {HEAD}/>", "has no line"),
        (f"<svg {HEAD}><image href='https://example.org/a.png'/></svg>", "picture or text"),
        (f"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg {HEAD}><path d='M0 0h&a;'/></svg>", "entities"),
        (f"<svg {HEAD}><path d='M0 0L1e9 0'/></svg>", "beyond any page"),
        (f"<svg {HEAD}>" + "<g>" * 70 + "</g>" * 70 + "</svg>", "too deep"),
        (f"<svg {HEAD}>" + "<g/>" * 20_001 + "</svg>", "too many parts"),
        (f"<svg {HEAD}><path d='M0 0" + "h1" * 200_001 + "'/></svg>", "over 200,000 points"),
    ],
)
def test_a_bad_svg_is_a_sentence(outputs: Watched, text: str, says: str) -> None:
    message, remedy = outputs.page.evaluate(
        "text => { try { outputs.readSvg(text) } catch (e) { return [e.message, e.remedy] } }",
        text,
    )
    assert says in message and remedy.endswith(".")


def test_clones_of_clones_do_not_explode(outputs: Watched) -> None:
    groups = "".join(
        f'<g id="g{n}">' + f'<use href="#g{n - 1}"/>' * 10 + "</g>" for n in range(1, 9)
    )
    text = f'<svg {HEAD}><path id="g0" d="M0 0h1"/>{groups}</svg>'
    with pytest.raises(Exception, match="too many parts"):
        outputs.page.evaluate(READ, text)
    itself = f'<svg {HEAD}><g id="a"><path d="M0 0h1"/><use href="#a"/></g></svg>'
    assert "could not be read" in outputs.page.evaluate(READ, itself)["note"]


def test_nothing_in_an_svg_runs_or_loads(outputs: Watched) -> None:
    text = (
        f'<svg {HEAD} onload="window.ran = 1"><script>window.ran = 2</script>'
        '<image href="https://example.org/x.png" onerror="window.ran = 3"/>'
        '<use href="https://example.org/y.svg#a"/><style>@import "https://example.org/z.css"</style>'
        '<path d="M0 0L10 10"/></svg>'
    )
    drawing = outputs.page.evaluate(READ, text)
    outputs.page.wait_for_timeout(200)
    assert len(drawing["strokes"]) == 1 and "left out" in drawing["note"]
    assert outputs.page.evaluate("window.ran ?? null") is None
    assert outputs.requests == []


def test_a_photo_is_sent_to_trace(outputs: Watched) -> None:
    call = """
    text => {
      const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
      try { outputs.readDropped(bytes) } catch (e) { return [e.message, e.remedy] }
    }"""
    photo = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(100)).decode()
    message, remedy = outputs.page.evaluate(call, photo)
    assert "JPEG" in message and "strokebook trace" in remedy


def test_a_link_brings_the_drawing_back(outputs: Watched) -> None:
    drawing = kept(("person", wave(200, 100)), ("model", wave(300, 200)))
    given = {**drawing, "start": 1, "settings": {"seed": 7, "title": "Übung"}}
    call = """
    async (d) => {
      const hash = await outputs.encodeLink({ ...outputs.keptFrom(d), start: d.start,
        settings: d.settings })
      location.hash = hash
      const back = await outputs.decodeLink(location.hash)
      return { ...back, strokes: back.strokes.map((s) => [s.by, [...s.points]]), hash }
    }"""
    back = outputs.page.evaluate(call, given)
    assert back["settings"] == given["settings"] and back["start"] == 1
    for (by, flat), line in zip(back["strokes"], drawing["strokes"], strict=True):
        gaps = np.reshape(np.subtract(flat, line["points"]), (-1, 2))
        assert by == line["by"] and np.linalg.norm(gaps, axis=1).max() <= 0.25
    assert len(back["hash"]) < 1500


KEEP = "async (d) => (window.gallery ??= await outputs.openGallery()).add(outputs.keptFrom(d))"
LIST = """
async () => {
  const gallery = (window.gallery ??= await outputs.openGallery())
  const all = await gallery.list()
  return { lasting: gallery.lasting, all: all.map((d) =>
    [d.id, d.title, d.strokes[0].points.constructor.name, [...d.strokes[0].points]]) }
}"""


def test_the_gallery_outlasts_the_page(outputs: Watched, outputs_page: Path) -> None:
    first = outputs.page.evaluate(KEEP, kept(("person", [[1, 2], [3, 4]]), title="a", date=1))
    second = outputs.page.evaluate(KEEP, kept(("model", [[5, 6]]), title="b", date=2))
    outputs.open(outputs_page)
    stored: dict[str, Any] = outputs.page.evaluate(LIST)
    assert stored["lasting"]
    assert stored["all"] == [
        [second, "b", "Float32Array", [5, 6]],
        [first, "a", "Float32Array", [1, 2, 3, 4]],
    ]
    assert outputs.page.evaluate("async (id) => (await gallery.get(id)).title", first) == "a"
    outputs.page.evaluate("async (id) => gallery.remove(id)", first)
    assert outputs.page.evaluate("async (id) => gallery.get(id)", first) is None
    assert [d[0] for d in outputs.page.evaluate(LIST)["all"]] == [second]


SAID = f"async (d) => {{ try {{ await ({KEEP})(d) }} catch (e) {{ return e.message + e.remedy }} }}"


def test_full_storage_is_a_sentence_and_what_was_kept_stays(outputs: Watched) -> None:
    chromium = outputs.page.context.new_cdp_session(outputs.page)
    chromium.send("Storage.overrideQuotaForOrigin", {"origin": "file://", "quotaSize": 300_000})
    outputs.page.evaluate(KEEP, kept(("person", [[1, 2], [3, 4]])))
    large = kept(("model", np.random.default_rng(0).random((50_000, 2))))  # 400 kB
    said = outputs.page.evaluate(SAID, large)
    assert "no room left" in said and "Remove some from the gallery" in said
    assert len(outputs.page.evaluate(LIST)["all"]) == 1


def test_without_storage_the_page_still_keeps(outputs: Watched, outputs_page: Path) -> None:
    outputs.page.add_init_script(
        "Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('no') } })"
    )
    outputs.open(outputs_page)
    outputs.page.evaluate(KEEP, kept(("person", [[1, 2], [3, 4]])))
    stored = outputs.page.evaluate(LIST)
    assert not stored["lasting"] and len(stored["all"]) == 1
    assert "Save it as SVG" in outputs.page.evaluate("gallery.note")
