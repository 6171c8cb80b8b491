"""Options as frozen dataclasses whose fields carry their own comment and limits.

Each room has its options class; ``pipeline.settings`` gathers them into ``strokebook.toml``.
"""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from strokebook.base.errors import UsageError
from strokebook.base.former_names import with_present_names

T = TypeVar("T")


def option(
    default: Any,
    doc: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """A dataclass field with its comment in ``strokebook.toml`` and its limits (inclusive)."""
    return dataclasses.field(
        default=default, metadata={"doc": doc, "low": low, "high": high, "choices": choices}
    )


def nearest(name: str, known: typing.Iterable[str]) -> str:
    """A hint naming the known word most like ``name``, or all of them when none is near."""
    words = sorted(known)
    close = difflib.get_close_matches(name[:60], words, n=1, cutoff=0.5)
    return f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(words)}."


def build(cls: type[T], values: Mapping[str, Any], where: str, base: T | None = None) -> T:
    """An options object from a mapping, with every key, type and limit checked.

    Args:
        cls: A frozen dataclass whose fields were made with :func:`option`.
        values: Names to values, as TOML or JSON gives them; former names are read as well.
        where: How the artist would find the place (``strokebook.toml [join]``).
        base: What ``values`` leave out is taken from here; default: the class's defaults.

    Raises:
        UsageError: An unknown key (the nearest right one is named), a wrong type, a limit passed.
    """
    fields = {f.name: f for f in dataclasses.fields(cls)}  # type: ignore[arg-type]
    hints = typing.get_type_hints(cls)
    values = with_present_names(cls, values, where)
    for name in values:
        if name not in fields:
            raise UsageError(f"{where}: unknown setting {short(name)}.", nearest(name, fields))
    checked = {
        name: _check(value, hints[name], fields[name], where) for name, value in values.items()
    }
    return cls(**checked) if base is None else dataclasses.replace(base, **checked)  # type: ignore[type-var]


def _check(value: Any, hint: Any, field: dataclasses.Field[Any], where: str) -> Any:
    value = _convert(value, hint, f"{where} {field.name}")
    low, high = field.metadata.get("low"), field.metadata.get("high")
    choices = field.metadata.get("choices") or ()
    if choices and value not in choices:
        raise UsageError(
            f"{where} {field.name}: {short(value)} is not known.", nearest(str(value), choices)
        )
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if low is not None and not value >= low:
            raise UsageError(f"{where} {field.name} must be at least {low}, not {short(value)}.")
        if high is not None and not value <= high:
            raise UsageError(f"{where} {field.name} must be at most {high}, not {short(value)}.")
    return value


def _convert(value: Any, hint: Any, where: str) -> Any:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return _convert_union(value, typing.get_args(hint), where)
    if origin is typing.Literal:  # its choices are checked with the limits
        return _convert(value, str, where)
    if origin in (tuple, list, dict):
        return _convert_parts(value, hint, where)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return _float(value, where)
    if not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool):
        raise UsageError(f"{where}: {short(value)} should be of type {hint.__name__}.")
    return value


def _convert_union(value: Any, arguments: tuple[Any, ...], where: str) -> Any:
    """A value that may be missing, or a word instead of another type (``float | Literal["auto"]``).

    A missing value is None, or the empty text, which TOML has instead.
    """
    if type(None) in arguments and (value is None or value == ""):
        return None
    words = [w for a in arguments for w in _words(a)]
    others = [a for a in arguments if a is not type(None) and not _words(a)] or [str]
    if isinstance(value, str) and value in words:
        return value
    if words and isinstance(value, str) and str not in others:
        kinds = " or ".join([*(a.__name__ for a in others), *(repr(w) for w in words)])
        raise UsageError(f"{where}: {short(value)} should be {kinds}.", nearest(value, words))
    return _convert(value, others[0], where)


def _words(hint: Any) -> tuple[str, ...]:
    """The words of a ``Literal``; none of another type."""
    return typing.get_args(hint) if typing.get_origin(hint) is typing.Literal else ()


def _convert_parts(value: Any, hint: Any, where: str) -> Any:
    """A tuple, a list or an object with texts as keys, each part converted."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is dict:
        if not isinstance(value, Mapping):
            raise UsageError(f"{where}: {short(value)} should be an object.")
        return {str(name): _convert(v, arguments[1], where) for name, v in value.items()}
    if not isinstance(value, (list, tuple)):
        raise UsageError(f"{where}: {short(value)} should be a list.")
    return origin(_convert(v, arguments[0], where) for v in value)


def _float(value: int, where: str) -> float:
    try:
        return float(value)
    except OverflowError:
        raise UsageError(f"{where}: {short(value)} is too large a number.") from None


def short(value: Any) -> str:
    """``value`` as an error shows it: one from a file may be as long as the file."""
    if isinstance(value, list | dict):
        return f"a {type(value).__name__} of {len(value)}"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
