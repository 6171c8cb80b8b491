"""Long tables and lists as plain text: a tenth of the time that borders and wrapping take."""

from __future__ import annotations

import json
from collections.abc import Sequence

LONG = 500  # rows; nobody reads more in a terminal, they are searched and piped


def aligned(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """A heading and the rows as lines, their columns aligned and two spaces apart."""
    by_column = [[name, *map(_text, cells)] for name, *cells in zip(columns, *rows, strict=True)]
    padded = [_padded(cells) for cells in by_column[:-1]] + by_column[-1:]
    return [line.rstrip() for line in map("  ".join, zip(*padded, strict=True))]


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _padded(cells: list[str]) -> list[str]:
    width = max(map(len, cells))
    return [cell.ljust(width) for cell in cells]


def json_text(value: object, *, ensure_ascii: bool = False) -> str:
    """``value`` as indented JSON; a long list of objects has one of them a line."""
    if not isinstance(value, list) or len(value) <= LONG or not isinstance(value[0], dict):
        return json.dumps(value, indent=1, ensure_ascii=ensure_ascii)
    # Python indents in Python; without, C writes it all. A quotation mark ends a string, so what
    # stands between two objects stands nowhere else, and a line's end is welcome there.
    text = json.dumps(value, ensure_ascii=ensure_ascii)
    first = json.dumps(next(iter(value[0]), ""), ensure_ascii=ensure_ascii)
    return text.replace(f"}}, {{{first}: ", f"}},\n{{{first}: ")
