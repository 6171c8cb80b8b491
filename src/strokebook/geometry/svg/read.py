"""Reading drawings: any SVG, and strokebook's own JSON."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar
from xml.etree.ElementTree import Element, tostring

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.base.errors import InputRefused, StrokebookError
from strokebook.base.imaging.resolution import near_whole
from strokebook.base.reading import read_plain
from strokebook.geometry.authorship import Part, joined, meta_of
from strokebook.geometry.curves import flatten_chain, flatten_cubic, quadratic_to_cubic
from strokebook.geometry.drawing import MM_PER_INCH, Drawing, Unit
from strokebook.geometry.svg.guard import DATA, SvgLimits, guarded_tree, too_many_points
from strokebook.geometry.svg.own_form import own_paths
from strokebook.geometry.svg.style import LONGEST

PX_PER = {"": 1.0, "px": 1.0, "mm": 96 / 25.4, "cm": 960 / 25.4, "in": 96.0, "pt": 4 / 3, "pc": 16}
IN_MM = ("mm", "cm", "in")
ON_PAPER = (*IN_MM, "pt", "pc")
MOST_DPI = 1e6
ROUNDED = 1e-5  # share of a length that its decimals in an SVG may be wrong by
BY = "data-drawn-by"
LENGTH = re.compile(r"\s*([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)\s*(px|mm|cm|in|pt|pc|)\s*")
DEFAULT_LIMITS = SvgLimits()
# What svgelements raises on what it does not know how to read.
NOT_UNDERSTOOD = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError),
    RecursionError,
)
T = TypeVar("T")
Frame = tuple[float, float, float, float]  # x, y, width, height
FARTHEST = 1e7  # float32 keeps whole units up to here; no page is larger


def read_drawing(path: Path, *, tolerance: float | None = None) -> Drawing:
    """A drawing from an ``.svg`` or ``.json`` file, by its suffix.

    Raises:
        InputRefused: As :func:`read_svg` and :func:`read_json` say, or another suffix.
    """
    suffix = path.suffix.lower()
    if suffix == ".svg":
        return read_svg(path, tolerance=tolerance)
    if suffix == ".json":
        return read_json(path)
    remedy = "Give an .svg or .json file; of a scan, 'strokebook trace' makes one."
    raise InputRefused(str(path), f"has the suffix {suffix!r}.", remedy)


def read_svg(
    path: Path, *, tolerance: float | None = None, limits: SvgLimits = DEFAULT_LIMITS
) -> Drawing:
    """Every line of an SVG file as strokes, in document order; see :func:`parse_svg`.

    Raises:
        InputRefused: The file cannot be read, is too large, or holds what is not allowed.
    """
    return parse_svg(
        read_plain(path, limits.max_bytes), str(path), tolerance=tolerance, limits=limits
    )


def parse_svg(
    data: bytes,
    name: str = "SVG",
    *,
    tolerance: float | None = None,
    limits: SvgLimits = DEFAULT_LIMITS,
) -> Drawing:
    """Paths, lines, polylines, polygons, rectangles, circles, ellipses; transforms applied.

    Each continuous subpath is one stroke. Coordinates are those of the root's ``viewBox``, moved
    so that it begins at 0, 0; the unit is ``mm`` when the root's width in mm equals the viewBox's,
    else ``px``, with ``meta["dpi"]`` where the root's width is a length on paper. The pen's width
    is the median stroke width. What is of the class ``model`` was drawn by a model
    (:mod:`~strokebook.geometry.authorship`), and what is of the class ``continues`` goes on from
    the line before; strokebook's metadata tell the model, its seed and its temperature.

    Args:
        data: The file's content.
        name: What to call it in an error.
        tolerance: Greatest distance of the flattened line from the curve, in viewBox units;
            default: 1/4000 of the longer side, a twentieth of a unit in a 200-unit frame.
        limits: What is too much.

    Raises:
        InputRefused: With the reason and a remedy.
    """
    root = guarded_tree(data, name, limits)
    frame, unit, dpi = _frame(root, name)
    meta = _signature(root) | ({} if dpi is None else {"dpi": dpi})
    own = _own_parts(root, frame, limits)
    parts, widths = own or _parts(root, name, frame, tolerance, limits)
    meta |= meta_of(parts)
    size = frame[2:] if frame is not None else None
    pen = float(np.median(widths)) if widths else None
    strokes = joined(parts)
    return Drawing.of(strokes, size=size, unit=unit, source=name, pen_width=pen, meta=meta)


def read_json(path: Path, limits: SvgLimits = DEFAULT_LIMITS) -> Drawing:
    """A drawing from ``{"size": [w, h], "unit": "px", "pen_width": 3, "strokes": [[[x, y]]]}``.

    Only ``strokes`` is required; ``dpi``, ``start_points``, ``model_strokes``, ``model``, ``seed``
    and ``temperature`` become the drawing's ``meta``.

    Raises:
        InputRefused: Not such a file, numbers that are not finite, or too many points.
    """
    name, remedy = str(path), 'Expected {"size": [w, h], "strokes": [[[x, y], …], …]}.'
    try:
        value = json.loads(read_plain(path, limits.max_bytes))
        fields: dict[str, Any] = {}
        if value.get("pen_width") is not None:
            fields["pen_width"] = float(value["pen_width"])
        size = value.get("size")
        unit = value.get("unit", "px")
        strokes = [np.asarray(s, np.float32) for s in value["strokes"]]
        if sum(len(s) for s in strokes) > limits.max_points:
            raise InputRefused(name, f"has over {limits.max_points:,} points.", "Simplify it.")
        if unit not in ("px", "unit", "mm"):
            raise InputRefused(name, f"has the unit {unit!r}.", "Known: px, unit, mm.")
        frame = None if size is None else (float(size[0]), float(size[1]))
        fields["meta"] = _json_meta(value)
        drawing = Drawing.of(strokes, size=frame, unit=unit, source=name, **fields)
    except InputRefused:
        raise
    except StrokebookError as error:
        raise InputRefused(name, error.reason, remedy) from error
    except NOT_UNDERSTOOD as error:
        raise InputRefused(name, "is not a drawing in strokebook's JSON.", remedy) from error
    _check_finite(drawing, name)
    return drawing


def _name(text: object) -> str:
    return str(text)[:LONGEST]


def _finite(text: Any) -> float:
    value = float(text)
    if not np.isfinite(value):
        raise ValueError("not finite")
    return value


FACT_KINDS: dict[str, Any] = {"model": _name, "seed": int, "temperature": _finite}


def _json_meta(value: dict[str, Any]) -> dict[str, Any]:
    kinds = {"dpi": float, "start_points": int} | FACT_KINDS
    meta = {k: kind(value[k]) for k, kind in kinds.items() if value.get(k) is not None}
    if value.get("model_strokes") is not None:
        meta["model_strokes"] = [int(n) for n in value["model_strokes"]]
    return meta


def _signature(root: Element) -> dict[str, Any]:
    """What an SVG's metadata tell of the model that drew; what cannot be read is left out."""
    meta = {}
    for key, kind in FACT_KINDS.items():
        if (text := root.get(f"{DATA}{key}")) is not None:
            with contextlib.suppress(ValueError):
                meta[key] = kind(text)
    return meta


def _check_finite(drawing: Drawing, name: str) -> None:
    numbers = [*drawing.size, drawing.pen_width or 1.0, drawing.meta.get("dpi", 1.0)]
    if not np.isfinite(numbers).all() or min(numbers) <= 0:
        raise InputRefused(name, "has a size, pen width or dpi not above 0.", "Correct it.")
    if drawing.strokes and np.abs(drawing.points).max() > FARTHEST:
        raise InputRefused(name, "has points beyond any page.", "Check its transforms.")


def _length(text: str | None) -> tuple[float, str] | None:
    match = LENGTH.fullmatch(text or "")
    return (float(match[1]), match[2]) if match else None


def _frame(root: Element, name: str) -> tuple[Frame | None, Unit, float | None]:
    """The root's frame x, y, w, h in its own units (None: unknown), their unit, and its dpi."""
    width, height = _length(root.get("width")), _length(root.get("height"))
    box = root.get("viewBox")
    if box is None:
        if width is None or height is None or width[0] <= 0 or height[0] <= 0:
            return None, "px", None
        w, h = width[0] * PX_PER[width[1]], height[0] * PX_PER[height[1]]
        return (0.0, 0.0, w, h), "px", PX_PER["in"] if width[1] in ON_PAPER else None
    try:
        x, y, w, h = (float(v) for v in box.replace(",", " ").split())
    except ValueError as error:
        raise InputRefused(name, f"has the viewBox {box[:60]!r}.", "It needs 4 numbers.") from error
    if not np.isfinite([x, y, w, h]).all() or w <= 0 or h <= 0:
        raise InputRefused(name, f"has the viewBox {box[:60]!r}.", "Its size must be above 0.")
    if width is None or width[1] not in ON_PAPER or width[0] <= 0:
        return (x, y, w, h), "px", None
    inches = width[0] * PX_PER[width[1]] / PX_PER["in"]
    if width[1] in IN_MM and abs(inches * MM_PER_INCH - w) < 0.01 * w:
        return (x, y, w, h), "mm", None
    dpi = near_whole(w / inches, ROUNDED * w / inches)
    return (x, y, w, h), "px", dpi if 0 < dpi < MOST_DPI else None


def _own_parts(
    root: Element, frame: Frame | None, limits: SvgLimits
) -> tuple[list[Part], list[float]] | None:
    """The lines of an SVG in our own form; None for other forms, and for what is refused."""
    paths = own_paths(root)
    if paths is None or sum(len(p.points) for p in paths) > limits.max_points:
        return None
    if any(np.abs(p.points).max() > FARTHEST for p in paths):
        return None
    offset = np.array(frame[:2]) if frame else np.zeros(2)
    parts: list[Part] = []
    for path in paths:
        parts.append(_part(path.points - offset, path.by_model, path.continues, parts))
    return parts, [path.width for path in paths]


def _part(points: Floats, by_model: bool, continues: bool, before: list[Part]) -> Part:
    meets = continues and bool(before) and (before[-1].points[-1] == points[0]).all()
    return Part(points, by_model, continues=bool(meets))


def _parts(
    root: Element,
    name: str,
    frame: Frame | None,
    tolerance: float | None,
    limits: SvgLimits,
) -> tuple[list[Part], list[float]]:
    _plain_root(root, frame)
    _mark_model(root)
    offset = np.array(frame[:2]) if frame else np.zeros(2)
    step = tolerance or (max(frame[2:]) if frame else 1000.0) / 4000
    parts: list[Part] = []
    widths: list[float] = []
    points = 0
    for shape in _shapes(root, name, frame):
        width = float(shape.stroke_width or 0)
        if width > 0 and np.isfinite(width) and shape.stroke.value is not None:
            widths.append(width)
        by_model = shape.values.get(BY) == "model"
        continues = "continues" in (shape.values.get("class") or "").split()
        for stroke in _understood(_subpaths(shape, step), name):
            if not np.isfinite(stroke).all() or np.abs(stroke).max() > FARTHEST:
                raise InputRefused(name, "has points beyond any page.", "Check its transforms.")
            points += len(stroke)
            if points > limits.max_points:
                raise too_many_points(name, limits)
            parts.append(_part(stroke - offset, by_model, continues, parts))
    return parts, widths


def _mark_model(root: Element) -> None:
    """Give a class that the reader keeps to itself a name that parts inherit."""
    for element in root.iter():
        element.attrib.pop(BY, None)
        if "model" in element.get("class", "").split():
            element.set(BY, "model")


def _plain_root(root: Element, frame: Frame | None) -> None:
    # Without these, the reader leaves coordinates in the root's own units: no scaling by a
    # resolution that the file does not state. The offset is taken off afterwards.
    for key in ("viewBox", "preserveAspectRatio", "x", "y", "width", "height"):
        root.attrib.pop(key, None)
    if frame is not None:  # lengths in percent refer to the frame
        root.set("width", repr(frame[2]))
        root.set("height", repr(frame[3]))


def _shapes(root: Element, name: str, frame: Frame | None) -> Iterator[Any]:
    """The drawn shapes as svgelements' objects, transforms applied."""
    import svgelements

    def shapes() -> Iterator[Any]:
        svg = svgelements.SVG.parse(io.StringIO(tostring(root, "unicode")), reify=True)
        yield from [e for e in svg.elements() if isinstance(e, svgelements.Shape)]

    for shape in _understood(shapes(), name):
        if shape.values.get("visibility") not in ("hidden", "collapse") and not (
            isinstance(shape, svgelements.Rect) and _is_background(shape, frame)
        ):
            yield shape


def _understood(parts: Iterator[T], name: str) -> Iterator[T]:
    """``parts``, refused where the reader trips over what the checks before let pass."""
    try:
        yield from parts
    except NOT_UNDERSTOOD as error:
        raise InputRefused(
            name, f"cannot be understood ({error}).", "Save it again as plain SVG."
        ) from error


def _is_background(shape: Any, frame: Frame | None) -> bool:
    """A rectangle that only colours the paper: no outline, as large as the frame."""
    if frame is None or shape.stroke.value is not None:
        return False
    box = shape.bbox()
    return box is not None and bool(
        box[2] - box[0] >= 0.98 * frame[2] and box[3] - box[1] >= 0.98 * frame[3]
    )


def _subpaths(shape: Any, tolerance: float) -> Iterator[Floats]:
    """Each continuous subpath as ``(P, 2)``, without points that repeat the one before."""
    import svgelements

    pieces: list[Floats] = []
    for segment in svgelements.Path(shape):
        if isinstance(segment, svgelements.Move):
            yield from _joined(pieces)
            pieces = [_pair(segment.end)]
        elif segment.end is not None:
            if not pieces:  # after a closing Z, drawing goes on from the subpath's start
                pieces = [_pair(segment.start)]
            pieces.append(_points(segment, tolerance))
        if isinstance(segment, svgelements.Close):
            yield from _joined(pieces)
            pieces = []
    yield from _joined(pieces)


def _joined(pieces: list[Floats]) -> Iterator[Floats]:
    if not pieces:
        return
    points = np.vstack(pieces)
    new = np.ones(len(points), bool)
    new[1:] = (points[1:] != points[:-1]).any(axis=1)
    # A lone move draws nothing; a line of no length is a dot.
    if len(points) > 1:
        yield points[new]


def _pair(point: Any) -> Floats:
    return np.array([[point.x, point.y]], np.float64)


def _points(segment: Any, tolerance: float) -> Floats:
    """The points of one segment after its start."""
    import svgelements

    if isinstance(segment, svgelements.Arc):
        curves = [
            np.vstack([_pair(p) for p in (c.start, c.control1, c.control2, c.end)])
            for c in segment.as_cubic_curves()
        ]
        return flatten_chain(curves, tolerance) if curves else _pair(segment.end)
    if isinstance(segment, svgelements.QuadraticBezier):
        parts = (segment.start, segment.control, segment.end)
        controls = quadratic_to_cubic(np.vstack([_pair(p) for p in parts]))
        return flatten_cubic(controls, tolerance)[1:]
    if isinstance(segment, svgelements.CubicBezier):
        parts4 = (segment.start, segment.control1, segment.control2, segment.end)
        return flatten_cubic(np.vstack([_pair(p) for p in parts4]), tolerance)[1:]
    return _pair(segment.end)
