"""Pages filed into folders by label, for looking through; what is moved there is a correction.

``filed/drawings/sb48p005.jpg`` and so on. We keep a list of what we put there, in the catalogue and
in ``filed/.files.json`` (for when the catalogue is deleted): only those files are ever removed, and
only a file that is not where the list says it is tells a correction.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from strokebook.base.errors import Diagnostic, InputRefused, Severity, UsageError
from strokebook.base.files import file_digest
from strokebook.base.imaging.documents import picture_suffix
from strokebook.library.catalogue.catalogue import Catalogue
from strokebook.library.catalogue.filed_rows import FILED, LIST, FiledFile, write_list
from strokebook.library.catalogue.records import Page
from strokebook.library.disk.place import Mode, mode_of, place
from strokebook.library.kinds import check_label

UNLABELLED = "unlabelled"


@dataclass(frozen=True)
class Correction:
    """A page that the artist moved to another label's folder."""

    page: str
    old: str | None
    new: str


@dataclass(frozen=True)
class SyncReport:
    """What moving files in ``filed/`` said."""

    corrections: tuple[Correction, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class FilingReport:
    """What filing did; ``corrections`` were found and recorded first."""

    placed: int = 0
    removed: int = 0
    unchanged: int = 0
    corrections: tuple[Correction, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()


@dataclass
class _Filing:
    """Filing at work: what was known of ``filed/``, and what came of it."""

    root: Path
    catalogue: Catalogue
    library: Path
    listed: dict[str, FiledFile]
    placed: int = 0
    removed: int = 0
    unchanged: int = 0
    warnings: list[Diagnostic] = field(default_factory=list)

    def warn(self, path: str, reason: str, remedy: str, *, transient: bool = False) -> None:
        self.warnings.append(
            Diagnostic(
                f"{FILED}/{path}", reason, remedy, severity=Severity.WARNING, transient=transient
            )
        )


def file_pages(
    catalogue: Catalogue, library_root: Path, project: Path, mode: Mode = "copy"
) -> FilingReport:
    """File every page that is not private under its label; first take in what was moved by hand.

    Args:
        catalogue: An open catalogue.
        library_root: The folder of sketchbooks.
        project: The project; pages go to its ``filed/LABEL/ID.jpg``.
        mode: Copies, or links to the library.
    """
    synced = sync(catalogue, library_root, project)
    work = _start(catalogue, library_root, project)
    pages = catalogue.pages(include_private=False)
    folders = _folders(pages)
    wanted = {_place_of(page, folders): page for page in pages}
    try:
        for path, row in list(work.listed.items()):
            page = wanted.get(path)
            if row.mode != "theirs" and (
                page is None or page.image != row.image or row.mode != mode_of(page.path, mode)
            ):
                _remove(work, row)
        for path, page in wanted.items():
            _file(work, path, page, mode_of(page.path, mode))
    finally:
        write_list(work.root, work.listed.values())
    return FilingReport(
        placed=work.placed,
        removed=work.removed,
        unchanged=work.unchanged,
        corrections=synced.corrections,
        warnings=(*synced.warnings, *work.warnings),
    )


def sync(catalogue: Catalogue, library_root: Path, project: Path) -> SyncReport:
    """Record, as hand labels, what the artist said by moving files between label folders.

    A file is known by its content (a link by what it points to), or else by its name. Deleting one
    says nothing, and neither does copying one: only a file that is gone from where it was filed was
    moved. New folders are new labels, of the kind that the pages moved there had.
    """
    work = _start(catalogue, library_root, project)
    new_labels: dict[str, dict[str, str]] = {}  # page id: {label: path}
    ours = {row.image for row in work.listed.values()}
    standing = _standing(work)
    adopted: list[tuple[str, Page]] = []
    for path in _files(work.root):
        row = work.listed.get(path)
        if row is not None and _in_place(work.root, row):
            continue
        page = _page_at(work, path)
        if page is None or page.private:
            _warn_of_stranger(work, path, page)
            continue
        adopted.append((path, page))
        if row is not None and row.image == page.image:
            continue  # only its time or inode is another: the project was copied
        label = _label_of(work, path)
        if label is None or page.image not in ours:
            continue  # what was never filed by us was not moved: its place says nothing
        if page.image in standing:
            _warn_of_copy(work, path, page, standing[page.image])
        else:
            new_labels.setdefault(page.id, {})[label] = path
    corrections = _corrections(work, new_labels)
    if corrections:
        with catalogue.hand_edit("filed"):
            _inherit_kinds(work, corrections)
            catalogue.set_hand_labels({c.page: c.new for c in corrections}, by="filed")
    _adopt(work, adopted)
    write_list(work.root, work.listed.values())
    return SyncReport(tuple(corrections), tuple(work.warnings))


def _standing(work: _Filing) -> dict[str, str]:
    """Where each image that we filed still stands as we filed it."""
    return {
        row.image: row.path
        for row in work.listed.values()
        if row.mode != "theirs" and _in_place(work.root, row)
    }


def _warn_of_copy(work: _Filing, path: str, page: Page, original: str) -> None:
    work.warn(
        path,
        f"is a copy of {page.id}, which still lies in {FILED}/{original}; a copy says nothing.",
        f"To label the page, move its file instead, or say: strokebook correct {page.id} "
        f"{PurePosixPath(path).parts[0]!r}.",
    )


def _inherit_kinds(work: _Filing, corrections: Sequence[Correction]) -> None:
    """Give new labels the kind of page that was moved there, or ask for it in a warning."""
    kinds: dict[str, set[str | None]] = {}
    for c in corrections:
        kinds.setdefault(c.new, set()).add(work.catalogue.page(c.page).kind)
    for label, found_kinds in kinds.items():
        if work.catalogue.kind_of_label(label) is not None:
            continue
        kind = next(iter(found_kinds)) if len(found_kinds) == 1 else None
        if kind is None:
            work.warn(
                label,
                "is a new label, and nothing says what kind of page it means: its pages are not "
                "traced.",
                f"Say it once: strokebook correct PAGE {label!r} --as drawing (or another kind).",
            )
        else:
            work.catalogue.set_label_kind(label, kind)


def _corrections(work: _Filing, new_labels: Mapping[str, Mapping[str, str]]) -> list[Correction]:
    corrections = []
    for page_id, labels in new_labels.items():
        page = work.catalogue.page(page_id)
        if len(labels) > 1:
            work.warn(
                min(labels.values()),
                f"lies in several folders ({', '.join(sorted(labels))}).",
                f"Say what it is: strokebook correct {page_id} LABEL.",
            )
            continue
        label = next(iter(labels))
        if (page.label or "").casefold() != label.casefold():
            corrections.append(Correction(page.id, page.label, label))
    return corrections


def _start(catalogue: Catalogue, library_root: Path, project: Path) -> _Filing:
    listed = catalogue.filed()
    if not listed:
        listed = _read_list(project / FILED / LIST)
        catalogue.put_filed(listed.values())
    return _Filing(project / FILED, catalogue, library_root.resolve(), listed)


def _read_list(path: Path) -> dict[str, FiledFile]:
    """The list beside the files; a damaged one is as good as none, since it only spares work."""
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        rows = [FiledFile(**row) for row in json.loads(path.read_text(encoding="utf-8"))]
        return {row.path: row for row in rows if _plain(row)}
    return {}


def _plain(row: FiledFile) -> bool:
    parts = PurePosixPath(row.path).parts
    texts = (row.path, row.page, row.image, row.mode)
    numbers = (row.size, row.mtime_ns, row.inode)
    return (
        all(isinstance(text, str) for text in texts)
        and all(isinstance(number, int) for number in numbers)
        and ".." not in parts
        and not row.path.startswith("/")
    )


def _files(root: Path) -> list[str]:
    """Every visible file under ``root``, posix and relative."""
    paths = []
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if not name.startswith("."))
        here = Path(folder).relative_to(root)
        # Linux counts links to folders as folders, and a page is never one.
        paths += [(here / name).as_posix() for name in sorted(files) if not name.startswith(".")]
    return paths


def _in_place(root: Path, row: FiledFile) -> bool:
    """True when the file is as the list has it (or was being put there when we were killed)."""
    try:
        status = (root / row.path).lstat()
    except OSError:
        return False
    return row.inode == 0 or _mark(row) == (status.st_size, status.st_mtime_ns, status.st_ino)


def _mark(row: FiledFile) -> tuple[int, int, int]:
    return (row.size, row.mtime_ns, row.inode)


def _page_at(work: _Filing, path: str) -> Page | None:
    """The page of a file in ``filed/``: by content, then by name."""
    file = work.root / path
    with contextlib.suppress(OSError):
        target = file.resolve(strict=True)
        if file.is_symlink() and target.is_relative_to(work.library):
            with contextlib.suppress(UsageError):
                return work.catalogue.page(target.relative_to(work.library).as_posix())
        if target.is_file() and (page := work.catalogue.page_of_image(file_digest(target))):
            return page if page.present else None
    with contextlib.suppress(UsageError):
        page = work.catalogue.page(PurePosixPath(path).stem)
        return page if page.id == PurePosixPath(path).stem.lower() and page.present else None
    return None


def _warn_of_stranger(work: _Filing, path: str, page: Page | None) -> None:
    if page is None:
        work.warn(path, "is no page of the library.", "It is left as it is.")
    else:
        work.warn(
            path, f"is a copy of {page.id}, which is private.", "Remove it unless you want it."
        )


def _label_of(work: _Filing, path: str) -> str | None:
    parts = PurePosixPath(path).parts
    if len(parts) < 2:
        work.warn(path, "lies in no label's folder.", "Move it into one.")
        return None
    if parts[0].casefold() == UNLABELLED:
        return None
    try:
        return check_label(parts[0])
    except UsageError as error:
        work.warn(path, f"lies in a folder that is no label. {error.reason}", error.remedy)
        return None


def _adopt(work: _Filing, files: list[tuple[str, Page]]) -> None:
    """List files where they are now: ours as ours in the new place, others as the artist's."""
    modes = {_mark(row): row.mode for row in work.listed.values() if row.inode}
    rows = []
    for path, page in files:
        status = (work.root / path).lstat()
        mark = (status.st_size, status.st_mtime_ns, status.st_ino)
        row = work.listed.get(path)
        mode = row.mode if row and row.image == page.image else modes.get(mark, "theirs")
        rows.append(FiledFile(path, page.id, page.image, mode, *mark))
    gone = [p for p in work.listed if not os.path.lexists(work.root / p)]
    with work.catalogue.transaction():
        work.catalogue.forget_filed(gone)
        work.catalogue.put_filed(rows)
    work.listed = work.catalogue.filed()


def _folders(pages: list[Page]) -> dict[str, str]:
    """The folder of each label; labels that differ in case alone share one."""
    folders: dict[str, str] = {}
    for label in sorted({page.label or UNLABELLED for page in pages}):
        folders.setdefault(label.casefold(), label)
    return folders


def _place_of(page: Page, folders: Mapping[str, str]) -> str:
    folder = folders[(page.label or UNLABELLED).casefold()]
    return f"{folder}/{page.id}{picture_suffix(page.path)}"


def _remove(work: _Filing, row: FiledFile) -> None:
    """Remove a file that we put there, unless it is no longer what we put."""
    file = work.root / row.path
    if not os.path.lexists(file):
        _unlist(work, row)
    elif _in_place(work.root, row):
        file.unlink()
        _unlist(work, row)
        work.removed += 1
        with contextlib.suppress(OSError):
            file.parent.rmdir()  # only succeeds when it is empty
    else:
        status = file.lstat()
        theirs = replace(
            row,
            mode="theirs",
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
            inode=status.st_ino,
        )
        _list(work, theirs)
        work.warn(row.path, "was changed since it was filed.", "It is left as it is.")


def _file(work: _Filing, path: str, page: Page, mode: Mode) -> None:
    row, target = work.listed.get(path), work.root / path
    theirs = row is None or row.mode == "theirs"
    if row is not None and not theirs and row.inode and _in_place(work.root, row):
        work.unchanged += 1
        return
    if os.path.lexists(target) and theirs:
        if _same_content(target, page.image):
            work.unchanged += 1
        else:
            work.warn(path, f"stands where {page.id} would be filed.", "Move it elsewhere.")
        return
    source = work.library / page.path
    try:
        # Listed before it is there: a kill in between must not make it look like the artist's.
        _list(work, FiledFile(path, page.id, page.image, mode, 0, 0, 0))
        status = place(source, target, mode)
    except OSError as error:
        reason, remedy = f"cannot be filed ({error.strerror}).", f"Check {source} and its disk."
        work.warn(path, reason, remedy, transient=True)
        return
    except InputRefused as error:  # a page of a document
        work.warn(path, f"cannot be filed: {error.bare_reason}", error.remedy, transient=True)
        return
    mark = (status.st_size, status.st_mtime_ns, status.st_ino)
    _list(work, FiledFile(path, page.id, page.image, mode, *mark))
    work.placed += 1


def _same_content(file: Path, image: str) -> bool:
    with contextlib.suppress(OSError):
        return file_digest(file) == image
    return False


def _list(work: _Filing, row: FiledFile) -> None:
    work.listed[row.path] = row
    work.catalogue.put_filed([row])


def _unlist(work: _Filing, row: FiledFile) -> None:
    del work.listed[row.path]
    work.catalogue.forget_filed([row.path])
