"""The files of a project: those its catalogue names, those nobody knows, those changed."""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from strokebook.base import owned, trees
from strokebook.base.errors import StrokebookError
from strokebook.base.files import inside
from strokebook.library.catalogue.filed_rows import FILED, LIST
from strokebook.library.check.finding import REPAIR, Finding, name_some
from strokebook.library.disk.previews import preview_path
from strokebook.pipeline.project import Project
from strokebook.pipeline.removal.ownership import FOLDERS
from strokebook.pipeline.stage import usable_pages

_RUN = "'strokebook run' makes them again."


@dataclass(frozen=True)
class Needed:
    """A file that the catalogue speaks of.

    Attributes:
        what: Of what sort, in the plural.
        path: Where it has to be.
        stage: Whose result falls with it; "" where every run looks for the file itself.
        item: Of the result.
    """

    what: str
    path: Path
    stage: str = ""
    item: str = ""


def needed_files(project: Project) -> Iterator[Needed]:
    """Every file that has to be there, as the catalogue has it."""
    yield from _of_pages(project)
    yield from _of_stages(project)


def _of_pages(project: Project) -> Iterator[Needed]:
    catalogue = project.catalogue
    judged, traced = catalogue.results("judge"), catalogue.results("trace")
    for page in usable_pages(project):
        # A page that was not looked at yet, or is private no longer, waits for the next run.
        if page.image in judged:
            yield Needed("previews", preview_path(project.folder, page.image))
        result = traced.get(page.image)
        if result is None or result.summary.get("refused"):
            continue
        trace = project.at("cache", "traces", f"{page.image}.json")
        yield Needed("traces", trace, "trace", page.image)
        if page.kind == "drawing":
            yield Needed("traces as SVG", project.at("traces", f"{page.id}.svg"))
    separated = catalogue.results("figures")
    for drawing in catalogue.drawings(include_private=project.options.include_private):
        if drawing.image in separated:
            yield Needed("drawings", project.folder / drawing.svg, "figures", drawing.image)


def _of_stages(project: Project) -> Iterator[Needed]:
    catalogue, data = project.catalogue, project.settings.dataset.name
    sets = [project.at("datasets", data + end) for end in (".npz", ".flat.npz", ".card.json")]
    vision = [project.at("models", "vision", f"backbone.{end}") for end in ("json", "safetensors")]
    outputs = {
        "dataset": ("data set files", sets),
        "backbone": ("files of the network that looks at pages", vision),
        "train": ("model files", [project.at("models", "drawings", "best.json")]),
        "draw": ("pictures that the model drew", [project.at("drawn", "completions.png")]),
        "report": ("reports", [project.at("report.html")]),
    }
    for stage, (what, paths) in outputs.items():
        if catalogue.result(stage, "all") is not None:
            for path in paths:
                yield Needed(what, path, stage, "all")
    for name in catalogue.results("picture"):
        yield Needed("pictures", project.pictures / name, "picture", name)


def missing_files(project: Project, *, deep: bool = False) -> list[Needed]:
    """Those that are not there, or empty, or (``deep``) cannot be read."""
    return [one for one in needed_files(project) if not _is_there(project, one, deep)]


def check_files(project: Project, *, deep: bool = False) -> list[Finding]:
    """Whether every file is there that the catalogue names."""
    by_what: dict[str, list[str]] = {}
    for one in missing_files(project, deep=deep):
        by_what.setdefault(one.what, []).append(_name(project, one.path))
    word = "missing, empty or unreadable" if deep else "missing or empty"
    return [
        Finding(what, f"{len(names)} {_are(names)} {word} ({name_some(names)}).", _RUN, True)
        for what, names in by_what.items()
    ]


def _is_there(project: Project, one: Needed, deep: bool) -> bool:
    try:
        path = inside(project.folder, _name(project, one.path))
        if not path.is_file() or path.stat().st_size == 0:
            return False
        if deep and one.what in _READERS:
            _READERS[one.what](path)
    except (StrokebookError, OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error):
        return False
    return True


def _read_picture(path: Path) -> None:
    if path.suffix == ".html":
        path.read_text("utf-8")
        return
    from strokebook.base.imaging.images import open_image

    open_image(path)


def _read_drawing(path: Path) -> None:
    from strokebook.geometry.svg.io import read_drawing

    read_drawing(path)


def _read_arrays(path: Path) -> None:
    from strokebook.dataset.load import read_npz

    if path.suffix == ".json":
        json.loads(path.read_text(encoding="utf-8"))
    elif path.name.endswith(".flat.npz"):
        with np.load(path, allow_pickle=False) as arrays:
            for name in arrays.files:
                _ = arrays[name]
    else:
        read_npz(path)


def _read_model(path: Path) -> None:
    from strokebook.model.checkpoints.checkpoint import read

    read(path.parent, "best")


def _read_backbone(path: Path) -> None:
    from strokebook.vision.backbones.saved_backbone import load_saved
    from strokebook.vision.options import VisionOptions

    load_saved(path.parent, VisionOptions())


_READERS: dict[str, Callable[[Path], None]] = {
    "previews": _read_picture,
    "pictures": _read_picture,
    "pictures that the model drew": _read_picture,
    "traces": _read_drawing,
    "traces as SVG": _read_drawing,
    "drawings": _read_drawing,
    "data set files": _read_arrays,
    "model files": _read_model,
    "files of the network that looks at pages": _read_backbone,
}


def unknown_files(project: Project) -> list[Path]:
    """Files of single pages that belong to no page or drawing of the catalogue."""
    catalogue = project.catalogue
    images = set(catalogue.known_images())
    known = {
        "cache/previews": (images, ".jpg"),
        "cache/traces": (images, ".json"),
        "traces": ({page.id for page in catalogue.pages(copies=True, gone=True)}, ".svg"),
        "drawings": (_drawing_names(project), ".svg"),
    }
    return [
        file
        for folder, (stems, suffix) in known.items()
        for file in _files_in(project.at(*folder.split("/")))
        if file.suffix == suffix and file.stem not in stems
    ]


def _drawing_names(project: Project) -> set[str]:
    rows = project.catalogue.db.rows("SELECT svg FROM drawing")
    return {Path(row["svg"]).stem for row in rows}


def _files_in(folder: Path) -> list[Path]:
    if folder.is_symlink() or not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))


def check_unknown(project: Project) -> list[Finding]:
    """Whether there are files that the catalogue does not know, and we wrote."""
    ours = [file for file in unknown_files(project) if owned.is_ours(file)]
    by_folder: dict[str, list[str]] = {}
    for file in ours:
        by_folder.setdefault(_name(project, file.parent), []).append(file.name)
    return [
        Finding(
            f"{folder}/",
            f"{len(names)} {_are(names)} left over from a page or a run that is no more "
            f"({name_some(names)}).",
            "'strokebook run' may take them in again; 'strokebook check --repair' puts them into "
            "the trash.",
            True,
        )
        for folder, names in by_folder.items()
    ]


def check_manifest(project: Project) -> list[Finding]:
    """Whether our folders hold what their manifests say. To be extended with the manifest."""
    findings = []
    for name in FOLDERS:
        folder = project.at(name)
        if folder.is_symlink():
            fault = "is a link, where strokebook has a folder of its own."
            findings.append(Finding(f"{name}/", fault, "Remove the link; what it leads to stays."))
            continue
        if not folder.is_dir() or not owned.is_marked(folder):
            continue
        left = trees.leftovers(folder)
        strangers = [path for path in left.strangers if not path.name.startswith(".")]
        # An empty one is among the missing.
        changed = [path for path in left.changed if path.lstat().st_size > 0]
        for paths, fault, remedy in (
            (changed, "since strokebook wrote it", "Move or rename it, then run again."),
            (strangers, "", "Move it elsewhere if a run wants to write there."),
        ):
            names = [_name(project, path) for path in paths]
            if names:
                word = f"was changed {fault}." if fault else "was not made by strokebook."
                findings.append(Finding(name_some(names), word, remedy))
    return findings


def is_listed(path: Path) -> bool:
    """Whether a manifest says that we wrote a file there, whatever it holds now."""
    return any(file == path.absolute() for file, _ in owned.listed(path.parent))


def check_filed(project: Project) -> list[Finding]:
    """Whether the list of filed copies stands beside them, for when the catalogue is lost."""
    if not project.catalogue.filed():
        return []
    path = project.at(FILED.as_posix(), LIST)
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(rows, list):
            return []
    except (OSError, ValueError):
        pass
    fault = "is missing or cannot be read; it says which files in filed/ strokebook put there."
    return [Finding(f"{FILED}/{LIST}", fault, REPAIR, True)]


def _are(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _name(project: Project, path: Path) -> str:
    return Path(os.path.relpath(path, project.folder)).as_posix()
