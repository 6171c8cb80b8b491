from typing import Any

import pytest

from strokebook.geometry.authorship import Part, joined, meta_of, parts_of
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.svg.io import drawing_json, parse_svg, read_drawing, svg_text

STROKES = [[(0, 0), (5, 5)], [(10, 0), (20, 0), (30, 1), (40, 5)], [(1, 1), (2, 9)]]


def shown(parts: list[Part]) -> list[tuple[list[list[float]], bool, bool]]:
    return [(p.points.tolist(), p.by_model, p.continues) for p in parts]


def test_a_stroke_is_cut_where_the_model_goes_on_and_the_parts_meet() -> None:
    parts = parts_of(Drawing.of(STROKES).strokes, {"start_points": 4})
    assert shown(parts) == [
        ([[0, 0], [5, 5]], False, False),
        ([[10, 0], [20, 0]], False, False),
        ([[20, 0], [30, 1], [40, 5]], True, True),
        ([[1, 1], [2, 9]], True, False),
    ]


@pytest.mark.parametrize(("meta", "hands"), [
    ({}, [False] * 3),
    ({"start_points": 0}, [True] * 3),
    ({"start_points": 6}, [False, False, True]),
    ({"start_points": 99}, [False] * 3),
    ({"model_strokes": [1]}, [False, True, False]),
    ({"start_points": 6, "model_strokes": [0]}, [False, False, True]),  # newer than the duet
])  # fmt: skip
def test_whole_strokes_have_one_hand(meta: dict[str, Any], hands: list[bool]) -> None:
    assert [p.by_model for p in parts_of(STROKES, meta)] == hands


@pytest.mark.parametrize("meta", [{"start_points": 4}, {"start_points": 6}, {"model_strokes": [1]}])
def test_joining_is_the_reverse_of_parting(meta: dict[str, Any]) -> None:
    parts = parts_of(STROKES, meta)
    assert [s.tolist() for s in joined(parts)] == [[list(p) for p in s] for s in STROKES]
    assert meta_of(parts) == meta


@pytest.mark.parametrize("meta", [{"start_points": 3}, {"start_points": 4}, {"model_strokes": [1]}])
def test_svg_and_json_know_who_drew(tmp_path: Any, meta: dict[str, Any]) -> None:
    signed = meta | {"model": 'by <"&', "seed": 7, "temperature": 0.25}
    drawing = Drawing.of(STROKES, size=(100, 50), meta=signed | {"index": 3})
    text = svg_text(drawing)
    assert text.count('class="model"') == 1 and "#b3402a" in text
    for again in (parse_svg(text.encode()), _by_json(drawing, tmp_path)):
        assert again.meta == signed
        assert [s.tolist() for s in again.strokes] == [s.tolist() for s in drawing.strokes]


def test_points_that_fall_together_in_the_file_are_not_counted() -> None:
    near = [(0, 0), (1e-9, 0), (2e-9, 0), (50, 50)]
    drawing = Drawing.of([near, [(9, 9), (8, 8)]], size=(100, 100), meta={"start_points": 4})
    again = parse_svg(svg_text(drawing).encode())
    assert again.n_points == 4 and again.meta == {"start_points": 2}


def test_an_svg_of_the_page_tells_turns() -> None:
    text = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">'
        '<metadata><drawing xmlns="urn:strokebook:drawing" model="starter" seed="x"/></metadata>'
        '<g class="person"><path d="M0 0L1 1"/></g><g class="model"><path d="M2 2L3 3"/></g>'
        '<g class="person"><path d="M4 4L5 5"/></g></svg>'
    )
    drawing = parse_svg(text.encode())
    assert drawing.meta == {"model": "starter", "model_strokes": [1]}


@pytest.mark.parametrize(
    ("facts", "meta"),
    [
        ('temperature="1e999" seed="7.5"', {}),
        ('xmlns:x="urn:x" x:model="a" y="1" onload="evil()"', {}),
        (f'model="{"m" * 999}"', {"model": "m" * 200}),
    ],
)
def test_facts_that_are_none(facts: str, meta: dict[str, Any]) -> None:
    text = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><metadata>'
        f'<drawing xmlns="urn:strokebook:drawing" {facts}/></metadata><path d="M0 0L1 1"/></svg>'
    )
    assert parse_svg(text.encode()).meta == meta


def test_what_others_write_is_one_hands() -> None:
    text = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" data-model="x">'
        '<path class="continues" data-drawn-by="model" d="M0 0L1 1"/>'
        '<path class="continues" d="M5 5L1 1"/></svg>'
    )
    drawing = parse_svg(text.encode())
    assert len(drawing) == 2 and drawing.meta == {}


def _by_json(drawing: Drawing, folder: Any) -> Drawing:
    from strokebook.base.files import write_json

    write_json(folder / "a.json", drawing_json(drawing))
    return read_drawing(folder / "a.json")
