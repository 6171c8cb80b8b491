"""A plot as SVG: mm with a matching viewBox, polylines only, AxiDraw's layers, a layer of notes."""

from __future__ import annotations

from collections.abc import Sequence

from strokebook.base.array_types import Floats
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.plotting.plotter import Plot, PlotLayer
from strokebook.geometry.svg.write import INKSCAPE, NOT_XML

NOTE_SIZE = 2.5  # mm, height of the letters
FOOT = 3.0  # mm from the paper's lower edge to the last note
LONGEST_NOTE = 200  # characters
GREY = "#888888"


def plot_svg(plot: Plot, drawings: Sequence[Drawing]) -> str:
    """The text of an SVG for a plotter.

    Args:
        plot: What is drawn.
        drawings: What it is of; the notes tell what made them.
    """
    width, height = (_number(side) for side in plot.options.paper)
    return "\n".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="{INKSCAPE}"'
            f' width="{width}mm" height="{height}mm" viewBox="0 0 {width} {height}">',
            *(_layer(layer, plot.options.pen_width) for layer in plot.layers),
            _notes_layer(notes(plot, drawings), plot.options.paper[1]),
            "</svg>\n",
        )
    )


def notes(plot: Plot, drawings: Sequence[Drawing]) -> list[str]:
    """What made the drawings, and what drawing them costs; a line for each different one."""
    m = plot.measures
    lines = [f"{m.metres:.2f} m · {m.lifts} lifts · about {m.minutes:.1f} min"]
    for drawing in drawings:
        facts = [f"{key} {drawing.meta[key]}" for key in _FACTS if key in drawing.meta]
        line = " · ".join(facts)[:LONGEST_NOTE]
        if facts and line not in lines:
            lines.append(line)
    return lines


_FACTS = ("model", "seed", "temperature")


def _layer(layer: PlotLayer, pen_width: float) -> str:
    by = "model" if layer.by_model else "person"
    lines = "\n".join(f'<polyline points="{_points(path)}"/>' for path in layer.paths)
    return (
        f'<g inkscape:groupmode="layer" inkscape:label={_quoted(layer.name)} class="{by}"'
        f' fill="none" stroke={_quoted(layer.pen.colour)} stroke-width="{_number(pen_width)}"'
        f' stroke-linecap="round" stroke-linejoin="round">\n{lines}\n</g>'
    )


def _points(path: Floats) -> str:
    pairs = [f"{_fixed(x)},{_fixed(y)}" for x, y in path.tolist()]
    return " ".join(pairs if len(pairs) > 1 else pairs * 2)  # a dot: its round caps are drawn


def _notes_layer(lines: Sequence[str], height: float) -> str:
    # No digit in the name: programs that go by the first one would take it for a pen's number.
    texts = [
        f'<text x="{FOOT:g}" y="{_number(height - FOOT - 1.2 * NOTE_SIZE * above)}"'
        f' font-size="{NOTE_SIZE:g}" font-family="sans-serif" fill="{GREY}" stroke="none">'
        f"{_escaped(line)}</text>\n"
        for above, line in enumerate(reversed(lines))
    ]
    return (
        '<g inkscape:groupmode="layer" inkscape:label="% notes">\n' + "".join(texts[::-1]) + "</g>"
    )


def _quoted(text: str) -> str:
    from xml.sax.saxutils import quoteattr  # late: it brings the whole of urllib

    return quoteattr(NOT_XML.sub("", text))


def _escaped(text: str) -> str:
    from xml.sax.saxutils import escape  # late: it brings the whole of urllib

    return escape(NOT_XML.sub("", text))


def _fixed(value: float) -> str:
    text = f"{value:.3f}"
    return "0.000" if text == "-0.000" else text


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
