"""SVGs that cost far more than their size: refused by counting, or read in linear work."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
import svgelements

from strokebook.base.errors import InputRefused
from strokebook.geometry.svg.io import parse_svg, read_drawing
from strokebook.geometry.svg.path_data import normalised, segments
from strokebook.geometry.svg.style import rules

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">{}</svg>'
LINE = '<path d="M0 0L9 9" stroke="black"/>'


def svg(body: str) -> bytes:
    return SVG.format(body).encode()


def calls(data: bytes) -> int:
    """How many calls, into C too, reading takes: a measure of work that is the same each time."""
    count = 0

    def one(frame: Any, event: str, arg: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(one)
    try:
        parse_svg(data)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("piece", ["zh0", "z\n,z l1 1", "zq1 1 2 2"])
def test_closes_cost_the_same_however_many_went_before(piece: str) -> None:
    short, long = (calls(svg(f'<path d="M0 0{piece * n}"/>')) for n in (200, 800))
    assert long < 5 * short


def test_a_hundred_thousand_closes_are_one_dot_more(monkeypatch: pytest.MonkeyPatch) -> None:
    assert normalised("M0 0" + "z" * 100_000) == "M0 0zm0 0z"
    drawing = parse_svg(svg(f'<path d="M0 0L5 5{"z " * 100_000}"/>'))
    assert [s.tolist() for s in drawing.strokes] == [[[0, 0], [5, 5], [0, 0]], [[0, 0]]]


@pytest.mark.parametrize("d", ["L5 5", "zL5 5", " ,H5", "a1 1 0 1 1 5 5"])
def test_a_path_that_begins_without_a_move_is_refused(d: str) -> None:
    with pytest.raises(InputRefused, match="before it has moved"):
        parse_svg(svg(f'<path d="{d}"/>'))


@pytest.mark.parametrize("d", ["", "z", " z,Z "])
def test_a_path_of_nothing_draws_nothing(d: str) -> None:
    assert len(parse_svg(svg(f'<path d="{d}"/>{LINE}'))) == 1


def building_fails(*_: Any, **__: Any) -> None:
    raise AssertionError("it was built")


@pytest.mark.parametrize(
    "body",
    [
        f'<path d="M0 0{"L1 1" * 1_000_000}"/>',
        f'<path d="M0 0L{"1 1 2 2 " * 300_000}"/>',
        f'<polyline points="{"1 1 " * 600_000}"/>',
        f'<path d="M0 0{"a1 1 0 1 1 1 0" * 60_000}"/>',
        f'<path id="p" d="M0 0{"h1" * 60_000}"/>' + '<use href="#p"/>' * 9,
    ],
    ids=["commands", "implied", "polyline", "arcs", "clones"],
)
def test_too_many_segments_are_refused_before_any_is_built(
    body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(svgelements.SVG, "parse", building_fails)
    with pytest.raises(InputRefused, match="over 500,000 points"):
        parse_svg(svg(body))


def test_segments_are_counted_with_those_that_a_command_implies() -> None:
    assert segments("M0 0 1 1 2 2L3 3zc1 1 2 2 3 3,4 4 5 5 6 6h1-2.5.5", 99) == 10
    assert segments("M0 0" + "h1" * 100, 5) == 6  # counting stops


@pytest.mark.parametrize("key", ["points", "transform"])
def test_a_row_of_digits_without_end_is_refused(key: str) -> None:
    with pytest.raises(InputRefused):
        parse_svg(svg(f'<polyline {key}="{"1" * 5000}"/>'))


@pytest.mark.parametrize(
    "body",
    [
        "<style>{}</style>" + LINE, "<style>{}}}</style>" + LINE,
        '<path stroke="rgb({})" d="M0 0"/>',
        '<path style="stroke:hsl({})" d="M0 0"/>', '<path d="M0 0{}L9 9"/>',
    ],
)  # fmt: skip
@pytest.mark.parametrize("filling", ["a", "1", "/*", " ", "a{b:c;", "a b:c;d"])
def test_long_styles_are_read_at_once(body: str, filling: str) -> None:
    # Quadratic, the reader takes minutes here.
    try:
        parse_svg(svg(body.format(filling * 40_000)))
    except InputRefused as refused:
        assert refused.remedy


def test_rules_keep_what_draws_and_lose_the_rest() -> None:
    text = "a{stroke:red}/* b{c:d} */ .e , f{g:h;font:%s;i:j} k{ } l{m:n" % ("x" * 300)
    assert rules(text) == "a{stroke:red}\n .e , f{g:h;i:j}"


def test_styles_still_say_what_is_hidden() -> None:
    style = "<style>.a{visibility:hidden} .b{stroke-width:7px;stroke:red}</style>"
    body = f'{style}<path class="a" d="M0 0L1 1"/><path class="b" d="M0 0L9 9"/>'
    drawing = parse_svg(svg(body))
    assert len(drawing) == 1 and drawing.pen_width == 7


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
@pytest.mark.parametrize("suffix", [".svg", ".json"])
def test_a_pipe_is_not_waited_for(tmp_path: Path, suffix: str) -> None:
    os.mkfifo(tmp_path / f"a{suffix}")
    with pytest.raises(InputRefused, match="no plain file"):
        read_drawing(tmp_path / f"a{suffix}")
