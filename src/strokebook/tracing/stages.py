"""Stages: pictures of every step of a tracing, to see where it went wrong."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image

from strokebook.base.array_types import Bytes, Floats, Floats32
from strokebook.base.files import write_bytes
from strokebook.geometry.render import paint
from strokebook.routing.line_graph import LineGraph
from strokebook.tracing.binarisation.levels import Grey, Mask

if TYPE_CHECKING:
    from strokebook.tracing.binarisation.binarise import Ink
    from strokebook.tracing.skeleton.centerline_graph import Centerlines

# Free ends green, closed lines grey, forks red, crossings blue, more purple.
DEGREES = {0: (255, 140, 0), 1: (0, 150, 0), 2: (120, 120, 120), 3: (220, 0, 0), 4: (0, 60, 255)}
MORE = (190, 0, 190)
PICTURE_SIDE = 4000  # longest side of a picture of the graph; its pages may be enlarged to it


def overlay(grey: Grey, strokes: Sequence[Floats], pen: float) -> Bytes:
    """The page, faded, with every stroke in a colour over it, ``(H, W, 3)``."""
    faded = (grey.astype(np.uint16) + 255) // 2
    canvas = np.repeat(faded.astype(np.uint8)[:, :, None], 3, axis=2)
    paint(canvas, strokes, max(1.0, pen / 2), "stroke")
    for stroke in strokes:  # ends as dots: where the pen was lifted
        for x, y in stroke[[0, -1]]:
            cv2.circle(canvas, (int(x), int(y)), max(1, round(pen / 2)), (230, 0, 0), -1)
    return canvas


def write_stages(
    folder: Path,
    grey: Grey,
    flat: Grey,
    mask: Mask,
    strokes: Sequence[Floats],
    pen: float,
) -> None:
    """Write ``1-grey.png``, ``2-flattened.png``, ``3-ink.png`` and ``4-strokes.png``."""
    pictures = {
        "1-grey": grey,
        "2-flattened": flat,
        "3-ink": np.where(mask, 0, 255).astype(np.uint8),
        "4-strokes": overlay(grey, strokes, pen),
    }
    _save(folder, pictures)


def write_pen_stages(
    folder: Path,
    grey: Grey,
    ink: Ink,
    lines: Centerlines,
    strokes: Sequence[Floats32],
) -> None:
    """The pen engine's steps, ``1-grey.png`` to ``6-strokes.png``; strokes in page pixels."""
    zoom = max(1, min(round(ink.scale[0]), PICTURE_SIDE // max(grey.shape)))
    large: Grey = cv2.resize(grey, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC).astype(
        np.uint8, copy=False
    )
    picture = np.where(lines.skeleton > 0, 0, np.where(ink.mask > 0, 190, 255))
    routed = [np.asarray(s, np.float64) * zoom for s in strokes]
    _save(
        folder,
        {
            "1-grey": grey,
            "2-flattened": ink.flat,
            "3-ink": np.where(ink.mask > 0, 0, 255).astype(np.uint8),
            "4-skeleton": picture.astype(np.uint8),
            "5-graph": graph_picture(large, lines.graph, zoom),
            "6-strokes": overlay(large, routed, lines.graph.pen_width * zoom),
        },
    )


def write_empty_stages(folder: Path, grey: Grey, flat: Grey) -> None:
    """The steps that a page without a line goes through, ``1-grey.png`` and ``2-flattened.png``."""
    _save(folder, {"1-grey": grey, "2-flattened": flat})


def graph_picture(grey: Grey, graph: LineGraph, zoom: float = 1.0) -> Bytes:
    """The page, faded, with the graph's edges in changing colours and its nodes by degree.

    Args:
        grey: ``(H, W)``, the page enlarged ``zoom`` times.
        graph: In page pixels.
        zoom: See ``grey``.
    """
    canvas = np.repeat((128 + grey // 2)[:, :, None], 3, axis=2)
    degree = np.zeros(len(graph.nodes), int)
    for number, edge in enumerate(graph.edges):
        degree[[edge.a, edge.b]] += 1 if edge.a != edge.b else 2
        # Steps of the golden angle: neighbours in the list differ.
        hue = np.array([[[int(number * 68.75) % 180, 255, 190]]], np.uint8)
        colour = cv2.cvtColor(hue, cv2.COLOR_HSV2RGB)[0, 0].tolist()
        line = np.round((edge.points * zoom - 0.5) * 16).astype(np.int32)
        cv2.polylines(canvas, [line], False, colour, 1, cv2.LINE_AA, 4)
    places = np.vstack([graph.nodes, graph.dots]) * zoom - 0.5
    size = max(2, round(graph.pen_width * zoom / 2))
    for (x, y), d in zip(places, [*degree, *[0] * len(graph.dots)], strict=True):
        at = (round(float(x) * 16), round(float(y) * 16))
        cv2.circle(canvas, at, size * 16, DEGREES.get(int(d), MORE), -1, cv2.LINE_AA, 4)
    return canvas


def _save(folder: Path, pictures: Mapping[str, Bytes]) -> None:
    for name, picture in pictures.items():
        buffer = io.BytesIO()
        Image.fromarray(picture).save(buffer, "PNG")
        write_bytes(folder / f"{name}.png", buffer.getvalue())
