"""A whole project looked over without changing anything, also where nothing can be written."""

from __future__ import annotations

import contextlib
from pathlib import Path

from strokebook.base.errors import StrokebookError, UsageError
from strokebook.library.catalogue.catalogue import Catalogue
from strokebook.library.check import edit_log, hand_json, tables
from strokebook.library.check.finding import Finding
from strokebook.library.check.read_only import ReadOnlyDatabase
from strokebook.library.disk.backup_files import restore_advice
from strokebook.library.sqlite.database import Database
from strokebook.pipeline.check.private import check_private
from strokebook.pipeline.check.project_files import (
    check_filed,
    check_files,
    check_manifest,
    check_unknown,
)
from strokebook.pipeline.project import DATABASE, HAND, SETTINGS, Project
from strokebook.pipeline.settings import Settings, load_settings


def check_project(folder: Path, *, deep: bool = False) -> list[Finding]:
    """Everything that is not in order with a project.

    Args:
        folder: The project's.
        deep: Read every file that the catalogue names, instead of asking whether it is there.

    Raises:
        UsageError: It is no project, or its settings are wrong.
        StrokebookError: The catalogue is locked.
    """
    settings, folder = project_settings(folder), folder.absolute()
    path = folder / DATABASE
    if not path.exists():
        fault = "is missing."
        remedy = "The next command makes a new one, with every edit by hand from hand.json."
        return [Finding(DATABASE, fault, remedy, True)]
    try:
        with contextlib.closing(ReadOnlyDatabase(path)) as db:
            findings = tables.check_integrity(db) or tables.check_migrations(db)
            return findings or check_opened(Project(folder, settings, Catalogue(db)), deep=deep)
    except StrokebookError as error:
        if "damaged" not in error.reason:
            raise
        return [Finding(DATABASE, "is damaged and cannot be read.", restore_advice(path), True)]


def project_settings(folder: Path) -> Settings:
    """The settings of a project that is there.

    Raises:
        UsageError: It is no project, or its settings are wrong.
    """
    path = folder / SETTINGS
    if not path.exists():
        raise UsageError(
            f"{folder} is no strokebook project (it has no {SETTINGS}).",
            "Give the project's folder with --project.",
        )
    return load_settings(path)


def check_opened(project: Project, *, deep: bool = False) -> list[Finding]:
    """The same of a project whose catalogue is sound and of the present schema."""
    db = project.catalogue.db
    findings = tables.check_references(db) + tables.check_numbers(db)
    findings += _check_edits(db, project.at(HAND))
    findings += check_private(project)
    findings += check_files(project, deep=deep)
    findings += check_unknown(project)
    findings += check_filed(project)
    return findings + check_manifest(project)


def _check_edits(db: Database, hand_file: Path) -> list[Finding]:
    findings = edit_log.check_log(db)
    if any(finding.subject.startswith("edit ") for finding in findings):
        return findings  # what cannot be read comes to nothing
    return findings + edit_log.check_projections(db) + hand_json.check_twin(db, hand_file)
