"""What an edit of each kind says, checked: the same rules for the log, its twin and old files.

Pages are referred to by their own numbers (``library.identity``), places on a page by boxes
relative to its width and height, so that an edit holds for another scan of the same page.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from strokebook.base.errors import UsageError
from strokebook.library.disk.signature import BITS
from strokebook.library.disk.tags import TAGS
from strokebook.library.kinds import KINDS, check_label

Body = Mapping[str, Any]
SPACES = ("pages", "drawings")
DATED_BY = ("hand", "read")
MEMBERS = ("cluster", "group")  # kinds of edits that are about members, on several pages
MOST_CLUSTERS = 10_000  # a larger number would ask for a table of as many centroids
_FINGERPRINT = re.compile(f"[0-9a-fA-F]{{{BITS // 4}}}")


class MalformedError(ValueError):
    """An edit says something that it cannot mean; the message names the place."""


def check_body(kind: str, body: Body) -> dict[str, Any]:
    """The body of an edit with its types, names and numbers checked.

    A kind that this version does not know is kept as it is: a later one wrote it.

    Raises:
        MalformedError: A part is missing or of another type, or a label is no label.
    """
    check = _CHECKS.get(kind)
    return dict(body) if check is None else check(body)


def target_of(kind: str, body: Body) -> str:
    """What an edit is about: later edits of the same kind and target replace it."""
    if kind in ("label", "decision", "page"):
        return str(body["page"])
    if kind == "tag":
        return f"{body['page']} {body['tag']}"
    if kind in MEMBERS:
        return str(body["space"])
    if kind == "label-kind":
        return str(body["label"]).casefold()
    if kind == "date":
        about = f"book {body['book']}" if body.get("book") else str(body["page"])
        return f"{about} {body['source']}"
    return str(body.get("of", ""))


def _page(body: Body) -> dict[str, Any]:
    return {
        "page": _number(body, "page"),
        "id": _text(body, "id"),
        "image": _text(body, "image"),
        "fingerprint": _fingerprint(body) if body.get("fingerprint") else "",
    }


def _fingerprint(body: Body) -> str:
    """256 bits as hexadecimal digits; damaged ones would let a private page pass unknown."""
    text = _text(body, "fingerprint")
    if not _FINGERPRINT.fullmatch(text):
        raise MalformedError(f"'fingerprint' should be {BITS // 4} hexadecimal digits")
    return text


def _label(body: Body) -> dict[str, Any]:
    label = body.get("label")
    return {"page": _number(body, "page"), "label": None if label is None else _name(label)}


def _tag(body: Body) -> dict[str, Any]:
    tag = _text(body, "tag")
    if tag not in TAGS:
        raise MalformedError(f"{tag!r} is not a tag")
    return {"page": _number(body, "page"), "tag": tag, "on": _flag(body, "on")}


def _decision(body: Body) -> dict[str, Any]:
    unit = body.get("unit", "page")
    if unit not in ("page", "px"):
        raise MalformedError(f"unit {unit!r} is not page or px")
    reason = body.get("reason")
    if reason is not None and not isinstance(reason, str):
        raise MalformedError("'reason' should be a text")
    return {
        "page": _number(body, "page"),
        "box": _box(body.get("box")),
        "unit": unit,
        "kept": None if body.get("kept") is None else _flag(body, "kept"),
        "reason": reason,
    }


def _cluster(body: Body) -> dict[str, Any]:
    space, name, members = _space(body), body.get("name"), _members(body)
    checked: dict[str, Any] = {"space": space, "name": None if name is None else _name(name)}
    checked["members"] = members
    if "follows" in body:
        checked["follows"] = _number(body, "follows")
    return checked


def _group(body: Body) -> dict[str, Any]:
    """Items that the artist put into one cluster, by merging or splitting."""
    number = body.get("number")
    if type(number) is not int or not 0 <= number < MOST_CLUSTERS:
        raise MalformedError(f"'number' should be a whole number under {MOST_CLUSTERS}")
    return {"space": _space(body), "number": number, "members": _members(body)}


def _space(body: Body) -> str:
    space = body.get("space")
    if space not in SPACES:
        raise MalformedError(f"space {space!r} is not {' or '.join(SPACES)}")
    return str(space)


def _members(body: Body) -> list[Any]:
    members = body.get("members")
    if not isinstance(members, list):
        raise MalformedError("'members' should be a list")
    return [_member(one) for one in members]


def _member(value: Any) -> Any:
    """A page's number, a page's number with a box, or a drawing's key of an old project."""
    if isinstance(value, str) or _is_number(value):
        return value
    if isinstance(value, list) and len(value) == 2 and _is_number(value[0]):
        return [value[0], _box(value[1])]
    raise MalformedError("a member should be a page's number, or a number with a box")


def _label_kind(body: Body) -> dict[str, Any]:
    kind = body.get("kind_of_page")
    if kind is not None and kind not in KINDS:
        raise MalformedError(f"{kind!r} is not a kind of page")
    return {"label": _name(body.get("label")), "kind_of_page": kind}


def _date(body: Body) -> dict[str, Any]:
    """When a page or a sketchbook was drawn.

    Without days nobody knows (``hand``), or it was misread (``read``). A sketchbook's date has the
    page that it was read on, where it was.
    """
    source = body.get("source", "hand")
    if source not in DATED_BY:
        raise MalformedError(f"source {source!r} is not {' or '.join(DATED_BY)}")
    checked: dict[str, Any] = {}
    if body.get("book") is not None:
        checked["book"] = _text(body, "book")
        if not checked["book"]:
            raise MalformedError("'book' should be a sketchbook's name")
    if "book" not in checked or body.get("page") is not None:
        checked["page"] = _number(body, "page")
    first, last = _day(body, "first"), _day(body, "last")
    if (first is None) != (last is None) or (first and last and last < first):
        raise MalformedError("'last' should be a day not before 'first'")
    return {**checked, "source": source, "first": first, "last": last}


def _day(body: Body, name: str) -> str | None:
    """A day as 2019-05-12, or None."""
    if body.get(name) is None:
        return None
    try:
        return date.fromisoformat(_text(body, name)).isoformat()
    except ValueError as error:
        raise MalformedError(f"{name!r} should be a day such as 2019-05-12") from error


def _step(body: Body) -> dict[str, Any]:
    return {"of": _number(body, "of")}


_CHECKS: dict[str, Callable[[Body], dict[str, Any]]] = {
    "page": _page,
    "label": _label,
    "tag": _tag,
    "decision": _decision,
    "cluster": _cluster,
    "group": _group,
    "label-kind": _label_kind,
    "date": _date,
    "undo": _step,
    "redo": _step,
}


def _name(value: Any) -> str:
    if not isinstance(value, str):
        raise MalformedError(f"the label {value!r} should be a text")
    try:
        return check_label(value)
    except UsageError as error:
        raise MalformedError(error.reason) from error


def _box(value: Any) -> list[float]:
    if (
        not isinstance(value, list)
        or len(value) != 4
        or not all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in value)
        or not all(math.isfinite(v) and abs(v) < 1e9 for v in value)
    ):
        raise MalformedError("'box' should be four numbers")
    return [float(v) for v in value]


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**53


def _number(body: Body, name: str) -> int:
    value = body.get(name)
    if not isinstance(value, int) or not _is_number(value):
        raise MalformedError(f"{name!r} should be a whole number from 1")
    return value


def _text(body: Body, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise MalformedError(f"{name!r} should be a text")
    return value


def _flag(body: Body, name: str) -> bool:
    value = body.get(name)
    if not isinstance(value, bool):
        raise MalformedError(f"{name!r} should be true or false")
    return value
