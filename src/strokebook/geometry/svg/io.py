"""SVG and JSON files of drawings: one import for reading and writing."""

from strokebook.geometry.svg.guard import SvgLimits
from strokebook.geometry.svg.read import parse_svg, read_drawing, read_json, read_svg
from strokebook.geometry.svg.write import (
    drawing_json,
    layers_text,
    svg_text,
    write_drawing,
    write_layers,
    write_svg,
)

__all__ = [
    "SvgLimits",
    "drawing_json",
    "layers_text",
    "parse_svg",
    "read_drawing",
    "read_json",
    "read_svg",
    "svg_text",
    "write_drawing",
    "write_layers",
    "write_svg",
]
