"""The first format of ``hand.json`` (one JSON object of labels, tags, …), read and checked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from strokebook.base.errors import StrokebookError
from strokebook.library.edits.bodies import MalformedError

FORMAT = "strokebook hand work"
VERSION = 1


@dataclass(frozen=True)
class HandWork:
    """Rows as the first catalogues kept them; ``at`` is ISO time in UTC; None: taken back.

    Attributes:
        labels: image, label, page, at.
        tags: image, tag, active, source (``hand`` or ``file``), page, at.
        names: space, key, name, at: the hand-given name of the cluster that an item is in.
        decisions: image, x0, y0, x1, y1, kept, reason, page, at.
    """

    labels: Sequence[tuple[Any, ...]] = field(default_factory=list)
    tags: Sequence[tuple[Any, ...]] = field(default_factory=list)
    names: Sequence[tuple[Any, ...]] = field(default_factory=list)
    decisions: Sequence[tuple[Any, ...]] = field(default_factory=list)


def from_json(value: Any) -> HandWork:
    """Hand work from what ``hand.json`` holds.

    Raises:
        MalformedError: A part is missing, unknown or of another type than it should be.
        StrokebookError: A newer strokebook wrote it.
    """
    top = _mapping(value, "the file")
    if top.get("format") != FORMAT:
        raise MalformedError(f"'format' is not {FORMAT!r}")
    version = top.get("version")
    if isinstance(version, int) and version > VERSION:
        raise StrokebookError(
            f"hand.json was written by a newer strokebook (version {version}).",
            "Update strokebook.",
        )
    unknown = set(top) - {"format", "version", "labels", "tags", "clusters", "drawings"}
    if unknown:
        raise MalformedError(f"{min(unknown)!r} is not known")
    return HandWork(
        [_label(k, v) for k, v in _mapping(top.get("labels", {}), "labels").items()],
        [
            _tag(image, tag, one)
            for image, tags in _mapping(top.get("tags", {}), "tags").items()
            for tag, one in _mapping(tags, f"tags {image}").items()
        ],
        [
            row
            for space, groups in _mapping(top.get("clusters", {}), "clusters").items()
            for group in _list(groups, f"clusters {space}")
            for row in _names(space, group)
        ],
        [_decision(one) for one in _list(top.get("drawings", []), "drawings")],
    )


def _label(image: str, value: Any) -> tuple[str, str, str, str]:
    one = _mapping(value, f"labels {image}")
    page, label, at = (_text(one, name, f"labels {image}") for name in ("page", "label", "at"))
    return (image, label, page, at)


def _tag(image: str, tag: str, value: Any) -> tuple[str, str, int, str, str, str]:
    where = f"tags {image} {tag}"
    one = _mapping(value, where)
    page, source, at = (_text(one, name, where) for name in ("page", "by", "at"))
    return (image, tag, int(_flag(one, "on", where)), source, page, at)


def _names(space: str, value: Any) -> list[tuple[str, str, str, str]]:
    where = f"clusters {space}"
    one = _mapping(value, where)
    name, at = _text(one, "name", where), _text(one, "at", where)
    members = _list(one.get("members"), f"{where} {name} members")
    if not all(isinstance(key, str) for key in members):
        raise MalformedError(f"{where} {name}: members should be texts")
    return [(space, key, name, at) for key in members]


def _decision(value: Any) -> tuple[Any, ...]:
    one = _mapping(value, "drawings")
    image = _text(one, "image", "drawings")
    where = f"drawings {image}"
    box = _list(one.get("box"), f"{where} box")
    numbers = [v for v in box if isinstance(v, (int, float)) and not isinstance(v, bool)]
    if len(box) != 4 or len(numbers) != 4 or not all(math.isfinite(v) for v in numbers):
        raise MalformedError(f"{where}: box should be four numbers")
    reason = one.get("reason")
    if reason is not None and not isinstance(reason, str):
        raise MalformedError(f"{where}: reason should be a text")
    page, at = _text(one, "page", where), _text(one, "at", where)
    return (image, *map(float, numbers), int(_flag(one, "kept", where)), reason, page, at)


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise MalformedError(f"{where} should be an object")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise MalformedError(f"{where} should be a list")
    return value


def _text(one: Mapping[str, Any], name: str, where: str) -> str:
    value = one.get(name)
    if not isinstance(value, str):
        raise MalformedError(f"{where}: {name!r} should be a text")
    return value


def _flag(one: Mapping[str, Any], name: str, where: str) -> bool:
    value = one.get(name)
    if not isinstance(value, bool):
        raise MalformedError(f"{where}: {name!r} should be true or false")
    return value
