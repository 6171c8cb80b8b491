"""Page names: from a file's place in the library to a page id such as ``sb48p005``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from strokebook.base.errors import Diagnostic, Severity
from strokebook.base.files import digest, slug
from strokebook.base.imaging.documents import split_path

# What a sketchbook's folders may be called. Their order settles which of two files that claim
# the same page keeps the plain id.
FOLDERS = {"art": 0, "notes": 1, "cover": 2, "xtra": 3, "priv": 5}
NO_FOLDER = 4  # a private page never takes the id of one that may be shown
_WRITTEN = {
    "art": "art",
    "note": "notes",
    "notes": "notes",
    "cover": "cover",
    "covers": "cover",
    "xtra": "xtra",
    "xtras": "xtra",
    "extra": "xtra",
    "extras": "xtra",
    "priv": "priv",
    "private": "priv",
}

_BOOK = re.compile(r"(?:sb|sketchbook)[\s_-]*([0-9]{1,6})", re.IGNORECASE)
_PAGE = re.compile(r"([0-9]{1,6})\s*(?:v([0-9]{1,4}))?(?:\s*--(.*))?", re.IGNORECASE | re.DOTALL)
_SPAN = re.compile(r"([0-9]{1,6})\s*[-–_]\s*[0-9]{1,6}")  # 010-042.pdf: pages 10 to 42
_FLAT = re.compile(
    r"(sb[0-9]{1,6})p([0-9]{1,6})(?:v([0-9]{1,4}))?(?:--([^~]*))?(~[a-z0-9-]+)?",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class PageName:
    """What a file's name and folders say about the page on it.

    Attributes:
        id: Its name everywhere (``sb48p005v2``, ``sb48p005--sneer``): a-z, 0-9, ``-`` and ``~``.
        book: The sketchbook (``sb48``), or the slug of the top folder.
        number: The page number, if the name has one.
        title: What stands behind ``--`` in the name, as written.
        folder: ``art``, ``notes``, ``cover``, ``xtra``, ``priv``, or None.
        warning: What keeps the name from being a page number, and how to rename it.
    """

    id: str
    book: str
    number: int | None
    title: str | None
    folder: str | None
    warning: Diagnostic | None = None


def parse(path: str, root_name: str = "") -> PageName:
    """The page that the image at ``path`` (posix, relative to the library) claims to be.

    Args:
        path: As found on disk.
        root_name: Name of the library's own folder, which counts when it is a single sketchbook.
    """
    normal = unicodedata.normalize("NFC", path)
    if (page_of := split_path(normal)) is not None:
        return _parse_page(path, *page_of, root_name)
    file = PurePosixPath(normal)
    parents = [*([root_name] if root_name else []), *file.parts[:-1]]
    folder = _folder(parents)
    if numbered := _from_stem(file.stem, _book(parents), folder):
        return numbered
    page = _PAGE.fullmatch(file.stem.strip())
    number = int(page.group(1)) if page else None
    return _named(path, file, parents, _book(parents), folder, number)


def _from_stem(stem: str, book: str | None, folder: str | None, after: int = 0) -> PageName | None:
    """The page that a file's name numbers, or the one so many pages ``after`` it."""
    stem = stem.strip()
    if flat := _FLAT.fullmatch(stem):
        named, number, version, title, suffix = flat.groups()
        ends = (suffix or "").lower()
        return _numbered(named.lower(), int(number) + after, version, title, folder, ends)
    if book and (page := _PAGE.fullmatch(stem)):
        number, version, title = page.groups()
        return _numbered(book, int(number) + after, version, title, folder, "")
    return None


def _parse_page(path: str, document: str, place: int, root_name: str) -> PageName:
    """The name of a document's page: numbered on from its name, or by its place in the document.

    The document counts as a folder: ``sb48.pdf`` is a sketchbook, ``priv.pdf`` is private.
    """
    file = PurePosixPath(document)
    stem = file.stem.strip()
    parents = [*([root_name] if root_name else []), *file.parts[:-1], stem]
    folder, book = _folder(parents), _book(parents)
    if span := _SPAN.fullmatch(stem):
        stem = span.group(1)
    if numbered := _from_stem(stem, book, folder, place - 1):
        return numbered
    if book:
        return _numbered(book, place, None, None, folder, "")
    inside = file.with_name(f"{stem or 'x'}-{place:03d}")
    return _named(path, inside, parents[:-1], None, folder, place)


def _folder(parents: Sequence[str]) -> str | None:
    known = [_WRITTEN[p.strip().lower()] for p in parents if p.strip().lower() in _WRITTEN]
    # Whatever lies anywhere under a private folder is private.
    return "priv" if "priv" in known else known[-1] if known else None


def _book(parents: Sequence[str]) -> str | None:
    for parent in reversed(parents):
        if match := _BOOK.fullmatch(parent.strip()):
            return f"sb{match.group(1)}"
    return None


def _numbered(
    book: str, number: int, version: str | None, title: str | None, folder: str | None, end: str
) -> PageName:
    title = (title or "").strip() or None
    plain = f"{book}p{number:03d}" + (f"v{version}" if version else "")
    titled = f"--{_short(title)}" if title else ""
    return PageName(f"{plain}{titled}{end}", book, number, title, folder)


def _named(
    path: str,
    file: PurePosixPath,
    parents: Sequence[str],
    book: str | None,
    folder: str | None,
    number: int | None,
) -> PageName:
    tops = [p for p in (*file.parts[:-1], *parents[:1]) if p.strip().lower() not in _WRITTEN]
    known, book = book is not None, book or _short(tops[0] if tops else "loose")
    page = f"{book}-{_short(file.stem)}"
    if number is not None and not known:
        parent = str(PurePosixPath(path).parent)
        warning = Diagnostic(
            path if parent == "." else parent,
            "is in no folder with a sketchbook's number.",
            "It is used all the same; rename the sketchbook's folder to sb1, sb2, … for ids such "
            "as sb48p005.",
            severity=Severity.WARNING,
        )
    else:
        warning = Diagnostic(
            path,
            "has a name that is no page number.",
            f"It is used as page {page}; rename it to its number (005{file.suffix.lower()}) in a "
            "folder such as sb48/art for an id such as sb48p005.",
            severity=Severity.WARNING,
        )
    return PageName(page, book, number, None, folder, warning)


def _short(text: str) -> str:
    """A slug that is never empty and the same on every run, for emoji too."""
    return slug(text, fallback=f"x{digest(text)[:7]}")


def assign(
    paths: Iterable[str], root_name: str = ""
) -> tuple[dict[str, PageName], list[Diagnostic]]:
    """A page name for every image of a library, each id once, whatever order they come in.

    Of several files that claim one id the first by folder (art, notes, cover, xtra, priv) keeps
    it; the others get their folder, suffix or a number behind a ``~``.

    Returns:
        Names by path, and warnings on those that were not as they should be.
    """
    named = {path: parse(path, root_name) for path in paths}
    order = sorted(named, key=lambda path: _rank(path, named[path]))
    owners: dict[str, str] = {}
    for path in order:
        owners.setdefault(named[path].id, path)
    warnings = {str(n.warning): n.warning for p in order if (n := named[p]).warning is not None}
    clashes: dict[str, list[tuple[str, str, str, str]]] = {}
    for path in order:
        name = named[path]
        first = owners[name.id]
        if first == path:
            continue
        free = _free_id(path, name, first, named[first].folder, owners)
        owners[free] = path
        named[path] = replace(name, id=free)
        document = split_path(path)
        clashes.setdefault(document[0] if document else path, []).append(
            (path, first, name.id, free)
        )
    for subject, some in clashes.items():
        clash = _clash(*some[0]) if len(some) == 1 else _clashes(subject, some)
        warnings[str(clash)] = clash
    return named, list(warnings.values())


def _rank(path: str, name: PageName) -> tuple[int, int, str]:
    order = FOLDERS.get(name.folder or "", NO_FOLDER)
    return (order, path.count("/"), path)


def _free_id(
    path: str, name: PageName, first: str, first_folder: str | None, taken: dict[str, str]
) -> str:
    here, there = PurePosixPath(path), PurePosixPath(first)
    document = split_path(path)
    ends = [_short(PurePosixPath(document[0]).stem)] if document else []
    if name.folder and name.folder != first_folder:
        ends.append(name.folder)
    if here.suffix and here.suffix.lower() != there.suffix.lower():
        ends.append(_short(here.suffix))
    if here.parent != there.parent and here.parent.name:
        ends.append(_short(here.parent.name))
    for end in ends:
        if f"{name.id}~{end}" not in taken:
            return f"{name.id}~{end}"
    number = 2
    while f"{name.id}~{number}" in taken:
        number += 1
    return f"{name.id}~{number}"


def _clash(path: str, first: str, wanted: str, page_id: str) -> Diagnostic:
    return Diagnostic(
        path,
        f"claims the same page as {first} ({wanted}).",
        f"It is used as {page_id}; give it a number of its own, or a version (005v2).",
        severity=Severity.WARNING,
    )


def _clashes(document: str, clashes: Sequence[tuple[str, str, str, str]]) -> Diagnostic:
    _, first, wanted, free = clashes[0]
    return Diagnostic(
        document,
        f"has {len(clashes)} pages whose numbers other files have, such as {first} ({wanted}).",
        f"They are used as {free} and so on; name the file by its first and last page"
        " (061-120.pdf).",
        severity=Severity.WARNING,
    )
