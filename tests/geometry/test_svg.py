import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strokebook.base.errors import InputRefused, UsageError
from strokebook.geometry.curves import flatten_cubic
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.svg.io import (
    drawing_json,
    layers_text,
    parse_svg,
    read_drawing,
    read_json,
    read_svg,
    svg_text,
    write_drawing,
    write_svg,
)

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '


def read(body: str, root: str = 'viewBox="0 0 200 100"') -> Drawing:
    return parse_svg(f"{HEAD}{root}>{body}</svg>".encode())


def rounded(drawing: Drawing) -> list[list[list[float]]]:
    return [np.round(s, 3).tolist() for s in drawing.strokes]


@pytest.mark.parametrize(
    ("body", "strokes"),
    [
        ('<path d="M1 2 L3 4 5 6"/>', [[[1, 2], [3, 4], [5, 6]]]),
        ('<path d="m1 2 h4 v-1 H0 V9 z"/>', [[[1, 2], [5, 2], [5, 1], [0, 1], [0, 9], [1, 2]]]),
        ('<path d="M0 0 L1 1 M5 5 L6 6"/>', [[[0, 0], [1, 1]], [[5, 5], [6, 6]]]),
        ('<path d="M1 1 h2 z l0 5"/>', [[[1, 1], [3, 1], [1, 1]], [[1, 1], [1, 6]]]),
        ('<line x1="1" y1="2" x2="3" y2="4"/>', [[[1, 2], [3, 4]]]),
        ('<polyline points="0,0 4,0 4,3"/>', [[[0, 0], [4, 0], [4, 3]]]),
        ('<polygon points="0,0 4,0 4,3"/>', [[[0, 0], [4, 0], [4, 3], [0, 0]]]),
        (
            '<rect x="1" y="1" width="2" height="3"/>',
            [[[1, 1], [3, 1], [3, 4], [1, 4], [1, 1]]],
        ),
        (
            '<g transform="translate(10,0)"><g transform="scale(2)"><path d="M1 1L2 3"/></g></g>',
            [[[12, 2], [14, 6]]],
        ),
        ('<path transform="rotate(90)" d="M1 0 L2 0"/>', [[[0, 1], [0, 2]]]),
        (
            '<defs><path id="a" d="M0 0L1 1"/></defs><use href="#a" x="5"/>',
            [[[5, 0], [6, 1]]],
        ),
        ('<symbol id="s"><path d="M0 0L1 1"/></symbol>', []),
        (
            '<symbol id="s"><path d="M0 0L1 1"/></symbol><use xlink:href="#s" x="3"/>',
            [[[3, 0], [4, 1]]],
        ),
        ('<mask><path d="M0 0L1 1"/></mask><image href="file:///etc/passwd"/>', []),
        ('<path d="M0 0L1 1" style="visibility:hidden"/>', []),
        ('<g display="none"><path d="M0 0L1 1"/></g>', []),
        ('<rect width="200" height="100" fill="white"/><path d="M0 0L1 1"/>', [[[0, 0], [1, 1]]]),
        ('<path d="M3 3 L3 3"/>', [[[3, 3]]]),
        ('<path d="M3 3"/><text>no</text><!-- nor this -->', []),
    ],
)
def test_every_shape(body: str, strokes: list[list[list[float]]]) -> None:
    assert rounded(read(body)) == strokes


@pytest.mark.parametrize(
    ("body", "radius"),
    [
        ('<circle cx="50" cy="50" r="30"/>', 30),
        ('<path d="M80 50 A30 30 0 1 1 20 50 A30 30 0 1 1 80 50"/>', 30),
    ],
)
def test_arcs_are_flattened_to_the_tolerance(body: str, radius: float) -> None:
    (stroke,) = read(body).strokes
    middles = (stroke[1:] + stroke[:-1]) / 2
    for points in (stroke, middles):
        off = np.abs(np.linalg.norm(points - [50, 50], axis=1) - radius)
        assert off.max() < 200 / 4000 + 0.01
    assert 20 < len(stroke) < 200


def test_quadratic_and_smooth_curves_meet_their_ends() -> None:
    (stroke,) = read('<path d="M0 0 Q10 10 20 0 T40 0 S50 5 60 0 C60 5 70 5 70 0"/>').strokes
    assert stroke[-1].tolist() == [70, 0]
    assert np.abs(stroke - [10, 5]).sum(axis=1).min() < 1  # the quadratic's top


def test_a_finer_tolerance_gives_more_points() -> None:
    curve = [[0, 0], [0, 100], [100, 100], [100, 0]]
    assert len(flatten_cubic(curve, 0.01)) > 3 * len(flatten_cubic(curve, 1.0))


def test_the_viewbox_is_the_frame() -> None:
    shifted = read('<path d="M15 15L20 20"/>', 'viewBox="10 10 100 50" width="200mm"')
    assert (shifted.size, shifted.unit) == ((100.0, 50.0), "px")
    assert rounded(shifted) == [[[5, 5], [10, 10]]]
    metric = read('<path d="M1 1L2 2"/>', 'viewBox="0 0 148 210" width="148mm" height="210mm"')
    assert metric.unit == "mm"
    sized = read('<path d="M1 1L2 2"/>', 'width="50" height="1in"')
    assert sized.size == (50.0, 96.0)
    assert read('<path d="M1 1L20 7"/>', "").size == (20.0, 7.0)


def test_the_pen_width_is_scaled_with_its_group() -> None:
    drawing = read('<g transform="scale(3)"><path stroke="red" stroke-width="2" d="M0 0L1 1"/></g>')
    assert drawing.pen_width == pytest.approx(6)


NESTED_USE = '<g id="u0"><path d="M0 0L1 1"/></g>' + "".join(
    f'<g id="u{i}">' + f'<use href="#u{i - 1}"/>' * 10 + "</g>" for i in range(1, 10)
)
LAUGHS = '<!DOCTYPE svg [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9)
) + "]>"  # fmt: skip
HOSTILE = {
    "laughs": LAUGHS + f"{HEAD}><text>&j;</text></svg>",
    "xxe": f'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>{HEAD}>&x;</svg>',
    "attlist": f'<!DOCTYPE svg [<!ATTLIST path d CDATA "M0 0L1 1">]>{HEAD}><path/></svg>',
    "deep": HEAD + ">" + "<g>" * 200_000,
    "many": HEAD + ">" + "<path/>" * 3_000_000,
    "uses": f"{HEAD}>{NESTED_USE}</svg>",
    "self": f'{HEAD}><g id="a"><use href="#a"/></g></svg>',
    "other file": f'{HEAD}><use href="other.svg#a"/></svg>',
    "network": f'{HEAD}><use xlink:href="http://127.0.0.1:9/x.svg#a"/></svg>',
    "nan": f'{HEAD}><path d="M0 0 L nan 1"/></svg>',
    "huge number": f'{HEAD}><path d="M0 0 L 1e400 1"/></svg>',
    "transform": f'{HEAD}><path transform="scale(1e300) scale(1e300)" d="M0 0L1 1"/></svg>',
    "nan transform": f'{HEAD}><path transform="translate(nan)" d="M0 0L1 1"/></svg>',
    "viewBox": f'{HEAD} viewBox="0 0 0 0"><path d="M0 0L1 1"/></svg>',
    "viewBox words": f'{HEAD} viewBox="a b c d"><path d="M0 0L1 1"/></svg>',
    "data": f'{HEAD}><path d="M0 0{" L1 1" * 2_500_000}"/></svg>',
    "html": "<html><body/></html>",
    "cut": HEAD + '><path d="M0 0',
    "text": "hello",
    "empty": "",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_files_are_refused_at_once(kind: str) -> None:
    data = HOSTILE[kind].encode()
    start = time.process_time()  # other work beside the test does not count
    with pytest.raises(InputRefused) as refused:
        parse_svg(data, "bad.svg")
    assert time.process_time() - start < 1.0
    assert refused.value.remedy and refused.value.subject == "bad.svg"


def test_file_limits(tmp_path: Path) -> None:
    big = tmp_path / "big.svg"
    with big.open("wb") as file:
        file.truncate(33 << 20)
    for path in (big, tmp_path / "missing.svg", tmp_path):
        with pytest.raises(InputRefused):
            read_svg(path)
    with pytest.raises(InputRefused, match="suffix"):
        read_drawing(tmp_path / "a.dxf")


def test_a_bare_doctype_passes() -> None:
    text = (
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
        f'"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">{HEAD}><path d="M0 0L1 1"/></svg>'
    )
    assert len(parse_svg(text.encode())) == 1


PAGE = Drawing.of(
    [[[1, 2], [300.125, 4], [5, 600]], [[7, 7]], [[1240, 1754], [0, 0]]],
    size=(1240, 1754),
    pen_width=4.5,
    source="sb48p005",
)


@pytest.mark.parametrize(("how", "unit", "scale"), [
    ({}, "px", 1.0), ({"dpi": 210}, "mm", 25.4 / 210), ({"width_mm": 148}, "mm", 148 / 1240),
])  # fmt: skip
def test_round_trip(tmp_path: Path, how: dict[str, float], unit: str, scale: float) -> None:
    path = tmp_path / "a b.svg"
    write_svg(PAGE, path, **how)
    again = read_drawing(path)
    assert again.unit == unit
    assert again.size == pytest.approx(np.array(PAGE.size) * scale, abs=1e-2)
    assert again.pen_width == pytest.approx(4.5 * scale, rel=1e-2)
    assert [len(s) for s in again.strokes] == [3, 1, 2]
    for a, b in zip(again.strokes, PAGE.strokes, strict=True):
        assert np.abs(a - b * scale).max() <= 0.006


@pytest.mark.parametrize(("dpi", "width"), [(210.0, "149.981"), (45.99459459, "684.78")])
def test_a_scan_is_as_large_in_mm_as_its_page(tmp_path: Path, dpi: float, width: str) -> None:
    scan = replace(PAGE, meta={"dpi": dpi})
    text = svg_text(scan)
    assert f'width="{width}mm"' in text and 'viewBox="0 0 1240 1754"' in text
    for suffix in ("svg", "json"):
        write_drawing(scan, tmp_path / f"a.{suffix}")
        again = read_drawing(tmp_path / f"a.{suffix}")
        assert (again.unit, again.size) == ("px", PAGE.size)  # coordinates stay the page's pixels
        assert again.meta["dpi"] == pytest.approx(dpi, rel=1e-5)
        assert again.mm_per_unit == pytest.approx(25.4 / dpi, rel=1e-5)
        assert np.abs(again.points - PAGE.points).max() <= 0.006
    again = parse_svg(text.encode())
    assert svg_text(again) == svg_text(parse_svg(svg_text(again).encode()))  # it does not drift


@pytest.mark.parametrize(
    ("root", "dpi"),
    [
        ('viewBox="0 0 200 100"', None),
        ('width="200" height="100" viewBox="0 0 200 100"', None),
        ('width="50%" viewBox="0 0 200 100"', None),
        ('width="2in" height="1in" viewBox="0 0 200 100"', 100),
        ('width="200mm" height="100mm" viewBox="0 0 200 100"', None),  # its unit is mm
        ('width="0mm" viewBox="0 0 200 100"', None),
        ('width="1e-9mm" viewBox="0 0 200 100"', None),
        ('width="10cm" height="5cm"', 96),
    ],
)
def test_what_an_svg_tells_of_its_scale(root: str, dpi: float | None) -> None:
    assert read('<path d="M1 1L2 2"/>', root).meta.get("dpi") == dpi


def test_what_a_plotter_needs() -> None:
    text = svg_text(PAGE, layer='1 "A" <&>\x00', dpi=210)
    assert 'width="149.981mm" height="212.15mm" viewBox="0 0 149.981 212.15"' in text
    assert text.count("<path") == 3 and "transform" not in text and "Z" not in text
    assert 'inkscape:groupmode="layer" inkscape:label=\'1 "A" &lt;&amp;&gt;\'' in text
    for style in ('fill="none"', 'stroke-linecap="round"', 'stroke-linejoin="round"'):
        assert style in text


def test_layers_share_a_frame_and_a_unit() -> None:
    small = Drawing.of([[[0, 0], [1, 1]]], size=(10, 10))
    text = layers_text([("1 a", PAGE), ("2 b", small)])
    assert text.index("1 a") < text.index("2 b") and 'viewBox="0 0 1240 1754"' in text
    assert len(parse_svg(text.encode())) == 4
    for bad in ([], [("1", PAGE), ("2", Drawing.of([], size=(1, 1), unit="mm"))]):
        with pytest.raises(UsageError):
            layers_text(bad)
    with pytest.raises(UsageError):
        svg_text(PAGE, width_mm=0)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(*[st.floats(0, 200, width=32)] * 2), min_size=2, max_size=6),
        max_size=4,
    )
)
def test_any_drawing_survives_svg_and_json(strokes: list[list[tuple[float, float]]]) -> None:
    drawing = Drawing.of(strokes, size=(200, 200), unit="unit")
    again = parse_svg(svg_text(drawing).encode())
    assert len(again) == len(drawing)
    for a, b in zip(again.strokes, drawing.strokes, strict=True):
        # Points closer together than the written decimals fall into one.
        gaps = np.abs(b[:, None] - a[None]).max(axis=2).min(axis=1)
        assert gaps.max() <= 0.001
    assert json.loads(json.dumps(drawing_json(drawing)))["size"] == [200, 200]


def test_json_round_trip_and_refusals(tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    write_drawing(PAGE, path)
    again = read_drawing(path)
    assert (again.size, again.unit, again.pen_width) == (PAGE.size, "px", 4.5)
    assert np.abs(again.points - PAGE.points).max() <= 0.0051
    for bad in (
        "", "[]", "{}", '{"strokes": 3}', '{"strokes": [[1, 2]]}', '{"strokes": [[[1, NaN]]]}',
        '{"strokes": [[[1, 2, 3]]]}', '{"strokes": [], "size": [0, 1]}',
        '{"strokes": [[["a", 1]]]}', '{"strokes": [], "dpi": 0}', '{"strokes": [], "seed": []}',
        '{"strokes": [], "model_strokes": 3}', '{"strokes": [], "dpi": NaN}',
        '{"strokes": [], "unit": "mile"}', '{"strokes": [[[1e20, 0]]]}', "[" * 100_000,
    ):  # fmt: skip
        path.write_text(bad)
        with pytest.raises(InputRefused) as refused:
            read_json(path)
        assert refused.value.remedy
    with pytest.raises(UsageError):
        write_drawing(PAGE, tmp_path / "a.pdf")
