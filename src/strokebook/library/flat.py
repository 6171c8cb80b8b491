"""A flat export of the library, ``art/sb48p005.jpg``, as copies or links."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from strokebook.base.errors import Diagnostic, InputRefused, StrokebookError, UsageError
from strokebook.base.files import file_digest, write_json
from strokebook.base.imaging.documents import locate, picture_suffix, split_path
from strokebook.base.progress import SILENT, Progress
from strokebook.library.catalogue.page_rows import PageRows
from strokebook.library.catalogue.records import Page
from strokebook.library.disk.place import Mode, place

LOOSE = "loose"  # pages that lie in none of the known folders
_LIST = ".strokebook-export.json"


@dataclass(frozen=True)
class FlatReport:
    """What an export did: counts, and pages that could not be exported."""

    placed: int = 0
    removed: int = 0
    unchanged: int = 0
    refused: tuple[Diagnostic, ...] = ()


@dataclass
class _Export:
    library: Path
    out: Path
    mode: Mode
    before: dict[str, str]  # image by path, as the last export left it
    now: dict[str, str] = field(default_factory=dict)
    placed: int = 0
    removed: int = 0
    unchanged: int = 0
    refused: list[Diagnostic] = field(default_factory=list)


def flat_export(
    catalogue: PageRows,
    library_root: Path,
    out: Path,
    mode: Mode = "copy",
    *,
    include_private: bool = False,
    progress: Progress = SILENT,
) -> FlatReport:
    """Export every page as ``FOLDER/ID.jpg``; a later export adds, replaces and removes its own.

    Private pages are left out, and removed if an earlier export had them. With
    ``include_private`` all of them go to ``priv/``, those that are private by a tag as well, so
    that they stay private wherever the export is read.

    Raises:
        UsageError: ``out`` lies in the library.
        StrokebookError: ``out`` cannot be written.
    """
    library, out = library_root.resolve(), out.resolve()
    if out.is_relative_to(library) or library.is_relative_to(out):
        raise UsageError(f"{out} and the library {library} lie in each other.", "Export elsewhere.")
    pages = catalogue.pages(include_private=include_private)
    wanted = {_place_of(page): page for page in pages}
    work = _Export(library, out, mode, _read_list(out / _LIST))
    try:
        for path, image in work.before.items():
            if path not in wanted:
                _remove(work, path, image)
        for path, page in progress.track(list(wanted.items()), "Exporting pages"):
            _export(work, path, page)
        # What could not be replaced or removed this time stays on the list for the next.
        write_json(out / _LIST, dict(sorted(work.now.items())))
    except OSError as error:
        raise StrokebookError(
            f"{out} cannot be written ({error.strerror}).",
            "Check its permissions and the space on its disk.",
        ) from error
    return FlatReport(work.placed, work.removed, work.unchanged, tuple(work.refused))


def _place_of(page: Page) -> str:
    folder = "priv" if page.private else page.folder or LOOSE
    return f"{folder}/{page.id}{picture_suffix(page.path)}"


def _read_list(path: Path) -> dict[str, str]:
    """What an earlier export put there; without a list nothing there is ours to remove."""
    with contextlib.suppress(OSError, ValueError):
        value = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(value, dict):
            return {
                name: image
                for name, image in value.items()
                if isinstance(image, str)
                and not name.startswith("/")
                and ".." not in PurePosixPath(name).parts
            }
    return {}


def _export(work: _Export, path: str, page: Page) -> None:
    target = work.out / path
    if os.path.lexists(target):
        if _is_done(work, path, page):
            work.unchanged += 1
            if path in work.before:
                work.now[path] = work.before[path] if split_path(page.path) else page.image
            return
        if path not in work.before or not _ours(target, work.before[path]):
            work.refused.append(
                Diagnostic(
                    page.path, f"cannot go to {target}: another file is there.", "Move that."
                )
            )
            return
    try:
        place(work.library / page.path, target, work.mode)
    except OSError as error:
        if not locate(work.library / page.path)[0].is_file():
            work.refused.append(
                Diagnostic(page.path, f"cannot be read ({error.strerror}).", "Scan again.")
            )
            return
        raise
    except InputRefused as error:  # a page of a document
        work.refused.append(Diagnostic(page.path, error.bare_reason, error.remedy))
        return
    work.now[path] = _entry(page, target)
    work.placed += 1


def _entry(page: Page, target: Path) -> str:
    """What the list keeps: the image, and the digest of the JPEG that a document's page became."""
    return f"{page.image}:{file_digest(target)}" if split_path(page.path) else page.image


def _is_done(work: _Export, path: str, page: Page) -> bool:
    """True when the page is there already, by content or, for our own file, by size and time."""
    source, target = work.library / page.path, work.out / path
    if split_path(page.path):
        entry = work.before.get(path, "")
        return entry.partition(":")[0] == page.image and _ours(target, entry)
    if work.mode == "link":
        return target.is_symlink() and target.resolve() == source.resolve()
    if target.is_symlink():
        return False
    with contextlib.suppress(OSError):
        here, there = target.stat(), source.stat()
        alike = (here.st_size, here.st_mtime_ns) == (there.st_size, there.st_mtime_ns)
        if alike and work.before.get(path) == page.image:
            return True
    return _same(target, page.image)


def _remove(work: _Export, path: str, image: str) -> None:
    target = work.out / path
    if not os.path.lexists(target):
        return
    if not _ours(target, image):
        work.refused.append(
            Diagnostic(
                str(target),
                "is no longer part of the export, but was changed since.",
                "Remove it by hand if you do not need it.",
            )
        )
        return
    target.unlink()
    work.removed += 1
    with contextlib.suppress(OSError):
        target.parent.rmdir()  # only succeeds when it is empty


def _ours(target: Path, entry: str) -> bool:
    return target.is_symlink() or _same(target, entry.rpartition(":")[2])


def _same(target: Path, image: str) -> bool:
    with contextlib.suppress(OSError):
        return file_digest(target) == image
    return False
