"""Long tables and lists: plain lines, the same content."""

from __future__ import annotations

import json

import pytest

from strokebook.cli import console
from strokebook.cli.plain import LONG, aligned, json_text


def test_columns_are_aligned_and_lines_have_no_tail():
    rows = [("sb1p001", 7, None), ("sb1p002--long", 1234, "why")]
    assert aligned(("id", "points", "reason"), rows) == [
        "id             points  reason",
        "sb1p001        7",
        "sb1p002--long  1234    why",
    ]
    assert aligned(("a", "b"), []) == ["a  b"]


def test_a_long_list_is_the_same_json_with_an_object_a_line():
    nasty = ['plain "quoted"', '}, {"id": 1}', "}, {", 'end }, {"', "line\nbreak", "é \u2028"]
    items = [{"id": nasty[n % len(nasty)], "in": [{"id": n}, {"id": None}]} for n in range(2000)]
    for plain in (False, True):
        text = json_text(items, ensure_ascii=plain)
        assert json.loads(text) == items
        assert text.count("\n") >= len(items) - 1
    assert json_text(items[:3]) == json.dumps(items[:3], indent=1, ensure_ascii=False)


@pytest.mark.parametrize("items", [list(range(LONG + 1)), [{}] * (LONG + 1), [[]] * (LONG + 1)])
def test_long_lists_of_other_things_are_json_too(items: list[object]):
    assert json.loads(json_text(items)) == items


def test_a_long_table_is_printed_whole_and_its_names_cannot_steer_the_terminal(
    capsys: pytest.CaptureFixture[str],
):
    rows = [(f"sb1p{n:05d}", "a name \x1b[31m" if n == 7 else "a name") for n in range(LONG + 1)]
    console.table("many", ("id", "name"), rows)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "many"
    assert len(lines) == LONG + 3
    assert "\x1b" not in "".join(lines)
