"""Writing drawings as SVG the way a plotter's owner expects it, and as JSON.

One layer per drawing, one open path per stroke in drawn order, no fill, round caps and joins, no
transforms. Sized in mm, with a viewBox in mm, wherever the scale of the page is known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from strokebook.base.errors import UsageError
from strokebook.base.files import write_json, write_text
from strokebook.geometry.drawing import Drawing, Points

INKSCAPE = "http://www.inkscape.org/namespaces/inkscape"
# XML 1.0 section 2.2 forbids these even when escaped.
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
PLAIN_PEN = 1 / 400  # of the longer side, where the pen's width was not measured
LAYER_COLOURS = ("black", "#c22", "#14c", "#181", "#b60", "#629")


def write_svg(
    drawing: Drawing,
    path: Path,
    *,
    layer: str = "1 drawing",
    width_mm: float | None = None,
    dpi: float | None = None,
) -> None:
    """Write ``drawing`` as SVG, atomically; arguments as :func:`svg_text`."""
    write_text(path, svg_text(drawing, layer=layer, width_mm=width_mm, dpi=dpi))


def svg_text(
    drawing: Drawing,
    *,
    layer: str = "1 drawing",
    width_mm: float | None = None,
    dpi: float | None = None,
) -> str:
    """``drawing`` as the text of an SVG with one layer.

    Args:
        drawing: In any unit.
        layer: The layer's name; plotters read its number as the pen's.
        width_mm: Width of the whole frame on paper.
        dpi: Resolution of a drawing in page pixels; ``width_mm`` goes before it.
    """
    return layers_text([(layer, drawing)], width_mm=width_mm, dpi=dpi)


def write_layers(
    layers: Sequence[tuple[str, Drawing]],
    path: Path,
    *,
    width_mm: float | None = None,
    dpi: float | None = None,
) -> None:
    """Write several drawings as the layers of one SVG, atomically; see :func:`layers_text`."""
    write_text(path, layers_text(layers, width_mm=width_mm, dpi=dpi))


def layers_text(
    layers: Sequence[tuple[str, Drawing]],
    *,
    width_mm: float | None = None,
    dpi: float | None = None,
) -> str:
    """Several drawings in one frame, each a layer with its own colour; the text of an SVG.

    Args:
        layers: Name and drawing of each, all in one unit; the frame is the largest of theirs.
        width_mm: Width of the whole frame on paper.
        dpi: Resolution of drawings in page pixels; ``width_mm`` goes before it.

    Raises:
        UsageError: No layer, layers of different units, or a size that is not above 0.
    """
    if len({d.unit for _, d in layers}) != 1:
        raise UsageError("An SVG's layers need one unit.", "Scale the drawings to one frame.")
    for value in (width_mm, dpi):
        if value is not None and not (np.isfinite(value) and value > 0):
            raise UsageError(f"A size of {value} cannot be written.", "Give one above 0.")
    width = max(d.size[0] for _, d in layers)
    height = max(d.size[1] for _, d in layers)
    scale = _millimetres_per_unit(layers[0][1], width, width_mm, dpi)
    w, h = (width, height) if scale is None else (width * scale, height * scale)
    places = decimals(max(w, h))
    suffix = "" if scale is None else "mm"
    frame = f'width="{_number(w, places)}{suffix}" height="{_number(h, places)}{suffix}"'
    groups = [
        _group(name, drawing, scale or 1.0, places, LAYER_COLOURS[i % len(LAYER_COLOURS)])
        for i, (name, drawing) in enumerate(layers)
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="{INKSCAPE}" {frame}'
        f' viewBox="0 0 {_number(w, places)} {_number(h, places)}">\n'
        + "".join(groups)
        + "</svg>\n"
    )


def drawing_json(drawing: Drawing) -> dict[str, Any]:
    """``drawing`` as the mapping that :func:`~strokebook.geometry.svg.read.read_json` reads."""
    places = decimals(max(drawing.size))
    pen = drawing.pen_width
    value: dict[str, Any] = {"size": list(drawing.size), "unit": drawing.unit}
    value["pen_width"] = None if pen is None else round(float(pen), places + 1)
    value["strokes"] = [
        np.round(np.asarray(s, np.float64), places).tolist() for s in drawing.strokes
    ]
    return value


def write_drawing(drawing: Drawing, path: Path) -> None:
    """Write ``drawing`` as ``.svg`` or ``.json``, by the suffix of ``path``.

    Raises:
        UsageError: Another suffix.
    """
    suffix = path.suffix.lower()
    if suffix == ".svg":
        write_svg(drawing, path)
    elif suffix == ".json":
        write_json(path, drawing_json(drawing))
    else:
        raise UsageError(f"{path.name}: drawings are .svg or .json files.", "Change the suffix.")


def decimals(side: float) -> int:
    """Decimal places for coordinates in a frame: finer than 1/50,000 of its longer side."""
    return int(np.clip(np.ceil(4.7 - np.log10(max(side, 1e-9))), 0, 9))


def _millimetres_per_unit(
    drawing: Drawing, width: float, width_mm: float | None, dpi: float | None
) -> float | None:
    if width_mm is not None:
        return width_mm / width
    if drawing.unit == "mm":
        return 1.0
    return 25.4 / dpi if dpi is not None and drawing.unit == "px" else None


def _group(name: str, drawing: Drawing, scale: float, places: int, colour: str) -> str:
    from xml.sax.saxutils import quoteattr  # late: it brings the whole of urllib

    label = quoteattr(NOT_XML.sub("", name))
    pen = drawing.pen_width or PLAIN_PEN * max(drawing.size)
    paths = "".join(f'<path d="{_path(s, scale, places)}"/>\n' for s in drawing.strokes)
    return (
        f'<g inkscape:groupmode="layer" inkscape:label={label} fill="none" stroke="{colour}"'
        f' stroke-width="{_number(pen * scale, places + 1)}" stroke-linecap="round"'
        f' stroke-linejoin="round">\n{paths}</g>\n'
    )


def _path(stroke: Points, scale: float, places: int) -> str:
    points = np.asarray(stroke, np.float64) * scale
    pairs = [f"{_number(x, places)},{_number(y, places)}" for x, y in points.tolist()]
    # A dot is a line of no length: round caps make it visible.
    return f"M{pairs[0]} L{' '.join(pairs[1:] or pairs)}"


def _number(value: float, places: int) -> str:
    text = f"{value:.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
