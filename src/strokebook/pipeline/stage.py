"""What every stage of the pipeline shares: its outcome, its pages, its bookkeeping."""

from __future__ import annotations

import time
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


def key_of(*parts: str) -> str:
    """A key of texts; their order and boundaries count."""
    return digest(*parts)
