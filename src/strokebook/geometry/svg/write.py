"""Writing drawings as SVG the way a plotter's owner expects it, and as JSON.

One layer per drawing, one open path per stroke in drawn order, no fill, round caps and joins, no
transforms. Sized in mm wherever the scale of the page is known: with a viewBox in mm where a size
is asked for, else with the drawing's own coordinates.

Of a completion the model's line is a layer of its own (``class="model"``); a path that goes on from
the one before without a lift is ``class="continues"``. Reading puts both together again.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.base.errors import UsageError
from strokebook.base.files import write_json, write_text
from strokebook.geometry.authorship import Part, parts_of
from strokebook.geometry.colours import MODEL_COLOUR, css
from strokebook.geometry.drawing import MM_PER_INCH, Drawing
from strokebook.geometry.svg.guard import NAMESPACE

INKSCAPE = "http://www.inkscape.org/namespaces/inkscape"
# XML 1.0 section 2.2 forbids these even when escaped.
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
PLAIN_PEN = 1 / 400  # of the longer side, where the pen's width was not measured
LAYER_COLOURS = ("black", "#26a", "#c22", "#181", "#b60", "#629")
MODEL_LAYER = "2 model"
CONTINUES = ' class="continues"'
SIGNED = ("model", "seed", "temperature")  # facts of a drawing's ``meta`` that its file keeps


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
    """``drawing`` as the text of an SVG with one layer, and one more where a model went on.

    Args:
        drawing: In any unit.
        layer: The layer's name; plotters read its number as the pen's.
        width_mm: Width of the whole frame on paper.
        dpi: Resolution of a drawing in page pixels; ``width_mm`` goes before it.
    """
    return layers_text([(layer, drawing)], width_mm=width_mm, dpi=dpi, signed=True)


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
    signed: bool = False,
) -> str:
    """Several drawings in one frame, each a layer with its own colour; the text of an SVG.

    Args:
        layers: Name and drawing of each, all in one unit; the frame is the largest of theirs.
        width_mm: Width of the whole frame on paper.
        dpi: Resolution of drawings in page pixels; ``width_mm`` goes before it. Without either,
            the first drawing's own scale, if it is known, sizes the SVG.
        signed: Tell of each drawing which lines a model drew; of the first, which model.

    Raises:
        UsageError: No layer, layers of different units, or a size that is not above 0.
    """
    if len({d.unit for _, d in layers}) != 1:
        raise UsageError("An SVG's layers need one unit.", "Scale the drawings to one frame.")
    for value in (width_mm, dpi):
        if value is not None and not (np.isfinite(value) and value > 0):
            raise UsageError(f"A size of {value} cannot be written.", "Give one above 0.")
    first = layers[0][1]
    width = max(d.size[0] for _, d in layers)
    height = max(d.size[1] for _, d in layers)
    scale = _millimetres_per_unit(first, width, width_mm, dpi)
    w, h = (width, height) if scale is None else (width * scale, height * scale)
    places = decimals(max(w, h))
    groups = [
        group
        for i, (name, drawing) in enumerate(layers)
        for group in _groups(
            name, drawing, scale or 1.0, places, LAYER_COLOURS[i % len(LAYER_COLOURS)], signed
        )
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="{INKSCAPE}"'
        f" {_size(w, h, places, 1.0 if scale else first.mm_per_unit)}"
        f' viewBox="0 0 {_number(w, places)} {_number(h, places)}"'
        f">\n{_signature(first) if signed else ''}" + "".join(groups) + "</svg>\n"
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
    known = ("dpi", "start_points", "model_strokes", *SIGNED)
    return value | {key: drawing.meta[key] for key in known if key in drawing.meta}


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
    return MM_PER_INCH / dpi if dpi is not None and drawing.unit == "px" else None


def _size(width: float, height: float, places: int, mm_per_unit: float | None) -> str:
    """The root's width and height: in mm where the size on paper is known."""
    if mm_per_unit is None:
        return f'width="{_number(width, places)}" height="{_number(height, places)}"'
    w, h = width * mm_per_unit, height * mm_per_unit
    digits = places if mm_per_unit == 1.0 else decimals(max(w, h))
    return f'width="{_number(w, digits)}mm" height="{_number(h, digits)}mm"'


def _signature(drawing: Drawing) -> str:
    facts = [(key, str(drawing.meta[key])) for key in SIGNED if key in drawing.meta]
    if not facts:
        return ""
    values = "".join(f" {key}={_quoted(value)}" for key, value in facts)
    return f'<metadata><drawing xmlns="{NAMESPACE}"{values}/></metadata>\n'


def _groups(
    name: str, drawing: Drawing, scale: float, places: int, colour: str, signed: bool
) -> Iterator[str]:
    """A drawing's layers: one, or several of one hand each."""
    parts = parts_of(drawing.strokes, drawing.meta if signed else {})
    by_hand = [(by, list(run)) for by, run in itertools.groupby(parts, lambda p: p.by_model)]
    if len(by_hand) < 2:
        yield _group(name, drawing, parts, scale, places, colour)
        return
    for by_model, run in by_hand:
        label, own = (MODEL_LAYER, css(MODEL_COLOUR)) if by_model else (name, colour)
        kind = ' class="model"' if by_model else ""
        yield _group(label, drawing, run, scale, places, own, kind)


def _group(
    name: str,
    drawing: Drawing,
    parts: Sequence[Part],
    scale: float,
    places: int,
    colour: str,
    kind: str = "",
) -> str:
    pen = drawing.pen_width or PLAIN_PEN * max(drawing.size)
    paths = "".join(
        f'<path{CONTINUES if p.continues else ""} d="{_path(p.points, scale, places)}"/>\n'
        for p in parts
    )
    return (
        f'<g inkscape:groupmode="layer" inkscape:label={_quoted(name)}{kind} fill="none"'
        f' stroke="{colour}" stroke-width="{_number(pen * scale, places + 1)}"'
        f' stroke-linecap="round" stroke-linejoin="round">\n{paths}</g>\n'
    )


def _quoted(text: str) -> str:
    from xml.sax.saxutils import quoteattr  # late: it brings the whole of urllib

    return quoteattr(NOT_XML.sub("", text))


def _path(stroke: Floats, scale: float, places: int) -> str:
    pairs = [f"{_number(x, places)},{_number(y, places)}" for x, y in (stroke * scale).tolist()]
    # A dot is a line of no length: round caps make it visible.
    return f"M{pairs[0]} L{' '.join(pairs[1:] or pairs)}"


def _number(value: float, places: int) -> str:
    text = f"{value:.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
