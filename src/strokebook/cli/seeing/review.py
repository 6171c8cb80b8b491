"""``review``: the least sure pages and drawings, one key each."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from strokebook.base.errors import UsageError
from strokebook.cli.app import HERE, AsJson, ProjectDir, app, finish, marking, reading
from strokebook.cli.asking import at_terminal
from strokebook.cli.console import answer, complain, print_json, say
from strokebook.cli.purge import purge_asking
from strokebook.cli.seeing.keys import END, single_keys
from strokebook.cli.seeing.terminal_pictures import inline_picture, open_in_viewer, terminal_kind
from strokebook.library.kinds import DEFAULT_LABELS
from strokebook.pipeline.output.pictures import counted
from strokebook.pipeline.project import Project, keep_backup
from strokebook.pipeline.seeing.review import (
    LABEL_KEYS,
    Review,
    ReviewItem,
    draw_review_sheets,
    drawings_to_review,
    pages_to_review,
    picture_of,
)

DRAWING_KEYS = {"k": "kept", "d": "dropped"}
_COMMON = "space it is right, s skip, u undo, o open, q quit"


@app.command()
def review(
    project: ProjectDir = HERE,
    count: Annotated[int, typer.Option("-n", min=1, help="How many at most.")] = 40,
    of_drawings: Annotated[
        bool, typer.Option("--drawings", help="Review drawings (kept or dropped), not pages.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look through the pages whose labels are the least sure, and confirm or correct each.

    In a terminal one key decides and the next page comes by itself: d drawing, w watercolour, n
    notes, c cover, b bad scan, p private, space it is right, s skip, u undo, o open, q quit; with
    --drawings: k keep, d drop. Without a terminal the list is printed.

    Example: `strokebook review -n 100`
    """
    what = "drawings" if of_drawings else "pages"
    if as_json or not at_terminal():
        with reading(project) as opened:
            _list(opened, _items(opened, count, of_drawings), what, as_json=as_json)
        return
    with marking(project) as opened:
        items = _items(opened, count, of_drawings)
        if not items:
            answer(_nothing(opened, what))
            return
        keep_backup(opened)
        for path in draw_review_sheets(opened, items, what):
            say(f"All of them on a sheet: {path}")
        walk = Review(opened, items)
        _walk(walk, of_drawings=of_drawings)
        _tell(walk, what)
        left = purge_asking(opened, yes=False)
    finish(bool(left))


def _items(project: Project, count: int, of_drawings: bool) -> list[ReviewItem]:
    find = drawings_to_review if of_drawings else pages_to_review
    return find(project, count)


def _list(project: Project, items: list[ReviewItem], what: str, *, as_json: bool) -> None:
    """The list for scripts, or for people who type the commands."""
    if as_json:
        print_json([item.as_dict() for item in items])
        return
    if not items:
        answer(_nothing(project, what))
        return
    sheets = draw_review_sheets(project, items, what)
    answer(f"{counted(len(items), what[:-1])}, least sure first:")
    for item in items:
        answer(_heading(item))
        answer(f"  {item.why}")
    for path in sheets:
        answer(f"All of them on a sheet: {path}")
    one = items[0].name
    if what == "pages":
        answer(f"To label one by hand: strokebook correct {one} drawings (or another label)")
    else:
        answer(f"To decide by hand: strokebook keep {one}, or strokebook drop {one}")


def _nothing(project: Project, what: str) -> str:
    if what == "drawings":
        return "No drawing is left to review: all were decided on, or none were found yet."
    some = project.catalogue.pages(include_private=False)
    if any(page.label is None for page in some) or not some:
        return "There are no pages to review yet. 'strokebook run' looks at them."
    return "No page is left to review: every label was given by hand."


def _walk(walk: Review, *, of_drawings: bool) -> None:
    """Ask about one after the other until the end, or until the artist leaves."""
    kind = terminal_kind()
    with single_keys() as key:
        while True:
            walk.pass_hidden()
            if walk.item is None:
                return
            _show(walk, kind, of_drawings=of_drawings)
            if not _answered(walk, key, of_drawings=of_drawings):
                return


def _heading(item: ReviewItem) -> str:
    sure = f", {item.certainty}" if item.certainty else ""
    return f"{item.name} is {item.stands or 'without a label'}{sure}"


def _show(walk: Review, kind: str, *, of_drawings: bool) -> None:
    item = walk.item
    assert item is not None
    answer()
    answer(f"{walk.at + 1} of {len(walk.items)}   {_heading(item)}")
    answer(f"  {item.why}")
    answer(f"  {item.file}")
    if kind:
        sys.stdout.write(inline_picture(picture_of(walk.project, item), kind))
        sys.stdout.flush()
    words = {label: name for name, label in DEFAULT_LABELS.items()}
    keys = DRAWING_KEYS if of_drawings else {k: words[v] for k, v in LABEL_KEYS.items()}
    names = {"kept": "keep", "dropped": "drop"}
    shown = ", ".join(f"{k} {names.get(v, v)}" for k, v in keys.items())
    answer(f"  {shown}{'' if of_drawings else ', p private'}, {_COMMON}")


def _answered(walk: Review, key: Callable[[], str], *, of_drawings: bool) -> bool:
    """Wait for a key that means something and do it; False: the artist leaves."""
    labels = DRAWING_KEYS if of_drawings else LABEL_KEYS
    while True:
        pressed = key()
        if pressed in ("q", END):
            return False
        try:
            if _done(walk, pressed, labels):
                return True
        except UsageError as error:
            complain(f"  {error}")


def _done(walk: Review, pressed: str, labels: dict[str, str]) -> bool:
    """Do what a key means; True: the next one is asked about."""
    if pressed in labels:
        answer(f"  {walk.decide(labels[pressed])}")
    elif pressed == " ":
        answer(f"  {walk.confirm()}")
    elif pressed == "p" and labels is LABEL_KEYS:
        answer(f"  {walk.hide()}")
    elif pressed == "s":
        walk.skip()
    elif pressed == "u":
        answer(f"  {walk.undo()}")
    else:
        if pressed == "o":
            _open(walk)
        return False
    return True


def _open(walk: Review) -> None:
    assert walk.item is not None
    path: Path = walk.item.file
    if not open_in_viewer(path):
        complain(f"  No program is set to open pictures here; it lies at {path}")


def _tell(walk: Review, what: str) -> None:
    """What the review came to, and what follows from it."""
    decided = walk.confirmed + walk.changed
    counts = f"{walk.confirmed} confirmed, {walk.changed} changed"
    say()
    say(f"{counted(decided, what[:-1])} decided: {counts}.")
    if decided and what == "pages":
        walk.learn()
        say("The classifier has learnt from them; pages that look alike may have followed.")
    for sentence in walk.effects().sentences:
        say(sentence)
    if decided:
        say("'strokebook undo' takes them back, one at a time.")
