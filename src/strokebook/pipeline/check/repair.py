"""Mending a project: what can be made again is, what cannot is said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from strokebook.base import owned
from strokebook.base.errors import StrokebookError
from strokebook.base.progress import Progress
from strokebook.library.backup import back_up_daily
from strokebook.library.catalogue.catalogue import Catalogue
from strokebook.library.catalogue.filed_rows import FILED, LIST, write_list
from strokebook.library.check import edit_log, hand_json, tables
from strokebook.library.check import rebuild as repair
from strokebook.library.edits import trash
from strokebook.library.edits.projection import rebuild
from strokebook.library.edits.twin import rewrite
from strokebook.library.sqlite.database import MEMORY
from strokebook.pipeline import locks
from strokebook.pipeline.check.check_project import project_settings
from strokebook.pipeline.check.private import check_private, exposed_images, page_names
from strokebook.pipeline.check.project_files import (
    check_filed,
    is_listed,
    missing_files,
    unknown_files,
)
from strokebook.pipeline.editing.curate import apply_cluster_decisions
from strokebook.pipeline.project import DATABASE, HAND, Project, open_project
from strokebook.pipeline.removal.purge import purge


def repair_project(folder: Path, progress: Progress, *, deep: bool = False) -> list[str]:
    """Mend what can be mended; nobody else may work in the project meanwhile.

    Args:
        folder: The project's.
        progress: Where warnings go.
        deep: Also make files again that are there and cannot be read.

    Returns:
        What was done, in sentences.

    Raises:
        StrokebookError: Another command is at work, or nothing can be written.
    """
    folder = folder.absolute()
    with _alone(folder, progress) as held:
        messages = [] if (folder / DATABASE).exists() else ["Began a new catalogue."]
        messages += repair.mend_file(folder / DATABASE)
        fresh = bool(messages)
        messages += _bring_together(folder, progress)
        with open_project(folder, progress=progress) as project:
            project.held.update(held)
            warning = back_up_daily(project.catalogue.db)
            messages += [] if warning is None else [str(warning)]
            messages += _mend_catalogue(project)
            messages += _mend_files(project, deep=deep, fresh=fresh)
    return messages


@contextmanager
def _alone(folder: Path, progress: Progress) -> Iterator[set[str]]:
    """Hold the project as a run and an edit do; its own catalogue may not open yet."""
    settings = project_settings(folder)
    with (
        Catalogue.open(MEMORY) as none,
        locks.running(alone := Project(folder, settings, none, progress), "check --repair"),
        locks.editing(alone),
    ):
        yield alone.held


def _bring_together(folder: Path, progress: Progress) -> list[str]:
    """Open the project once for what opening mends: its schema, its twin."""
    try:
        with open_project(folder, progress=progress):
            return []
    except StrokebookError as error:
        return [str(error)]  # lines that cannot be understood lie aside now; the rest counts


def _mend_catalogue(project: Project) -> list[str]:
    db, hand_file = project.catalogue.db, project.at(HAND)
    messages = []
    if tables.check_migrations(db) or tables.check_references(db) or tables.check_numbers(db):
        repair.mend_tables(db)
        messages.append("Mended rows of the catalogue that referred to nothing.")
    filled = repair.mend_log(db, hand_file)
    if (differing := edit_log.differing_tables(db)) or filled:
        with db.transaction():
            rebuild(db)
            project.catalogue.refresh_cluster_names()
        apply_cluster_decisions(project)
        what = ", ".join(differing)
        messages += filled + ([f"Made {what} anew from the log of edits."] if what else [])
    if hand_json.check_twin(db, hand_file):
        rewrite(db, hand_file)
        messages.append(f"Wrote {HAND} anew from the log of edits.")
    return messages


def _mend_files(project: Project, *, deep: bool, fresh: bool) -> list[str]:
    """Mend files; a catalogue that is ``fresh`` (new or restored) does not know all of them yet."""
    messages = []
    if any(finding.repairable for finding in check_private(project)):
        messages += _remove_private(project)
    missing = missing_files(project, deep=deep)
    for one in missing:
        _clear_empty(one.path)
    forgotten = {(one.stage, one.item) for one in missing if one.stage}
    for stage, item in sorted(forgotten):
        project.catalogue.forget_results(stage, [item])
    if forgotten:
        messages.append(
            f"Forgot {len(forgotten)} results whose files are gone: the next run has them."
        )
    if not fresh:
        messages += _clear_unknown(project)
    if check_filed(project):
        write_list(project.at(FILED.as_posix()), project.catalogue.filed().values())
        messages.append(f"Wrote {FILED}/{LIST} anew.")
    return messages


def _clear_unknown(project: Project) -> list[str]:
    """Put files of ours that belong to no page any more into the trash."""
    why = "the catalogue does not know them"
    files = unknown_files(project)
    kept = trash.keep(project.folder, files, what="files left over", why=why, stage="check")
    count = 0 if kept is None else len(kept.origins)
    return [f"Put {count} files that were left over into the trash."] if count else []


def _clear_empty(path: Path) -> None:
    """Take away a file of ours that holds nothing, so that the next run may write it."""
    if path.is_file() and not path.is_symlink() and path.stat().st_size == 0 and is_listed(path):
        path.unlink()
        owned.remove(path)


def _remove_private(project: Project) -> list[str]:
    """Note what is left of private pages for the purge, and go through that."""
    catalogue = project.catalogue
    names = page_names(project)
    with catalogue.transaction():
        for image in exposed_images(project):
            catalogue.note_purge(image, names.get(image, image), confirmed=True)
    report = purge(project)
    left = [] if report is None else [str(path) for path in report.left]
    if left:
        return [f"Not removed, since it was changed: {', '.join(left)}."]
    return ["Removed what was left of private pages."]
