"""Our own form of SVG is read to the same drawing by the short way and by the general reader."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strokebook.geometry.drawing import Drawing
from strokebook.geometry.svg import read
from strokebook.geometry.svg.guard import guarded_tree
from strokebook.geometry.svg.own_form import own_paths
from strokebook.geometry.svg.read import parse_svg
from strokebook.geometry.svg.write import svg_text

PLACES = st.floats(-5, 300, width=32)
STROKES = st.lists(st.lists(st.tuples(PLACES, PLACES), min_size=1, max_size=6), max_size=4)


def is_short(text: str) -> bool:
    return own_paths(guarded_tree(text.encode(), "x", read.DEFAULT_LIMITS)) is not None


def by_both(text: str) -> tuple[Drawing, Drawing]:
    short = parse_svg(text.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read, "own_paths", lambda root: None)
        return short, parse_svg(text.encode())


def assert_same(a: Drawing, b: Drawing) -> None:
    assert len(a.strokes) == len(b.strokes)
    assert all(np.array_equal(x, y) for x, y in zip(a.strokes, b.strokes, strict=True))
    assert (a.size, a.unit, a.pen_width, a.meta) == (b.size, b.unit, b.pen_width, b.meta)


@settings(max_examples=40)
@given(STROKES, st.sampled_from([None, 210.0]), st.data())
def test_the_short_way_and_the_general_reader_agree(strokes, dpi, data) -> None:
    count = sum(map(len, strokes))
    meta: dict = {} if dpi is None else {"dpi": dpi}
    if count and data.draw(st.booleans()):
        meta |= {"start_points": data.draw(st.integers(0, count)), "model": "hand", "seed": 3}
    drawing = Drawing.of(strokes, size=(300, 200), pen_width=1.5, meta=meta)
    text = svg_text(drawing, dpi=dpi)
    assert is_short(text)
    assert_same(*by_both(text))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<g ", '<g transform="scale(2)" '),
        ("<g ", '<g style="stroke:none" '),
        ("<path ", '<path stroke="none" '),
        ("L3,4", "l3,4"),
        ("L3,4", "L3,4 z"),
        ("L3,4", "L3,4e0"),
        ('stroke="black"', 'stroke="none"'),
        ("<path ", '<line x1="0" y1="0" x2="5" y2="5"/><path '),
    ],
)
def test_any_other_form_is_left_to_the_general_reader(old: str, new: str) -> None:
    text = svg_text(Drawing.of([[(1, 2), (3, 4), (9, 7)]], size=(20, 20), pen_width=1.0))
    assert is_short(text)
    changed = text.replace(old, new, 1)
    assert changed != text and not is_short(changed)
    assert_same(*by_both(changed))


def test_points_beyond_any_page_are_refused_as_ever() -> None:
    text = svg_text(Drawing.of([[(1, 2), (3, 4)]], size=(20, 20)))
    with pytest.raises(read.InputRefused, match="beyond any page"):
        parse_svg(text.replace("L3,4", "L30000000,4").encode())
