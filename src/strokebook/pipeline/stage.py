"""What every stage of the pipeline shares: its outcome, its pages, its bookkeeping."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from strokebook.base.errors import Diagnostic
from strokebook.base.files import digest
from strokebook.library.catalogue.records import Page
from strokebook.pipeline.project import Project


@dataclass
class Outcome:
    """What a stage did in this run.

    Attributes:
        stage: Its name.
        worked: Items worked on now.
        ready: Items that were ready from an earlier run.
        diagnostics: Inputs left out, and warnings.
        notes: Sentences for the artist.
        seconds: Time it took now.
    """

    stage: str
    worked: int = 0
    ready: int = 0
    diagnostics: list[Diagnostic] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0


def usable_pages(project: Project) -> list[Page]:
    """The pages that may be looked at: present, one of each image, and not private.

    Private pages are among them only where the artist said so for the whole project.
    """
    return [
        page
        for page in project.catalogue.pages(include_private=project.options.include_private)
        if page.copy_of is None
    ]


def page_file(project: Project, page: Page) -> Path:
    """The page's scan."""
    return project.library / page.path


class Timer:
    """Seconds since its making."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds so far."""
        return time.perf_counter() - self._start


def is_done(project: Project, stage: str, item: str, key: str) -> bool:
    """Whether ``stage`` has a result for ``item`` under this very key."""
    result = project.catalogue.result(stage, item)
    return result is not None and result.key == key


@contextmanager
def whole(project: Project, stage: str, key: str, *outputs: Path) -> Iterator[Whole]:
    """A stage that works on everything at once, under one key; its time is kept.

    The block asks :attr:`Whole.todo` whether there is work; its facts are recorded at the end.
    """
    ready = is_done(project, stage, "all", key) and all(path.exists() for path in outputs)
    state, timer = Whole(todo=not ready), Timer()
    yield state
    if state.todo:
        project.catalogue.put_result(stage, "all", key, timer.seconds, state.facts)


@dataclass
class Whole:
    """The state of a stage that works on everything at once."""

    todo: bool
    facts: dict[str, object] = field(default_factory=dict)


def key_of(*parts: str) -> str:
    """A key of texts; their order and boundaries count."""
    return digest(*parts)
