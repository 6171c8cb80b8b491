"""SVGs in the form that strokebook writes, read without a general reader: many times as fast.

That form is layers (``g``) of paths, each one stroke of absolute moves and lines, without styles,
transforms or anything else. What is in any other form is left to the general reader, which gives
the same numbers for this one (tests compare the two).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import numpy as np

from strokebook.base.array_types import Floats

NUMBER = r"-?\d+(?:\.\d+)?"
STROKE = re.compile(rf"M{NUMBER},{NUMBER} L{NUMBER},{NUMBER}(?: {NUMBER},{NUMBER})*")
COLOUR = re.compile(r"black|#[0-9a-f]{3}|#[0-9a-f]{6}")
INKSCAPE = "{http://www.inkscape.org/namespaces/inkscape}"
SVG = "{http://www.w3.org/2000/svg}"
ROOT = frozenset({"viewBox", "width", "height", "data-model", "data-seed", "data-temperature"})
GROUP: Mapping[str, re.Pattern[str]] = {
    f"{INKSCAPE}groupmode": re.compile("layer"),
    f"{INKSCAPE}label": re.compile(".*", re.DOTALL),
    "class": re.compile("model"),
    "fill": re.compile("none"),
    "stroke": COLOUR,
    "stroke-width": re.compile(r"\d+(?:\.\d+)?"),
    "stroke-linecap": re.compile("round"),
    "stroke-linejoin": re.compile("round"),
}
NEEDED = ("stroke", "stroke-width")


@dataclass(frozen=True, eq=False)
class OwnPath:
    """A path: its points ``(P, 2)``, none the one before again, width, and whose line it is."""

    points: Floats
    width: float
    by_model: bool
    continues: bool


def own_paths(root: Element) -> list[OwnPath] | None:
    """The paths of a checked tree in strokebook's own form; None for any other form."""
    if not root.attrib.keys() <= ROOT:
        return None
    paths: list[OwnPath] = []
    for group in root:
        if not _is_layer(group):
            return None
        width, by_model = float(group.attrib["stroke-width"]), "class" in group.attrib
        for path in group:
            read = _read(path, width, by_model)
            if read is None:
                return None
            paths.append(read)
    return paths


def _is_layer(group: Element) -> bool:
    values = group.attrib
    return (
        group.tag == f"{SVG}g"
        and all(name in values for name in NEEDED)
        and all(n in GROUP and GROUP[n].fullmatch(v) for n, v in values.items())
        and float(values["stroke-width"]) > 0
    )


def _read(path: Element, width: float, by_model: bool) -> OwnPath | None:
    values = path.attrib
    d, kind = values.get("d", ""), values.get("class")
    if (
        path.tag != f"{SVG}path"
        or len(path)
        or len(values) != (1 if kind is None else 2)
        or kind not in (None, "continues")
        or not STROKE.fullmatch(d)
    ):
        return None
    numbers = d[1:].replace(" L", " ").replace(",", " ").split()
    points = np.array(numbers, np.float64).reshape(-1, 2)
    new = np.ones(len(points), bool)
    new[1:] = (points[1:] != points[:-1]).any(axis=1)
    return OwnPath(points[new], width, by_model, kind is not None)
