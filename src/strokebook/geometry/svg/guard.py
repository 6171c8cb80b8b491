"""Guard: checks of an SVG's text before anything interprets it: bombs, foreign files, bad numbers.

SVG from elsewhere is untrusted input. Everything here streams and stops at the first limit, so a
hostile file costs a fraction of a second, whatever it would grow to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder

from defusedxml.common import DefusedXmlException, DTDForbidden
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from strokebook.base.errors import InputRefused
from strokebook.geometry.svg.path_data import begins_drawing, normalised, segments
from strokebook.geometry.svg.style import LONGEST, bound_styles

SVG = "{http://www.w3.org/2000/svg}"
NAMESPACE = "urn:strokebook:drawing"  # of the facts in <metadata>
FACTS = {"model", "seed", "temperature"}
DATA = "data-"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
# Nothing in these is a drawn line; an <image> in particular is never looked at.
NOT_LINES = {
    "clipPath", "marker", "mask", "pattern", "filter", "linearGradient", "radialGradient",
    "image", "text", "script", "foreignObject", "metadata", "animate", "animateTransform",
    "animateMotion", "set", "font", "cursor",
}  # fmt: skip
PATH_DATA = re.compile(r"[MmZzLlHhVvCcSsQqTtAa0-9eE+\-.,\s]*")
NUMBERS = re.compile(r"[0-9eE+\-.,\s]*")
# The reader splits a long row of digits in every way there is, which is cubic; no number has more.
LONG_NUMBER = re.compile(r"[0-9.]{61}")
NOT_FINITE = re.compile(r"\b[-+]?(nan|inf)", re.IGNORECASE)


@dataclass(frozen=True)
class SvgLimits:
    """What a drawing may hold; far above any page, far below what would stall.

    Attributes:
        max_bytes: Size of the file.
        max_elements: Elements, counting what ``<use>`` repeats.
        max_depth: Levels of nested groups.
        max_data: Characters of path data and point lists together.
        max_points: Points after curves are flattened; also segments before that, counting what
            ``<use>`` repeats, since each of them becomes a point at least.
    """

    max_bytes: int = 32 << 20
    max_elements: int = 50_000
    max_depth: int = 64
    max_data: int = 8 << 20
    max_points: int = 500_000


def guarded_tree(data: bytes, name: str, limits: SvgLimits) -> Element:
    """The checked element tree of an SVG, freed of everything that is not a line.

    What its metadata tell of the drawing are attributes of the root: ``data-model``, ``data-seed``.

    Raises:
        InputRefused: Not XML, not SVG, a DTD with content, entities, a reference to another
            file, unreadable or non-finite numbers, or a limit passed.
    """
    root = _parse(data, name, limits)
    if root.tag not in (f"{SVG}svg", "svg"):
        raise InputRefused(name, "is XML but not SVG.", "Give an SVG file.")
    _keep_facts(root)
    _drop_not_lines(root)
    _check_values(root, name, limits)
    _check_uses(root, name, limits)
    return root


class _Counted(TreeBuilder):
    """Builds the tree while it counts, so that a bomb is met before it is in memory."""

    def __init__(self, name: str, limits: SvgLimits) -> None:
        super().__init__()
        self.name, self.limits = name, limits
        self.depth = self.elements = 0

    def start(self, tag: Any, attrs: Any, /) -> Element:
        self.depth += 1
        self.elements += 1
        if self.depth > self.limits.max_depth:
            raise InputRefused(
                self.name,
                f"nests groups deeper than {self.limits.max_depth} levels.",
                "Ungroup it in the program that made it.",
            )
        if self.elements > self.limits.max_elements:
            raise _too_many(self.name, self.limits)
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self.depth -= 1
        return super().end(tag)


class _NoInternalDtd(DefusedXMLParser):  # type: ignore[misc]
    """Lets a bare DOCTYPE line pass (Illustrator and potrace write one) but no DTD content."""

    def defused_start_doctype_decl(
        self, name: str, sysid: str, pubid: str, has_internal_subset: int
    ) -> None:
        if has_internal_subset:
            raise DTDForbidden(name, sysid, pubid)


def _too_many(name: str, limits: SvgLimits) -> InputRefused:
    return InputRefused(
        name,
        f"has more than {limits.max_elements:,} elements.",
        "Split it, or convert clones to one path.",
    )


def _parse(data: bytes, name: str, limits: SvgLimits) -> Element:
    parser = _NoInternalDtd(
        target=_Counted(name, limits), forbid_dtd=True, forbid_entities=True, forbid_external=True
    )
    try:
        parser.feed(data)  # in one piece: expat scans a long attribute anew for each piece
        root = parser.close()
    except DefusedXmlException as error:
        raise InputRefused(
            name,
            "has a DTD with declarations or entities, which can hide bombs and foreign files.",
            "Save it again as plain SVG.",
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise InputRefused(name, f"is not readable XML ({error}).", "Save it again.") from error
    if not isinstance(root, Element):
        raise InputRefused(name, "is not readable XML (no elements).", "Save it again.")
    return root


def local(element: Element) -> str:
    """The element's name without its namespace; empty for comments and instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _keep_facts(root: Element) -> None:
    """Move what strokebook's metadata tell of a drawing to the root, as ``data-…``."""
    for name in [key for key in root.attrib if key.startswith(DATA)]:
        del root.attrib[name]
    for facts in root.iter(f"{{{NAMESPACE}}}drawing"):
        for name in FACTS & facts.attrib.keys():
            root.set(f"{DATA}{name}", facts.attrib[name][:LONGEST])


def _drop_not_lines(root: Element) -> None:
    symbols = []
    for parent in list(root.iter()):
        for child in list(parent):
            kind = local(child)
            if kind in NOT_LINES or not kind:
                parent.remove(child)
            elif kind == "symbol":  # drawn only where <use> places it
                parent.remove(child)
                symbols.append(child)
    if symbols:
        home = Element(f"{SVG}defs")
        home.extend(symbols)
        root.insert(0, home)


def _check_values(root: Element, name: str, limits: SvgLimits) -> None:
    data = 0
    for element in root.iter():
        bound_styles(element, local(element))
        d, points = element.get("d", ""), element.get("points", "")
        data += len(d) + len(points)
        if data > limits.max_data:
            raise InputRefused(
                name,
                f"has more than {limits.max_data >> 20} MB of path data.",
                "Simplify or split it.",
            )
        numeric = [v for k, v in element.attrib.items() if _is_number(k)]
        if (
            not PATH_DATA.fullmatch(d)
            or not NUMBERS.fullmatch(points)
            or any(LONG_NUMBER.search(v) for v in (points, *numeric))
        ):
            raise InputRefused(
                name, "has path data that cannot be read.", "Save it again as plain SVG."
            )
        if d:
            _normalise(element, d, name)
        if any(NOT_FINITE.search(v) for v in numeric):
            raise InputRefused(
                name, "has numbers that are not finite (NaN or infinity).", "Save it again."
            )


def _normalise(element: Element, d: str, name: str) -> None:
    d = normalised(d)
    if begins_drawing(d):
        raise InputRefused(
            name,
            f"has a path that draws before it has moved anywhere (d={d[:20]!r}).",
            "A path begins with M; save it again.",
        )
    element.set("d", d)


def _is_number(key: str) -> bool:
    return key in {
        "transform", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry",
        "width", "height", "viewBox", "stroke-width",
    }  # fmt: skip


def _reference(element: Element) -> str | None:
    return element.get("href", element.get(XLINK_HREF)) if local(element) == "use" else None


def _check_uses(root: Element, name: str, limits: SvgLimits) -> None:
    """Refuse ``<use>`` of other files, of itself, and more elements or segments than allowed."""
    by_id = {e.get("id"): e for e in root.iter() if e.get("id")}
    sizes: dict[Element, tuple[int, int]] = {}
    open_now: set[Element] = set()

    def size(element: Element) -> tuple[int, int]:
        """Elements and segments of ``element`` when every ``<use>`` in it is written out."""
        if element in sizes:
            return sizes[element]
        if element in open_now:
            raise InputRefused(name, "uses a part of itself within itself.", "Unlink its clones.")
        if len(open_now) > 4 * limits.max_depth:
            raise InputRefused(name, "nests clones too deeply.", "Unlink its clones.")
        open_now.add(element)
        elements, drawn = 1, _segments(element, limits.max_points)
        for part in _parts(element, by_id, name):
            more = size(part)
            elements, drawn = elements + more[0], drawn + more[1]
        open_now.discard(element)
        if elements > limits.max_elements:
            raise _too_many(name, limits)
        if drawn > limits.max_points:
            raise too_many_points(name, limits)
        sizes[element] = elements, drawn
        return elements, drawn

    size(root)


def _segments(element: Element, most: int) -> int:
    points = element.get("points")
    return segments(element.get("d", ""), most) + (segments(f"L{points}", most) if points else 0)


def too_many_points(name: str, limits: SvgLimits) -> InputRefused:
    """The refusal of a drawing beyond ``max_points``."""
    return InputRefused(name, f"has over {limits.max_points:,} points.", "Simplify it.")


def _parts(element: Element, by_id: dict[str | None, Element], name: str) -> Iterator[Element]:
    yield from element
    reference = _reference(element)
    if reference is None:
        return
    if not reference.startswith("#"):
        raise InputRefused(
            name, f"takes parts from another file ({reference[:60]}).", "Unlink its clones."
        )
    if reference[1:] in by_id:
        yield by_id[reference[1:]]
