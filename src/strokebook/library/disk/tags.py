r"""Colour tags of files: macOS Finder tags and the tags of Linux file managers.

Finder keeps them in an extended attribute: a binary property list of ``Name\nN`` with the
colour's number N. Copying a file usually loses them, so the catalogue keeps what was read once.
"""

from __future__ import annotations

import os
import plistlib
import sys
from pathlib import Path

from strokebook.base.errors import UsageError
from strokebook.base.options import nearest

# The artist's use: yellow = notes, red = private, orange = extras, green = favourite.
TAGS = ("cover", "extras", "favourite", "notes", "private")
FOLDER_TAGS = {"notes": "notes", "priv": "private", "xtra": "extras", "cover": "cover"}

_FINDER_COLOURS = {"2": "favourite", "5": "notes", "6": "private", "7": "extras"}
_WORDS = {
    "green": "favourite",
    "favourite": "favourite",
    "favorite": "favourite",
    "yellow": "notes",
    "notes": "notes",
    "red": "private",
    "private": "private",
    "priv": "private",
    "orange": "extras",
    "extras": "extras",
    "extra": "extras",
    "xtra": "extras",
    "cover": "cover",
}

_FINDER = "com.apple.metadata:_kMDItemUserTags"
_XDG = "user.xdg.tags"
# Linux keeps a Mac's attributes in its own `user.` space (rsync, Samba).
_NAMES = (_FINDER, f"user.{_FINDER}", _XDG)
_LARGEST = 64 * 1024  # Finder's real ones have some 50 bytes


def tag_named(word: str) -> str:
    """The tag that an artist means by ``word``: its name or its colour.

    Raises:
        UsageError: Not known; the nearest one is named.
    """
    try:
        return _WORDS[word.strip().lower()]
    except KeyError:
        raise UsageError(f"The tag {word!r} is not known.", nearest(word.lower(), TAGS)) from None


def read_tags(path: Path) -> tuple[frozenset[str], str]:
    """The tags that a file or folder wears.

    Returns:
        Its tags, and what kept any of them from being read ("" when nothing did).
    """
    try:
        values = _attributes(path)
    except OSError as error:
        return frozenset(), f"its tags cannot be read ({error.strerror})."
    tags: set[str] = set()
    problem = ""
    for name, value in values.items():
        try:
            tags |= _xdg_tags(value) if name == _XDG else _finder_tags(value)
        except ValueError as error:
            problem = f"its tags cannot be read ({error})."
    return frozenset(tags), problem


def _attributes(path: Path) -> dict[str, bytes]:
    if sys.platform == "darwin":
        import xattr

        held = xattr.xattr(str(path))
        return {name: held.get(name) for name in held.list() if name in _NAMES}
    if not hasattr(os, "listxattr"):
        return {}
    try:
        names = os.listxattr(path)
    except OSError as error:
        if isinstance(error, (PermissionError, FileNotFoundError)):
            raise
        return {}  # a file system without attributes has no tags
    return {name: os.getxattr(path, name) for name in names if name in _NAMES}


def _xdg_tags(value: bytes) -> set[str]:
    _check_size(value)
    words = value.decode("utf-8", "replace").replace("\0", "").split(",")
    return {_WORDS[word.strip().lower()] for word in words if word.strip().lower() in _WORDS}


def _finder_tags(value: bytes) -> set[str]:
    _check_size(value)
    try:
        entries = plistlib.loads(value, fmt=plistlib.FMT_BINARY)
    except Exception as error:  # a broken list raises nearly anything
        raise ValueError("no property list") from error
    if not isinstance(entries, list):
        raise ValueError("no list of tags")
    tags = set()
    for entry in entries:
        if not isinstance(entry, str):
            continue
        name, _, colour = entry.partition("\n")
        # Names can be changed by the artist, so the colour's number counts before them.
        tag = _FINDER_COLOURS.get(colour.strip()) or _WORDS.get(name.strip().lower())
        if tag:
            tags.add(tag)
    return tags


def _check_size(value: bytes) -> None:
    if len(value) > _LARGEST:
        raise ValueError(f"{len(value)} bytes, over the limit of {_LARGEST}")
