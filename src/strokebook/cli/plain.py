"""Long tables and lists as plain text: a tenth of the time that borders and wrapping take."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

LONG = 500  # rows; nobody reads more in a terminal, they are searched and piped


def aligned(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """A heading and the rows as lines, their columns aligned and two spaces apart."""
    cells = [tuple(columns), *(tuple("" if v is None else str(v) for v in row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    line = "  ".join(f"{{:<{width}}}" for width in widths[:-1]) + "  {}"
    return [line.format(*row).rstrip() for row in cells]


def json_text(value: object, *, ensure_ascii: bool = False) -> str:
    """``value`` as indented JSON; a long list has an item a line, which is written at once."""
    if not isinstance(value, list) or len(value) <= LONG:
        return json.dumps(value, indent=1, ensure_ascii=ensure_ascii)
    return f"[\n{_lines(value, ensure_ascii)}\n]"


def _lines(items: Iterable[object], ensure_ascii: bool) -> str:
    encode = json.JSONEncoder(ensure_ascii=ensure_ascii).encode
    return ",\n".join([f" {encode(item)}" for item in items])
