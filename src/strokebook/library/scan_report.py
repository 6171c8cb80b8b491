"""What a scan tells: what is new, moved, changed or gone, and what is wrong with which file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from strokebook.base.errors import Diagnostic, Severity
from strokebook.base.imaging.documents import file_suffix
from strokebook.base.imaging.images import SUFFIXES
from strokebook.library.catalogue.file_rows import KnownFile, KnownImage
from strokebook.library.catalogue.page_rows import PageRows


@dataclass(frozen=True)
class Move:
    """A page whose file was renamed or moved; its id follows its name."""

    page: str
    old_page: str
    old_path: str
    path: str


@dataclass(frozen=True)
class ScanReport:
    """What a scan found; pages by id.

    Attributes:
        new: Never seen before.
        moved: Renamed or moved; hand work stayed with them.
        changed: Another image in the place of the former one.
        gone: No longer there; what is known of them is kept.
        unchanged: How many were as before.
        hidden: Images that became private, of which everything derived was removed.
        refused: Every file that could not be used, those known before too.
        warnings: Every file that was used but is not as it should be.
    """

    new: tuple[str, ...] = ()
    moved: tuple[Move, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    unchanged: int = 0
    hidden: tuple[str, ...] = ()
    refused: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()


def file_diagnostics(
    files: Mapping[str, KnownFile], images: Mapping[str, KnownImage]
) -> Iterator[Diagnostic]:
    """Refusals of files whose image cannot be opened, warnings on the others."""
    for path, file in files.items():
        image = images[file.image]
        if image.state != "ok":
            # An image that is still "new" was refused for now only.
            yield Diagnostic(path, image.reason, image.remedy, transient=image.state == "new")
            continue
        if image.reason:
            yield Diagnostic(path, image.reason, image.remedy, severity=Severity.WARNING)
        suffix = file_suffix(path)
        right = SUFFIXES.get(image.format, (suffix,))
        if suffix not in right:
            yield Diagnostic(
                path,
                f"is a {image.format} picture, not what its name says.",
                f"It is used all the same; rename it to end in {right[0]}.",
                severity=Severity.WARNING,
            )


def copy_warnings(catalogue: PageRows, files: Mapping[str, KnownFile]) -> Iterator[Diagnostic]:
    """Name the files whose image another page has already."""
    homes: dict[str, list[str]] = {}
    for path, file in files.items():
        homes.setdefault(file.image, []).append(path)
    for image, paths in homes.items():
        first = catalogue.page_of_image(image) if len(paths) > 1 else None
        for path in paths:
            if first is not None and path != first.path:
                yield Diagnostic(
                    path,
                    f"is the very same image as {first.path}.",
                    f"It is used once, as {first.id}; remove one of them if it is a mistake.",
                    severity=Severity.WARNING,
                )
