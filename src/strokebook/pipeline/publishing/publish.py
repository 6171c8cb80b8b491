"""Publishing a model: one HTML file with the page to draw on and the model inside.

What is in it: the page, the model's weights, what the artist wrote about it (title, name, licence,
credits), and drawings that the artist chose. Nothing else: no path, no page's id, no date. Which
pages the file may show is noted in their project first, as for all that is made for the artist.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from strokebook.base.errors import UsageError
from strokebook.base.files import write_bytes, write_text
from strokebook.pipeline.project import SETTINGS, Project, open_project
from strokebook.pipeline.publishing.chosen_starts import ChosenStart, carried, choose_start
from strokebook.pipeline.publishing.draw_page import (
    TEMPLATE,
    CarriedModel,
    PageSettings,
    fill_template,
    is_page,
)
from strokebook.pipeline.removal.outside import EVERYTHING_LEARNT, home_of, recorded
from strokebook.pipeline.removal.purge import refuse_unpurged

if TYPE_CHECKING:
    from strokebook.model.checkpoints.checkpoint import SketchModel
    from strokebook.model.interchange.web_card import Card

WHAT = "a published page with the model in it"
TITLE = "Draw together"  # where the artist gives neither title nor name
ELEMENT = Path(__file__).with_name("strokebook-draw.js")
SUFFIXES = (".html", ".htm")
_CARRYING = b"strokebook-draw"  # what every element's file has in it


@dataclass(frozen=True)
class Published:
    """What was written.

    Attributes:
        page: The HTML file.
        size: In bytes.
        element: The script that shows it on other sites, where one was asked for.
    """

    page: Path
    size: int
    element: Path | None = None


def publish(
    model: Path,
    output: Path,
    settings: PageSettings,
    starts: Sequence[str] = (),
    project: Path | None = None,
) -> Published:
    """Write one file with the page and a model in it.

    Args:
        model: Its folder, or ``starter``.
        output: An ``.html`` file; an earlier page of ours there is replaced.
        settings: What the page says of itself; its starts are put in here.
        starts: Drawings to go on from: files, or ids of drawings.
        project: Where the ids are looked up; default: where the model lies.

    Raises:
        UsageError: Another suffix; a file that is no page of ours stands there; a start that is
            not known, or of a private page.
        StrokebookError: The model may have learnt from a page that is private now, or cannot be
            read.
        InputRefused: A start's file cannot be read.
    """
    from strokebook.model.checkpoints.starter import find
    from strokebook.pipeline.standalone import load

    element = output.with_suffix(".js") if settings.embed else None
    refuse_others(output, element)
    folder = find(model)
    with _projects(folder, project) as (home, projects):
        chosen = [choose_start(name, projects) for name in starts]
        with _noted(projects, home, output, chosen):
            shown = tuple(carried(start, number) for number, start in enumerate(chosen, start=1))
            settings = replace(settings, starts=shown)
            model_inside, card = carry_model(load(folder), folder.name, settings)
            size = write_page(output, with_card(settings, card), [model_inside])
    if element is not None:
        write_bytes(element, ELEMENT.read_bytes())
    return Published(output, size, element)


def carry_model(
    model: SketchModel, title: str, settings: PageSettings
) -> tuple[CarriedModel, Card]:
    """A model as a page carries it, and its card: what the artist says, else what it knows.

    Args:
        model: Trained.
        title: What it is called where it lies; used where the settings have no title.
        settings: What the artist says.
    """
    from strokebook.model.interchange.web_card import card_of
    from strokebook.model.interchange.web_file import to_bytes

    card = card_of(
        model,
        title,
        name=settings.title or None,
        artist=settings.artist or None,
        licence=settings.licence or None,
        credit=settings.credits,
    )
    return CarriedModel(card.name, to_bytes(model, card)), card


def with_card(settings: PageSettings, card: Card) -> PageSettings:
    """The settings, where they say nothing, as the model's card has it."""
    title = settings.title or card.artist or TITLE
    return replace(
        settings, title=title, artist=card.artist, licence=card.licence, credits=card.credits
    )


def write_page(output: Path, settings: PageSettings, models: Sequence[CarriedModel]) -> int:
    """Write the page with these models in it, whole or not at all; its size in bytes."""
    text = fill_template(TEMPLATE.read_text("utf-8"), settings, models)
    write_text(output, text)
    return len(text.encode())


def refuse_others(output: Path, element: Path | None = None) -> None:
    """Make sure that nothing but an earlier page, or element, of ours is overwritten.

    Raises:
        UsageError: Something else stands there, or the page's name does not end in ``.html``.
    """
    if output.suffix.lower() not in SUFFIXES:
        raise UsageError(
            f"{output} should end in .html, so that browsers open it.",
            f"Name it {output.with_suffix('.html')}.",
        )
    for file, ours in ((output, is_page), (element, _is_element)):
        if file is not None and file.is_dir():
            raise UsageError(f"{file} is a folder.", "Name a file.")
        if file is not None and file.exists() and not ours(file):
            raise UsageError(
                f"{file} is there already and was not published by strokebook.",
                "Choose another name with -o, or move it.",
            )


def _is_element(file: Path) -> bool:
    return _CARRYING in file.read_bytes()


@contextlib.contextmanager
def _projects(folder: Path, project: Path | None) -> Iterator[tuple[Project | None, list[Project]]]:
    """The project that a model lies in, and all that the starts may be of; open.

    Raises:
        StrokebookError: The model may have learnt from a page that is private now.
    """
    with contextlib.ExitStack() as opened:
        home = opened.enter_context(home_of(folder))
        if home is not None:
            refuse_unpurged(home)
        projects = [home] if home is not None else []
        other = project if project is not None and (project / SETTINGS).is_file() else None
        if other is not None and (home is None or not other.samefile(home.folder)):
            projects.insert(0, opened.enter_context(open_project(other)))
        yield home, projects


@contextlib.contextmanager
def _noted(
    projects: Sequence[Project], home: Project | None, output: Path, chosen: Sequence[ChosenStart]
) -> Iterator[None]:
    """Note in each project which of its pages the file may show."""
    with contextlib.ExitStack() as notes:
        for project in projects:
            images = {i for start in chosen for i in start.images.get(project.folder, ())}
            learnt = EVERYTHING_LEARNT if project is home else ()
            notes.enter_context(recorded(project, output, {*images, *learnt}, WHAT))
        yield
