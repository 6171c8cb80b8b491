"""Documents, files of several pages: each page has a path, as if the document were a folder.

``sb48/scan.pdf/012`` is the twelfth page of ``sb48/scan.pdf``. No folder can have the name of a
file beside it, so such a path means one thing only, and whoever opens a picture by its path
(a worker that traces, say) needs nothing else to open a page.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

SUFFIXES = (".pdf", ".tif", ".tiff")
MOST_PAGES = 10_000  # of a document; no scanner makes more


def page_path(document: str, number: int) -> str:
    """The path of a document's page, counted from 1."""
    return f"{document}/{number:03d}"


def split_path(path: str) -> tuple[str, int] | None:
    """The document and the number of the page that a path means; None for any other file.

    Args:
        path: Posix; nothing is looked for on disk.
    """
    parts = PurePosixPath(path)
    digits = parts.name.isascii() and parts.name.isdigit()
    if not digits or len(parts.name) > 5 or parts.parent.suffix.lower() not in SUFFIXES:
        return None
    return str(parts.parent), int(parts.name)


def file_suffix(path: str) -> str:
    """The suffix of the file that a picture lies in, in lower case: ``.pdf`` for its pages."""
    page = split_path(path)
    return PurePosixPath(page[0] if page else path).suffix.lower()


def picture_suffix(path: str) -> str:
    """The suffix of a picture's copy: its file's own, and ``.jpg`` for a page of a document."""
    return ".jpg" if split_path(path) else file_suffix(path)


def locate(path: Path) -> tuple[Path, int | None]:
    """The file that a picture lies in, and its page there where the path names one."""
    page = split_path(path.as_posix())
    if page is None or not Path(page[0]).is_file():
        return path, None
    return Path(page[0]), page[1]
