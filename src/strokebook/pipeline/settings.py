"""``strokebook.toml``: every setting of every room, each with its comment and limits."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from strokebook.base.errors import InputRefused, UsageError
from strokebook.base.files import digest, write_text
from strokebook.base.former_names import with_former_names
from strokebook.base.options import build, nearest, option
from strokebook.base.reading import read_plain
from strokebook.dataset.options import DatasetOptions
from strokebook.figures.join import JoinOptions
from strokebook.figures.prepare_page import PageOptions
from strokebook.figures.separate import SeparateOptions
from strokebook.figures.splice import SpliceOptions
from strokebook.model.config import (
    FORMER_PRESETS,
    PRESETS,
    ModelOptions,
    TrainOptions,
    preset_name,
)
from strokebook.routing.route import RouteOptions
from strokebook.tracing.options import TraceOptions
from strokebook.vision.composition.composition import CompositionOptions
from strokebook.vision.options import VisionOptions


@dataclass(frozen=True)
class ProjectOptions:
    """What belongs to the project as a whole."""

    library: str = option("", "The folder of scanned sketchbooks; relative to this file.")
    include_private: bool = option(
        False,
        "Use private pages (folder priv, red tag) like all others. Off: they are only listed.",
    )
    preset: str = option(
        "evening",
        "What [model] and [train] start from: evening is the best for up to 40 minutes of a laptop,"
        " quick the same in three minutes, paper is SketchRNN as published.",
        choices=tuple(PRESETS),
    )
    workers: int = option(2, "Processes that trace pages side by side.", low=1, high=256)
    seed: int = option(44, "Seed of clusters, maps and pictures.", low=0)
    filing: Literal["copy", "link"] = option(
        "copy", "How pages are filed into folders by label.", choices=("copy", "link")
    )
    max_megapixels: float = option(
        80.0, "Larger scans are refused (A3 at 600 dpi has 70).", low=1.0, high=1000.0
    )


@dataclass(frozen=True)
class DrawOptions:
    """What the trained model draws at the end of a run."""

    completions: int = option(9, "Ways to go on from one start.", low=1, high=100)
    temperature: float | Literal["auto"] = option(
        "auto",
        'Low: the likeliest line; high: more daring; "auto": what suits the model best.',
        low=0.01,
        high=2.0,
    )
    start_share: float = option(
        0.3, "Share of a drawing that is given as the start.", low=0.05, high=0.9
    )


@dataclass(frozen=True)
class Settings:
    """All settings of a project; one attribute per section of ``strokebook.toml``."""

    project: ProjectOptions = field(default_factory=ProjectOptions)
    vision: VisionOptions = field(default_factory=VisionOptions)
    trace: TraceOptions = field(default_factory=TraceOptions)
    page: PageOptions = field(default_factory=PageOptions)
    route: RouteOptions = field(default_factory=RouteOptions)
    join: JoinOptions = field(default_factory=JoinOptions)
    splice: SpliceOptions = field(default_factory=SpliceOptions)
    separate: SeparateOptions = field(default_factory=SeparateOptions)
    composition: CompositionOptions = field(default_factory=CompositionOptions)
    dataset: DatasetOptions = field(default_factory=DatasetOptions)
    model: ModelOptions = field(default_factory=lambda: PRESETS["evening"].model)
    train: TrainOptions = field(default_factory=lambda: PRESETS["evening"].train)
    draw: DrawOptions = field(default_factory=DrawOptions)


MAX_BYTES = 1 << 18  # of the file; one with every setting and its comment has 20 KB
MOST_DOTS = 1000  # in a line; the parser's work grows with the square of a name's parts (a.b.c…)
HEADER = """\
# Settings of this strokebook project.
# A line that begins with '# name =' shows the default; take the '# ' away to change it.
"""


def load_settings(path: Path) -> Settings:
    """The settings in ``path``; what it leaves out has its default.

    Raises:
        UsageError: No plain file, not valid TOML, an unknown section or key, a wrong type, a limit
            passed.
    """
    try:
        text = read_plain(path, MAX_BYTES).decode("utf-8")
        if any(line.count(".") > MOST_DOTS for line in text.splitlines()):
            raise RecursionError
        table = tomllib.loads(text)
    except InputRefused as error:
        raise UsageError(error.reason, error.remedy) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not text (UTF-8).", "Save it as plain text.") from error
    except RecursionError as error:
        raise UsageError(f"{path} is nested too deep.", "Take the brackets out.") from error
    except ValueError as error:  # TOML's own errors, and numbers of thousands of digits
        raise UsageError(f"{path} is not valid TOML: {error}.", "Correct that line.") from error
    return settings_of(table, path.name)


def settings_of(table: Mapping[str, Any], where: str = "settings") -> Settings:
    """Settings from nested mappings, checked; [model] and [train] start from the preset."""
    known = {f.name for f in dataclasses.fields(Settings)}
    for name, values in table.items():
        if name not in known:
            raise UsageError(f"{where}: unknown section [{name[:40]}].", nearest(name, known))
        if not isinstance(values, Mapping):
            raise UsageError(
                f"{where}: [{name}] should be a section.", f"Write [{name}] on a line."
            )
    given = dict(table.get("project", {}))
    if given.get("preset") in FORMER_PRESETS:
        given["preset"] = preset_name(given["preset"], where)
    project = build(ProjectOptions, given, f"{where} [project]")
    parts = {
        name: build(type(base), table.get(name, {}), f"{where} [{name}]", base)
        for name, base in _defaults(project.preset).items()
    }
    return Settings(**{**parts, "project": project})


def _defaults(preset: str) -> dict[str, Any]:
    """Every section at its default."""
    sections = {f.name: getattr(Settings(), f.name) for f in dataclasses.fields(Settings)}
    return {**sections, "model": PRESETS[preset].model, "train": PRESETS[preset].train}


def write_settings(path: Path, settings: Settings) -> None:
    """Write every setting with its comment; those at their default are commented out."""
    lines = [HEADER]
    for name, default in _defaults(settings.project.preset).items():
        lines.append(f"\n[{name}]")
        for entry in dataclasses.fields(default):
            value = getattr(getattr(settings, name), entry.name)
            mark = "# " if value == getattr(default, entry.name) else ""
            lines += [_comment(entry), f"{mark}{entry.name} = {_toml(value)}"]
    write_text(path, "\n".join(lines) + "\n")


def _comment(entry: dataclasses.Field[Any]) -> str:
    choices = entry.metadata.get("choices") or ()
    also = f" One of: {', '.join(choices)}." if choices else ""
    return f"#: {entry.metadata.get('doc', '')}{also}"


def _toml(value: Any) -> str:
    if value is None:
        return '""'
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    return json.dumps(value, ensure_ascii=False)  # TOML's booleans, numbers, strings are JSON's


def fingerprint(*options: Any) -> str:
    """A key of options objects: equal options, equal key."""
    return digest(
        *(
            json.dumps(
                with_former_names(type(o), dataclasses.asdict(o)), sort_keys=True, default=str
            )
            for o in options
        )
    )


def with_library(settings: Settings, library: str) -> Settings:
    """The same settings, naming ``library``."""
    changed = dataclasses.replace(settings.project, library=library)
    return dataclasses.replace(settings, project=changed)
