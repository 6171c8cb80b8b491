"""Pages of documents (PDFs, multi-page TIFFs) among a library's files, each known by its pixels.

A document counts as a folder of its pages: ``sb48/scan.pdf`` gives ``sb48/scan.pdf/001`` and so on.
A TIFF of a single page is a picture like any other and stays the file that it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from strokebook.base.errors import Diagnostic, InputRefused, Severity
from strokebook.base.files import digest, file_digest
from strokebook.base.imaging.documents import SUFFIXES, file_suffix, locate, page_path, split_path
from strokebook.base.imaging.images import open_image
from strokebook.base.imaging.pdf import count_pdf_pages, is_pdf
from strokebook.base.imaging.tiff import count_pages
from strokebook.library.disk.page_ids import parse
from strokebook.library.disk.walk import ScannedFile, Walk

PDF = ".pdf"


class KnownPage(Protocol):
    """What the catalogue knows of a page's file."""

    @property
    def size(self) -> int:
        """In bytes."""

    @property
    def mtime_ns(self) -> int:
        """When its content last changed."""

    @property
    def inode(self) -> int:
        """Its number in the file system."""

    @property
    def present(self) -> bool:
        """Whether the last scan met it."""


def open_documents(top: Path, walked: Walk, known: Mapping[str, KnownPage]) -> None:
    """Put the pages of documents in the place of their files.

    What cannot be opened is refused, in one sentence for all files that miss the same package. The
    pages that are known of such a document stay, with the tags that it wears now: a package that
    is gone, or a file half copied, is no page gone.

    Args:
        top: The library.
        walked: What was found there; changed in place.
        known: What the catalogue knows, by path.
    """
    files: list[ScannedFile] = []
    refused: list[tuple[str, InputRefused]] = []
    for file in walked.files:
        if file_suffix(file.path) not in SUFFIXES:
            files.append(file)
            continue
        if _is_beside_books(top, file.path):
            walked.warnings.append(_passed_over(file.path))
            continue
        try:
            pages = _paths_in(top, file.path)
        except InputRefused as error:
            refused.append((file.path, error))
            files += _known_pages(file, known)
        else:
            files += [replace(file, path=path) for path in pages]
    walked.files[:] = sorted(files, key=lambda file: file.path)
    walked.refused += _merged(refused)


def _is_beside_books(top: Path, path: str) -> bool:
    """Whether a PDF at the library's root is called as no sketchbook: a list, a letter."""
    is_loose = "/" not in path and file_suffix(path) == PDF
    return is_loose and parse(page_path(path, 1), top.name).warning is not None


def _passed_over(path: str) -> Diagnostic:
    return Diagnostic(
        path,
        "lies beside the sketchbooks and was passed over.",
        "If it is one, call it by its number (sb48.pdf), or put it into the sketchbook's folder.",
        severity=Severity.WARNING,
    )


def pages_of(file: Path) -> list[Path]:
    """A picture, or the pages of a document; of one that cannot be opened itself, to be refused."""
    if file_suffix(file.name) not in SUFFIXES:
        return [file]
    try:
        return [file.parent / path for path in _paths_in(file.parent, file.name)]
    except InputRefused:
        return [file]


def _paths_in(top: Path, path: str) -> list[str]:
    """The paths of a document's pages; the file's own where it is a picture."""
    file = top / path
    if file_suffix(path) == PDF:
        try:
            with file.open("rb") as data:
                pdf = is_pdf(data.read(5))
        except OSError:
            return [path]  # what is wrong with it is told when its content is read
        return [page_path(path, n + 1) for n in range(count_pdf_pages(file))] if pdf else [path]
    count = count_pages(file)
    return [page_path(path, n + 1) for n in range(count)] if count > 1 else [path]


def _known_pages(file: ScannedFile, known: Mapping[str, KnownPage]) -> list[ScannedFile]:
    pages = []
    for path, page in known.items():
        split = split_path(path)
        if page.present and split is not None and split[0] == file.path:
            pages.append(
                ScannedFile(path, page.size, page.mtime_ns, page.inode, file.tags)
            )  # as it is known, so that it is not read anew
    return pages


def _merged(refused: list[tuple[str, InputRefused]]) -> list[Diagnostic]:
    """One diagnostic for each reason, which names the first file and counts the others."""
    by_reason: dict[tuple[str, str, bool], list[str]] = {}
    for path, error in refused:
        key = (error.bare_reason, error.remedy, error.transient)
        by_reason.setdefault(key, []).append(path)
    merged = []
    for (reason, remedy, transient), paths in by_reason.items():
        more = f" (And {len(paths) - 1} more files.)" if len(paths) > 1 else ""
        merged.append(Diagnostic(paths[0], f"{reason}{more}", remedy, transient=transient))
    return merged


def content_key(path: Path, max_megapixels: float) -> str:
    """The key of a picture's content: of a file's bytes, or of the pixels of a document's page.

    Pixels, because a page's bytes change whenever another page is put into the document. A page
    that cannot be decoded (damaged, too large) has a key of the whole document and its number.

    Raises:
        OSError: The file cannot be read.
        InputRefused: The page cannot be read for now.
    """
    file, number = locate(path)
    if number is None:
        return file_digest(path)
    try:
        picture = open_image(path, max_megapixels=max_megapixels)
    except InputRefused as error:
        if error.transient:
            raise
        status = file.stat()
        return digest(_file_key(file, status.st_size, status.st_mtime_ns), str(number)) * 2
    state = hashlib.blake2b(f"page {picture.width} {picture.height} ".encode(), digest_size=16)
    state.update(picture.tobytes())
    return state.hexdigest()


@lru_cache(maxsize=64)
def _file_key(file: Path, size: int, mtime_ns: int) -> str:  # noqa: ARG001
    return file_digest(file)
