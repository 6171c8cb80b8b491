"""Trace many scans and folders of scans without a project, side by side."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from strokebook.base.errors import Diagnostic, StrokebookError, UsageError
from strokebook.base.imaging.documents import locate
from strokebook.base.options import nearest
from strokebook.base.progress import SILENT, Progress
from strokebook.library.disk.document_pages import pages_of
from strokebook.library.disk.walk import IMAGE_SUFFIXES
from strokebook.pipeline.standalone import trace_scan, write_strokes
from strokebook.pipeline.workers import each
from strokebook.routing.route import RETRACING
from strokebook.tracing.registry import COMPILING, ENGINES, compiles_first

FORMATS = (".svg", ".json")


@dataclass(frozen=True)
class TraceFile:
    """One scan to be traced, and where its strokes go."""

    page: Path
    output: Path
    engine: str
    retrace: str
    width_mm: float | None = None


@dataclass(frozen=True)
class TracedFile:
    """What became of one scan: how much was drawn, and a warning on it."""

    strokes: int
    points: int
    seconds: float
    warning: Diagnostic | None


@dataclass(frozen=True)
class TraceReport:
    """What became of many scans.

    Attributes:
        traced: Files written.
        ready: Files left as they are, since they are newer than their scan.
        strokes: In the files written.
        refused: Scans that could not be traced.
        warnings: On scans that were, such as an empty page.
    """

    traced: int
    ready: int
    strokes: int
    refused: tuple[Diagnostic, ...]
    warnings: tuple[Diagnostic, ...]


def trace_many(
    inputs: Sequence[Path],
    folder: Path,
    *,
    suffix: str = ".svg",
    engine: str = "pen",
    retrace: str = "short",
    workers: int | None = None,
    again: bool = False,
    width_mm: float | None = None,
    progress: Progress = SILENT,
) -> TraceReport:
    """Trace scans and all scans below folders into one folder; what is there already stays.

    A file of a folder keeps its place below that folder, so that ``sb48/art/005.jpg`` becomes
    ``FOLDER/art/005.svg``; the pages of ``scan.pdf`` go to ``FOLDER/scan/001.svg`` and so on. A
    call that was cut short goes on where it stopped.

    Args:
        inputs: Scans, and folders that are searched.
        folder: Where the strokes go; made if it is not there.
        suffix: ``.svg`` or ``.json``.
        engine: ``pen`` or ``autotrace``.
        retrace: Whether the pen engine may draw over its own line: never, short, always.
        workers: Processes side by side; None: one for each processor.
        again: True: trace those whose strokes are newer than their scan too.
        width_mm: Of every page on paper; None: as its file tells by its dpi.
        progress: Hears of every scan.

    Raises:
        UsageError: Nothing to trace, an input that is not there, two scans of one name, or a word
            that is not known.
        StrokebookError: The folder cannot be written.
    """
    for word, known, what in ((engine, ENGINES, "engine"), (retrace, RETRACING, "--retrace")):
        if word not in known:
            raise UsageError(f"There is no {what} {word!r}.", nearest(word, known))
    if suffix not in FORMATS:
        raise UsageError(f"There is no format {suffix!r}.", f"Use one of {', '.join(FORMATS)}.")
    jobs = [
        TraceFile(page, folder / place.with_suffix(suffix), engine, retrace, width_mm)
        for page, place in _find_pages(inputs)
    ]
    _refuse_twins(jobs)
    due = [job for job in jobs if again or not _is_newer(job.output, job.page)]
    if due and compiles_first(engine):
        progress.say(COMPILING)
    written: list[TracedFile] = []
    refused: list[Diagnostic] = []
    done = each(_trace, due, workers or os.cpu_count() or 1, lambda job: str(job.page))
    with contextlib.closing(done):
        for _, outcome in progress.track(done, "trace pages", len(due)):
            if isinstance(outcome, Diagnostic):
                refused.append(outcome)
            else:
                written.append(outcome)
    return TraceReport(
        traced=len(written),
        ready=len(jobs) - len(due),
        strokes=sum(file.strokes for file in written),
        refused=tuple(refused),
        warnings=tuple(file.warning for file in written if file.warning is not None),
    )


def _find_pages(inputs: Sequence[Path]) -> list[tuple[Path, Path]]:
    """Every scan, and its place below the folder that it lies in; documents page by page."""
    files: list[tuple[Path, Path]] = []
    for path in inputs:
        if path.is_dir():
            below = list(_scans_below(path))
            if not below:
                raise UsageError(f"{path} holds no scan.", "Name a folder of JPEG or PNG files.")
            files += [(scan, scan.relative_to(path)) for scan in below]
        elif locate(path)[0].exists():
            files.append((path, Path(path.name)))
        else:
            raise UsageError(f"{path}: no such file or folder.", "Check the name.")
    return [
        (page, place if page == file else place.with_suffix("") / page.name)
        for file, place in files
        for page in pages_of(file)
    ]


def _scans_below(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in IMAGE_SUFFIXES:
                yield Path(root, name)


def _refuse_twins(jobs: Sequence[TraceFile]) -> None:
    by_output: dict[str, Path] = {}
    for job in jobs:
        first = by_output.setdefault(str(job.output).casefold(), job.page)
        if first != job.page:
            raise UsageError(
                f"{first} and {job.page} would both be written to {job.output}.",
                "Trace them into different folders.",
            )


def _is_newer(output: Path, page: Path) -> bool:
    with contextlib.suppress(OSError):
        return output.stat().st_mtime_ns >= locate(page)[0].stat().st_mtime_ns
    return False


def _trace(job: TraceFile) -> TracedFile:
    """Trace one scan and write its strokes (in a worker)."""
    scan, traced = trace_scan(job.page, job.engine, job.retrace, width_mm=job.width_mm)
    drawing = traced.drawing
    try:
        job.output.parent.mkdir(parents=True, exist_ok=True)
        write_strokes(drawing, job.output, job.page)
    except OSError as error:
        raise StrokebookError(
            f"{job.output} cannot be written ({error.strerror}).",
            "Check the space on the disk and the permissions of the folder, then run again: what"
            " was traced is kept.",
        ) from error
    warning = traced.warning or scan.warning
    return TracedFile(len(drawing), drawing.n_points, traced.stats.seconds, warning)
