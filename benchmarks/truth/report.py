"""Report of results: tables, JSON, and comparison with the targets."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.truth.running import Result
from strokebook.base.files import write_bytes

NAN = float("nan")
Row = dict[str, Any]

# What the table shows: heading, key of `summary`, format.
ORDER = (
    ("n", "n", "d"), ("failed", "failed", "d"),
    ("true", "true_strokes", ".1f"), ("found", "strokes", ".1f"),
    ("ratio", "ratio", ".2f"), ("deviates", "deviation", ".0%"),
    ("order mean", "order", ".2f"), ("median", "order_median", ".2f"),
    ("by stroke", "by_stroke", ".2f"), ("in order", "in_order", ".0%"),
    ("as drawn", "as_drawn", ".0%"), ("straight", "straight", ".1%"), ("of", "clear", "d"),
)  # fmt: skip
INK = (
    ("prec", "precision", ".3f"), ("recall", "recall", ".3f"), ("F pen/2", "f_pen", ".3f"),
    ("F 1 unit", "f_unit", ".4f"), ("Chamfer", "chamfer", ".3f"),
    ("retraced", "retraced", ".0f"), ("truly", "true_retraced", ".0f"),
    ("length", "length_ratio", ".3f"), ("invented", "invented", ".2f"),
    ("s/MP", "seconds", ".3f"), ("cpu s/MP", "cpu", ".3f"),
)  # fmt: skip
ONE_LINE = ("human", "knots")
# What it is, the family, the key, the most (or least, negative) that is wanted.
WANTED = (
    ("order error, one human line, mean", "human", "order", 8.0),
    ("order error, one human line, median", "human", "order_median", 2.0),
    ("order error, knots, mean", "knots", "order", 3.0),
    ("strokes found for one human line", "human", "strokes", 1.15),
    ("strokes found for one knot", "knots", "strokes", 1.15),
    ("strokes of several, mean deviation", "several", "deviation", 0.15),
    ("ink invented, one human line", "human", "invented", 1.0),
    ("ink invented, knots", "knots", "invented", 1.0),
    ("ink invented, several", "several", "invented", 1.0),
    ("ink F at 1 unit, at least", "all", "f_unit", -0.99),
    ("processor seconds a megapixel", "all", "cpu", 0.15),
)


def summary(results: Sequence[Result]) -> Row:
    """Means over results of one family and way; lengths in units, shares 0 to 1."""
    measured = [r.measures for r in results if r.measures is not None]
    table = [dataclasses.asdict(m) for m in measured]
    row: Row = {key: _mean([t[key] for t in table]) for key in (table[0] if table else ())}
    ratios = np.array([m.strokes / m.true_strokes for m in measured])
    megapixels = sum(r.megapixels for r in results if not r.failure)
    return row | {
        "n": len(results),
        "failed": len(results) - len(measured),
        "ratio": _mean(ratios),
        "deviation": _mean(np.abs(ratios - 1)),
        "order_median": float(np.median([m.order for m in measured])) if measured else NAN,
        "clear": sum(m.clear for m in measured),
        "length_ratio": _mean([m.length / m.true_length for m in measured]),
        "seconds": sum(r.seconds for r in results) / megapixels if megapixels else NAN,
        "cpu": sum(r.cpu for r in results) / megapixels if megapixels else NAN,
    }


def _mean(values: Any) -> float:
    """The mean of what is a number."""
    kept = np.asarray(values, np.float64)
    kept = kept[np.isfinite(kept)]
    return float(kept.mean()) if len(kept) else NAN


def summaries(results: Sequence[Result]) -> dict[tuple[str, str], Row]:
    """A summary for every family and way, and for ``all`` families of each way."""
    ways, families = (_unique(results, key) for key in ("way", "family"))
    rows = {}
    for family in families:
        for way in ways:
            rows[family, way] = summary(
                [r for r in results if r.way == way and r.case.family == family]
            )
    for way in ways:
        rows["all", way] = summary([r for r in results if r.way == way])
    return rows


def _unique(results: Sequence[Result], what: str) -> list[str]:
    pick: Callable[[Result], str] = (
        (lambda r: r.way) if what == "way" else (lambda r: r.case.family)
    )
    return list(dict.fromkeys(pick(r) for r in results))


def report(results: Sequence[Result]) -> str:
    """Both tables, what is wanted, and every failure."""
    rows = summaries(results)
    parts = ["Pen order (units of a 200-unit frame; order: DTW, the better of both directions)"]
    parts.append(_table(rows, ORDER))
    parts += ["", "Ink", _table(rows, INK), "", "Against what is wanted", _wanted(rows)]
    failures = [f"  {r.way}, {r.case.name}: {r.failure}" for r in results if r.failure]
    if failures:
        parts += ["", "Failed", *failures]
    return "\n".join(parts) + "\n"


def _table(rows: dict[tuple[str, str], Row], columns: Sequence[tuple[str, str, str]]) -> str:
    lines = [["family", "way", *(heading for heading, _, _ in columns)]]
    for (family, way), row in rows.items():
        cells = [_cell(row.get(key, NAN), form, family, key) for _, key, form in columns]
        lines.append([family, way, *cells])
    widths = [max(len(line[c]) for line in lines) for c in range(len(lines[0]))]
    texts = []
    for line in lines:
        left = [cell.ljust(w) for cell, w in zip(line[:2], widths[:2], strict=True)]
        right = [cell.rjust(w) for cell, w in zip(line[2:], widths[2:], strict=True)]
        texts.append("  ".join(left + right))
    return "\n".join(texts)


def _cell(value: float, form: str, family: str, key: str) -> str:
    # In a drawing of many strokes nobody can know their order: whole-drawing warping says nothing.
    if key in {"order", "order_median"} and family in {"several", "all"}:
        return "–"
    return "–" if np.isnan(value) else format(value, form)


def _wanted(rows: dict[tuple[str, str], Row]) -> str:
    ways = list(dict.fromkeys(way for _, way in rows))
    lines = ["wanted".ljust(46) + "".join(w.rjust(28) for w in ways)]
    for what, family, key, limit in WANTED:
        sign = "≥" if limit < 0 else "≤"
        line = f"{what} {sign} {abs(limit):g}".ljust(46)
        for way in ways:
            value = rows.get((family, way), {}).get(key, NAN)
            meets = value >= -limit if limit < 0 else value <= limit
            mark = "  " if np.isnan(value) else "ok" if meets else "NO"
            line += f"{value:.3f} {mark}".rjust(28)
        lines.append(line)
    return "\n".join(lines)


def write_json(results: Sequence[Result], path: Path, about: Row) -> None:
    """Everything that was measured: summaries, and one entry a case and way."""
    entries = [
        {
            "family": r.case.family, "case": r.case.name, "seed": r.case.seed, "way": r.way,
            "pen": r.pen, "megapixels": r.megapixels, "seconds": r.seconds, "cpu": r.cpu,
            "failure": r.failure,
            **(dataclasses.asdict(r.measures) if r.measures else {}),
        }
        for r in results
    ]  # fmt: skip
    means = [{"family": f, "way": w, **row} for (f, w), row in summaries(results).items()]
    whole = _plain({"about": about, "summary": means, "cases": entries})
    write_bytes(path, (json.dumps(whole, indent=1) + "\n").encode())


def _plain(value: Any) -> Any:
    """Without NaN and infinity, which JSON does not know."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
