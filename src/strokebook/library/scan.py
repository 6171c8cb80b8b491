"""Scanning a library into the catalogue.

Strategy: walk the folders; read the content of files whose size, time or inode are not as the
catalogue knows them; settle by content what is new, moved, changed or gone; settle what is private;
only then open the images that were never opened, each once, and make their previews; last, settle
which pages the new images show (``library.page_matching``). Every step is committed in batches, so
that a killed scan goes on where it stopped; a page is listed only when it is settled.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from strokebook.base.errors import Diagnostic, InputRefused, StrokebookError
from strokebook.base.extras import has_package
from strokebook.base.imaging.ahead import work_ahead
from strokebook.base.imaging.documents import split_path
from strokebook.base.imaging.images import HEIF_PACKAGE
from strokebook.base.options import option
from strokebook.base.progress import SILENT, Progress
from strokebook.library.catalogue.catalogue import Catalogue
from strokebook.library.catalogue.file_rows import KnownFile, KnownImage
from strokebook.library.catalogue.purge_rows import hide_private
from strokebook.library.disk.document_pages import content_key, open_documents
from strokebook.library.disk.page_ids import PageName, assign
from strokebook.library.disk.previews import (
    Look,
    drop_previews,
    look_at,
    preview_path,
    preview_signature,
    previews,
)
from strokebook.library.disk.signature import fingerprint
from strokebook.library.disk.walk import ScannedFile, Walk, walk
from strokebook.library.page_matching import private_guard, settle_pages
from strokebook.library.scan_report import Move, ScanReport, copy_warnings, file_diagnostics

T = TypeVar("T")
R = TypeVar("R")

STAGE = "scan"
BATCH = 32  # images opened between commits: what a kill costs at most
_PREVIEW_SIDE = "preview_side"


@dataclass(frozen=True)
class ScanOptions:
    """How the library is read."""

    max_megapixels: float = option(
        80.0, "Larger scans are refused (A3 at 600 dpi has 70).", low=1.0, high=1000.0
    )
    preview_side: int = option(
        640, "Longest side of the previews that pages are judged by, in pixels.", low=64, high=4096
    )
    workers: int = option(2, "Images that are opened side by side.", low=1, high=64)
    include_private: bool = option(False, "Make previews of private pages too, like of all others.")


@dataclass
class _Scan:
    """A scan at work."""

    root: Path
    project: Path
    catalogue: Catalogue
    options: ScanOptions
    progress: Progress
    walked: Walk
    names: dict[str, PageName]
    known: dict[str, KnownFile]
    images: dict[str, KnownImage]  # as before the scan
    settled: frozenset[str]  # images whose page was known before the scan
    refused: list[Diagnostic] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)
    new: list[str] = field(default_factory=list)  # paths, as are the following
    moved: list[Move] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    formers: dict[str, str] = field(default_factory=dict)  # image before, by path


def scan(
    root: Path,
    catalogue: Catalogue,
    project: Path,
    options: ScanOptions | None = None,
    progress: Progress = SILENT,
) -> ScanReport:
    """Bring the catalogue up to date with the library on disk, which is only read.

    Args:
        root: The folder of sketchbooks (or a single sketchbook).
        catalogue: An open catalogue.
        project: Where previews go (``cache/previews/HASH.jpg``).
        options: How to read.
        progress: Where to tell how far it is.

    Raises:
        StrokebookError: The library is missing, unreadable, or all of its pages have vanished.
    """
    walked = walk(root)
    root = root.resolve()
    known = catalogue.known_files()
    open_documents(root, walked, known)
    _check_mounted(root, walked, known)
    # Known pages behind a locked door keep their ids: nobody else gets them.
    locked = [path for path, file in known.items() if file.present and walked.hides(path)]
    names, warnings = assign({*locked, *(f.path for f in walked.files)}, root.name)
    work = _Scan(
        root=root,
        project=project,
        catalogue=catalogue,
        options=options or ScanOptions(),
        progress=progress,
        walked=walked,
        names=names,
        known=known,
        images=catalogue.known_images(),
        settled=catalogue.settled_images(),
    )
    work.refused += walked.refused
    work.warnings += [*walked.warnings, *warnings]
    _settle_known(work)
    _read_unknown(work)
    _take_tags(work)
    hidden = _hide(work)
    _fill_signatures(work)
    _open_images(work)
    work.warnings += settle_pages(catalogue, work.formers)
    _take_tags(work)
    return _report(work, [*hidden, *_hide(work)])


def _hide(work: _Scan) -> list[str]:
    return [] if work.options.include_private else hide_private(work.catalogue, work.project)


def _check_mounted(root: Path, walked: Walk, known: Mapping[str, KnownFile]) -> None:
    count = sum(file.present for file in known.values())
    if count and not walked.files and not walked.unread:
        raise StrokebookError(
            f"The library {root} has no images, where {count} pages were known.",
            "Mount its disk, or check the path; nothing was changed.",
        )


def _settle_known(work: _Scan) -> None:
    """Known paths: still there, under perhaps another id, or vanished."""
    on_disk = {file.path: file for file in work.walked.files}
    vanished = [
        path
        for path, file in work.known.items()
        if path not in on_disk and file.present and not work.walked.hides(path)
    ]
    there = {path: work.names[path] for path in work.known if path in on_disk}
    work.gone = vanished
    with work.catalogue.transaction():
        work.catalogue.vanish(vanished)
        work.catalogue.put_names(there, {path: on_disk[path].tags for path in there})


def _read_unknown(work: _Scan) -> None:
    """Read the content of files that are new or changed, and settle what happened to them."""
    unknown = [
        file
        for file in work.walked.files
        if (known := work.known.get(file.path)) is None or not known.same_as(file)
    ]
    changed: list[tuple[ScannedFile, str]] = []
    results = work_ahead(lambda f: _digest(work, f), unknown, work.options.workers)
    tracked = work.progress.track(results, "Reading new files", total=len(unknown))
    for batch in _batches(tracked, 8 * BATCH):
        fresh = []
        for file, image in batch:
            if isinstance(image, Diagnostic):
                work.refused.append(image)
            elif file.path in work.known:
                changed.append((file, image))
            else:
                fresh.append((file, image, work.names[file.path]))
                work.new.append(file.path)
        work.catalogue.put_files(fresh)
    _follow_documents(work)
    with work.catalogue.transaction():
        _settle_changed(work, changed)
        _settle_moved(work)


def _digest(work: _Scan, file: ScannedFile) -> tuple[ScannedFile, str | Diagnostic]:
    try:
        return file, content_key(work.root / file.path, work.options.max_megapixels)
    except InputRefused as error:
        return file, Diagnostic(file.path, error.bare_reason, error.remedy, transient=True)
    except OSError as error:
        return file, Diagnostic(
            file.path,
            f"cannot be read ({error.strerror}).",
            "Check the file's permissions.",
            transient=True,
        )


def _follow_documents(work: _Scan) -> None:
    """A file that was one page until now and is read as several: the first page is that one.

    Of a private page all others are in doubt too: they were private with it, though never read.
    """
    private = work.catalogue.private_hashes()
    for path in work.new:
        page = split_path(path)
        former = work.known.get(page[0]) if page is not None else None
        if page is not None and former is not None and (page[1] == 1 or former.image in private):
            work.formers[path] = former.image


def _settle_changed(work: _Scan, changed: Sequence[tuple[ScannedFile, str]]) -> None:
    """A path with other content; which page that is, is settled when its picture is known."""
    work.catalogue.put_files((f, image, work.names[f.path]) for f, image in changed)
    for file, image in changed:
        former = work.known[file.path]
        if former.image == image:
            continue
        (work.changed if _usable_before(work, file.path) else work.new).append(file.path)
        work.formers[file.path] = former.image


def _settle_moved(work: _Scan) -> None:
    """Vanished files whose content lies elsewhere have moved there."""
    files = work.catalogue.known_files()
    homes: dict[str, list[str]] = {}
    for path in [*work.new, *work.changed]:
        homes.setdefault(files[path].image, []).append(path)
    present = {file.image for file in files.values() if file.present}
    moved_away = [p for p, f in files.items() if not f.present and f.image in present]
    for path in moved_away:
        if free := homes.get(files[path].image):
            home = free.pop(0)
            work.moved.append(Move(work.names[home].id, files[path].id, path, home))
    # One of several copies that vanished is no page gone: the others stand for it.
    work.catalogue.forget_files(moved_away)
    forgotten = set(moved_away)
    work.gone = [path for path in work.gone if path not in forgotten]


def _take_tags(work: _Scan) -> None:
    """Keep the tags that files wear; of images not opened yet, when their pages are settled."""
    files, numbered = work.catalogue.known_files(), work.catalogue.numbered_images()
    work.catalogue.take_file_tags(
        (files[f.path].image, files[f.path].id, f.tags)
        for f in work.walked.files
        if f.tags and f.path in files and files[f.path].image in numbered
    )


def _fill_signatures(work: _Scan) -> None:
    """Signatures of images that a former version opened without keeping any.

    Not those of TIFFs, whose previews may be wrong: they are opened anew.
    """
    existing, private = previews(work.project), work.catalogue.private_hashes()
    signatures, images = work.catalogue.signatures(), work.catalogue.known_images()
    lacking = [
        i
        for i, s in signatures.items()
        if s is None and i in existing and images[i].format != "TIFF"
    ]
    new_signatures = {}
    for image in work.progress.track(lacking, "Taking signatures of pages"):
        if signature := preview_signature(work.project, image):
            new_signatures[image] = fingerprint(signature) if image in private else signature
    work.catalogue.put_signatures(new_signatures)


def _open_images(work: _Scan) -> None:
    """Open images never opened (with these settings), and make previews that are missing."""
    checked = _checked(work.options)
    wanted = _unopened(work, checked)
    # Private ones first: the others are compared with them before a preview is made.
    for want_preview in (False, True):
        _open_some(work, [item for item in wanted if item[2] is want_preview], checked)
    with work.catalogue.transaction():
        work.catalogue.db.run(
            "INSERT OR REPLACE INTO meta VALUES (?, ?)",
            (_PREVIEW_SIDE, str(work.options.preview_side)),
        )


def _open_some(work: _Scan, wanted: Sequence[tuple[str, str, bool]], checked: str) -> None:
    """Open images, and settle at once those that cannot be a page which is looked for."""
    guard = private_guard(work.catalogue)
    searching = bool(work.formers) or work.catalogue.has_missing_work()
    results = work_ahead(lambda item: _look(work, *item, guard), wanted, work.options.workers)
    tracked = work.progress.track(results, "Opening new pages", total=len(wanted))
    for batch in _batches(tracked, BATCH):
        work.catalogue.put_looks(batch, checked)
        if not searching:
            work.catalogue.mint(o.image for o in batch if not (o.refused or o.near_private))


def _unopened(work: _Scan, checked: str) -> list[tuple[str, str, bool]]:
    """(path, image, wants a preview) of every image to be opened."""
    images = work.catalogue.known_images()
    files, signatures = work.catalogue.known_files(), work.catalogue.signatures()
    red = {files[f.path].image for f in work.walked.files if "private" in f.tags}
    private = work.catalogue.private_hashes() | red
    if work.options.include_private:
        private = frozenset()
    side = work.catalogue.db.row("SELECT value FROM meta WHERE name = ?", (_PREVIEW_SIDE,))
    existing = previews(work.project)
    if side is not None and int(side[0]) != work.options.preview_side:
        drop_previews(work.project, existing)
        existing = frozenset()
    on_disk = {file.path for file in work.walked.files}
    wanted: dict[str, tuple[str, str, bool]] = {}
    for path, file in files.items():
        image = images[file.image]
        has_preview = file.image in existing and signatures.get(file.image)
        lacks = file.image not in private and not has_preview
        opened = image.state == "ok" or (image.state == "refused" and image.checked == checked)
        lacks_signature = image.state == "ok" and not signatures[file.image]
        if path in on_disk and (not opened or (image.state == "ok" and lacks) or lacks_signature):
            wanted.setdefault(file.image, (path, file.image, lacks))
    return sorted(wanted.values())


def _checked(options: ScanOptions) -> str:
    """What else than the content decides whether an image can be opened."""
    return f"{options.max_megapixels:g}{' heif' if has_package(HEIF_PACKAGE) else ''}"


def _look(
    work: _Scan, path: str, image: str, wants_preview: bool, guard: Callable[[bytes], bool]
) -> Look:
    return look_at(
        work.root / path,
        image,
        preview_path(work.project, image) if wants_preview else None,
        side=work.options.preview_side,
        max_megapixels=work.options.max_megapixels,
        is_near_private=(lambda _: False) if work.options.include_private else guard,
    )


def _report(work: _Scan, hidden: Sequence[str]) -> ScanReport:
    files, images = work.catalogue.known_files(), work.catalogue.known_images()
    reported = {diagnostic.subject for diagnostic in work.refused}
    on_disk = {f.path: files[f.path] for f in work.walked.files if f.path in files}
    for warning in file_diagnostics(
        {p: f for p, f in on_disk.items() if p not in reported}, images
    ):
        (work.refused if warning.is_error else work.warnings).append(warning)
    usable = {p: f for p, f in files.items() if f.present and images[f.image].state == "ok"}
    work.warnings += copy_warnings(work.catalogue, usable)
    work.catalogue.flush_hand()
    with work.catalogue.transaction():
        work.catalogue.clear_diagnostics(STAGE)
        work.catalogue.put_diagnostics(STAGE, [*work.refused, *work.warnings])
    moved_to = {move.path for move in work.moved}
    changed = {path for path in work.changed if path in usable} - moved_to
    new = {path for path in usable if not _usable_before(work, path)} - moved_to - changed
    return ScanReport(
        new=tuple(usable[path].id for path in sorted(new)),
        moved=tuple(sorted(work.moved, key=lambda move: move.path)),
        changed=tuple(usable[path].id for path in sorted(changed)),
        gone=tuple(work.known[path].id for path in sorted(work.gone)),
        unchanged=len(usable.keys() - new - changed - moved_to),
        hidden=tuple(hidden),
        refused=tuple(sorted(work.refused, key=lambda r: r.subject)),
        warnings=tuple(sorted(work.warnings, key=lambda r: r.subject)),
    )


def _usable_before(work: _Scan, path: str) -> bool:
    file = work.known.get(path)
    return file is not None and file.present and file.image in work.settled


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(itertools.islice(rest, size)):
        yield batch
