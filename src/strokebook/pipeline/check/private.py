"""Whether anything is left of private pages: in the catalogue, in our folders, in the journal."""

from __future__ import annotations

import os
import re
from pathlib import Path

from strokebook.base import owned
from strokebook.library.check.finding import REPAIR, Finding, name_some
from strokebook.library.disk.previews import FOLDER as PREVIEWS
from strokebook.pipeline.project import Project
from strokebook.pipeline.removal.ownership import FOLDERS

_DRAWING = re.compile(r"(.+?)-?d\d+")
_ASKED = "Tag the page once more to be asked about it, or take the tag away."


def check_private(project: Project) -> list[Finding]:
    """Whether all that was made of private pages is gone."""
    if project.options.include_private:
        return []
    names, gone = page_names(project), to_be_gone(project)
    findings = []
    for image in sorted(gone.intersection(project.catalogue.exposed_private_images())):
        fault = "is private, and the catalogue still has results of it."
        findings.append(Finding(names.get(image, image), fault, REPAIR, True))
    if files := private_files(project):
        shown = name_some([_name(project, file) for file in files])
        findings.append(Finding(shown, "was made of a page that is private.", REPAIR, True))
    return findings + _pending(project)


def exposed_images(project: Project) -> list[str]:
    """Private images of which the catalogue or our folders still have something."""
    names, gone = page_names(project), to_be_gone(project)
    exposed = gone.intersection(project.catalogue.exposed_private_images())
    files = private_files(project)
    stems = {match[1] if (match := _DRAWING.fullmatch(f.stem)) else f.stem for f in files}
    owners = {
        entry.owner
        for name in FOLDERS
        if owned.is_marked(project.at(name))
        for file, entry in owned.listed(project.at(name))
        if file in files
    }
    named = {image for image in gone if image in stems | owners or names.get(image) in stems}
    return sorted(exposed | named)


def private_files(project: Project) -> list[Path]:
    """Files of ours that are named by a private page, or listed as made of one."""
    private, names = to_be_gone(project), page_names(project)
    public = {page.id for page in project.catalogue.pages(include_private=False)}
    ids = {names[image] for image in private if image in names} - public
    files = set()
    for folder in (PREVIEWS, Path("cache", "traces")):
        files |= {f for f in project.at(*folder.parts).glob("*") if f.stem in private}
    files |= {f for f in project.at("traces").glob("*.svg") if f.stem in ids}
    for file in project.at("drawings").glob("*.svg"):
        match = _DRAWING.fullmatch(file.stem)
        if match is not None and match[1] in ids:
            files.add(file)
    for name in FOLDERS:
        folder = project.at(name)
        if owned.is_marked(folder) and not folder.is_symlink():
            files |= {f for f, e in owned.listed(folder) if e.owner in private and f.exists()}
    return sorted(files)


def to_be_gone(project: Project) -> frozenset[str]:
    """Private images of which nothing may be left: not those that wait for the artist's word."""
    rows = project.catalogue.db.rows("SELECT image FROM purge WHERE NOT confirmed")
    return project.catalogue.private_hashes() - {row["image"] for row in rows}


def _pending(project: Project) -> list[Finding]:
    """What the journal says has still to go."""
    private = project.catalogue.private_hashes()
    findings = []
    for row in project.catalogue.db.rows("SELECT * FROM purge ORDER BY at, page"):
        if row["image"] not in private:
            continue
        if row["confirmed"]:
            fault = "is private, and what was made of it is not all removed yet."
            findings.append(Finding(row["page"], fault, REPAIR, True))
        else:
            fault = "is private; what was made of it waits for your word to be removed."
            findings.append(Finding(row["page"], fault, _ASKED))
    return findings


def page_names(project: Project) -> dict[str, str]:
    """The id of a page that shows each image."""
    rows = project.catalogue.db.rows("SELECT image, id FROM page")
    return {row["image"]: row["id"] for row in rows}


def _name(project: Project, path: Path) -> str:
    return Path(os.path.relpath(path, project.folder)).as_posix()
