"""What a run would do, stage by stage, without doing it: for ``run --dry-run``.

The catalogue is opened from a copy in a temporary folder, since opening one writes beside it; so
nothing of the project changes, and a run that is at work is not disturbed.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from strokebook.base.errors import StrokebookError, UsageError
from strokebook.library.catalogue.catalogue import Catalogue
from strokebook.library.catalogue.records import Space
from strokebook.library.disk.document_pages import open_documents
from strokebook.library.disk.walk import walk
from strokebook.pipeline.project import DATABASE, HAND, SETTINGS, Project
from strokebook.pipeline.project_backbone import ProjectBackbone
from strokebook.pipeline.removal.ownership import refuse_overlap, refuse_strangers
from strokebook.pipeline.run import resolve_stage
from strokebook.pipeline.settings import Settings, load_settings, with_library
from strokebook.pipeline.stage import is_done, usable_pages
from strokebook.pipeline.stages.dataset import dataset_key, npz_file, offered
from strokebook.pipeline.stages.draw import draw_key
from strokebook.pipeline.stages.figures import figures_key
from strokebook.pipeline.stages.trace import trace_file, trace_key, traceable
from strokebook.pipeline.stages.train import model_folder, training_key


@dataclass(frozen=True)
class Due:
    """What one stage has to do.

    Attributes:
        stage: Its name.
        due: Items to be worked on, as far as can be known before the stages above have run.
        ready: Items that are up to date.
        unit: What they are.
        follows: True when a stage above has work, so that more may become due here.
    """

    stage: str
    due: int
    ready: int
    unit: str
    follows: bool = False


def plan_run(folder: Path, library: Path | None = None, until: str | None = None) -> list[Due]:
    """What ``run`` would work on, stage by stage (up to ``until``); nothing is changed.

    Raises:
        UsageError: No stage is called ``until``; no project and no library.
        StrokebookError: The library or the catalogue cannot be read.
    """
    until = resolve_stage(until)
    plan: list[Due] = []
    with _copied(folder, library) as project:
        for stage, count in _COUNTS.items():
            due, ready, unit = count(project)
            follows = any(above.due or above.follows for above in plan)
            plan.append(Due(stage, due, ready, unit, follows))
            if stage == until:
                break
    return plan


@contextlib.contextmanager
def _copied(folder: Path, library: Path | None) -> Iterator[Project]:
    """The project with its catalogue opened from a copy; one that is not there yet is empty."""
    settings = _settings(folder, library)
    with tempfile.TemporaryDirectory(prefix="strokebook-") as temporary:
        place = Path(temporary)
        if (folder / DATABASE).exists():
            _copy_database(folder / DATABASE, place / DATABASE)
        if (folder / HAND).exists():
            shutil.copyfile(folder / HAND, place / HAND)
        with Catalogue.open(place / DATABASE, hand_file=place / HAND) as catalogue:
            yield Project(folder, settings, catalogue)


def _settings(folder: Path, library: Path | None) -> Settings:
    path = folder / SETTINGS
    if path.exists():
        return load_settings(path)
    if library is None:
        raise UsageError(
            f"{folder} is no strokebook project (it has no {SETTINGS}).",
            "Give the project's folder with --project, or the library, which makes one.",
        )
    if not (folder / DATABASE).exists():
        refuse_overlap(folder, library)
        refuse_strangers(folder)
    return with_library(Settings(), str(library.resolve()))


def _copy_database(source: Path, target: Path) -> None:
    """A copy at one moment, whatever is written meanwhile (SQLite's own backup).

    Without a log of pages to be written back nobody is at work: the file is copied, since SQLite
    would leave files of its own beside it even where it only reads.
    """
    if not source.with_name(f"{source.name}-wal").exists():
        shutil.copyfile(source, target)
        return
    uri = f"{source.resolve().as_uri()}?mode=ro"
    try:
        with (
            contextlib.closing(sqlite3.connect(uri, uri=True)) as old,
            contextlib.closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
    except sqlite3.DatabaseError as error:
        raise StrokebookError(
            f"The catalogue {source} cannot be read ({error}).",
            "Wait until other commands have ended, then try again.",
        ) from error


Count = tuple[int, int, str]


def _scan(project: Project) -> Count:
    known = {p: f for p, f in project.catalogue.known_files().items() if f.present}
    walked = walk(project.library)
    open_documents(project.library.resolve(), walked, known)
    files = walked.files
    same = sum(f.path in known and known[f.path].same_as(f) for f in files)
    gone = len(known.keys() - {f.path for f in files})
    return len(files) - same + gone, same, "files"


def _embed(project: Project) -> Count:
    return _vectors(project, "pages", [page.image for page in usable_pages(project)])


def _trace(project: Project) -> Count:
    done = project.catalogue.results("trace")
    pages = traceable(project)
    ready = 0
    for page in pages:
        result = done.get(page.image)
        if result is not None and result.key == trace_key(project, page):
            ready += bool(result.summary.get("refused")) or trace_file(project, page).exists()
    return len(pages) - ready, ready, "pages"


def _figures(project: Project) -> Count:
    pages = traceable(project)
    ready = sum(is_done(project, "figures", p.image, figures_key(project, p)) for p in pages)
    return len(pages) - ready, ready, "pages"


def _compose(project: Project) -> Count:
    records = project.catalogue.drawings(include_private=project.options.include_private)
    return _vectors(project, "drawings", [record.key for record in records])


def _vectors(project: Project, space: Space, keys: Sequence[str]) -> Count:
    known = project.catalogue.vector_keys(space, ProjectBackbone(project).known_fingerprint or "")
    ready = sum(key in known for key in keys)
    return len(keys) - ready, ready, space


def _dataset(project: Project) -> Count:
    records = offered(project)
    key = dataset_key(project, records)
    ready = is_done(project, "dataset", "all", key) and npz_file(project).exists()
    return (0, len(records), "drawings") if ready else (len(records), 0, "drawings")


def _train(project: Project) -> Count:
    card = model_folder(project) / "best.json"
    ready = (
        npz_file(project).exists()
        and card.exists()
        and is_done(project, "train", "all", training_key(project))
    )
    return int(not ready), int(ready), "model"


def _draw(project: Project) -> Count:
    card = model_folder(project) / "best.json"
    ready = (
        card.exists()
        and project.at("drawn", "completions.png").exists()
        and is_done(project, "draw", "all", draw_key(project))
    )
    return int(not ready), int(ready), "model"


def _report(project: Project) -> Count:
    ready = project.at("report.html").exists()
    return int(not ready), int(ready), "report"


_COUNTS: dict[str, Callable[[Project], Count]] = {
    "scan": _scan,
    "embed": _embed,
    "trace": _trace,
    "figures": _figures,
    "compose": _compose,
    "dataset": _dataset,
    "train": _train,
    "draw": _draw,
    "report": _report,
}
