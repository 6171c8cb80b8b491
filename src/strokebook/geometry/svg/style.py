"""Styles of an SVG, cut to what can matter, as svgelements needs too long for long ones.

svgelements reads colours and CSS by regular expressions that are quadratic in what does not match.
No colour, width or visibility needs more than ``LONGEST`` characters; longer values (embedded
fonts, dash patterns, effects of an editor) do not affect where a line lies and are dropped.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

LONGEST = 200
# Long by their nature, and read in linear time once the guard has seen them.
MAY_BE_LONG = {"d", "points", "transform", "style", "class", "id", "viewBox"}


def bound_styles(element: Element, kind: str) -> None:
    """Cut an element's attributes, its style and, if it is a ``<style>``, its rules, in place.

    Args:
        element: Any.
        kind: Its name without the namespace.
    """
    for name, value in list(element.attrib.items()):
        # A link's name is long where it is a picture's data; the guard looks at those it follows.
        if len(value) > LONGEST and name not in MAY_BE_LONG and not name.endswith("href"):
            del element.attrib[name]
    if "style" in element.attrib:
        element.set("style", _declarations(element.attrib["style"]))
    if kind == "style":
        element.text = rules(element.text or "")


def rules(text: str) -> str:
    """A style sheet's whole rules, without comments and over-long declarations."""
    kept = []
    for rule in _without_comments(text).split("}")[:-1]:
        selector, brace, declarations = rule.partition("{")
        if brace and declarations.strip():
            kept.append(f"{selector}{{{_declarations(declarations)}}}")
    return "\n".join(kept)


def _declarations(text: str) -> str:
    return ";".join(part for part in text.split(";") if len(part) <= LONGEST)


def _without_comments(text: str) -> str:
    kept, at = [], 0
    while (start := text.find("/*", at)) >= 0:
        kept.append(text[at:start])
        end = text.find("*/", start + 2)
        at = len(text) if end < 0 else end + 2
    return "".join([*kept, text[at:]])
