"""``duplicates``: pages and drawings that are there twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from strokebook.cli.app import HERE, AsJson, ProjectDir, app, reading
from strokebook.cli.console import answer, print_json, table
from strokebook.pipeline.output.pictures import counted
from strokebook.pipeline.seeing.drawing_duplicates import (
    find_drawing_duplicates,
    save_drawing_sheet,
)
from strokebook.pipeline.seeing.duplicate_sheet import pairs_of, save_page_sheet
from strokebook.pipeline.seeing.duplicates import DuplicateGroup, find_page_duplicates


@app.command()
def duplicates(
    project: ProjectDir = HERE,
    as_json: AsJson = False,
    of_drawings: Annotated[
        bool,
        typer.Option("--drawings", help="Look for drawings that were traced twice, not for pages."),
    ] = False,
) -> None:
    """Find pages scanned twice, or drawings traced twice, and say why; nothing is deleted.

    Example: `strokebook duplicates`
    """
    with reading(project) as opened:
        if of_drawings:
            groups = find_drawing_duplicates(opened)
            picture = save_drawing_sheet(opened, groups)
        else:
            groups = find_page_duplicates(opened)
            picture = save_page_sheet(opened, groups)
        place = str(opened.folder / picture) if picture else ""
    if as_json:
        print_json({"groups": [_group_json(group) for group in groups], "picture": place or None})
        return
    noun = "drawing" if of_drawings else "page"
    if not groups:
        answer(f"No {noun} is there twice.")
        return
    pairs = pairs_of(groups)
    title = f"{counted(len(pairs), noun)} that another one shows, too"
    table(title, ("keep", "the same", "why"), [(p.first, p.second, p.why) for p in pairs])
    if place:
        answer(f"Side by side: {place}")
    answer(_advice(groups, noun))


def _advice(groups: Sequence[DuplicateGroup], noun: str) -> str:
    """What can be done about it."""
    others = " ".join([name for group in groups for name in group.others][:3])
    drawn = "the drawings on it" if noun == "page" else "it"
    return (
        f"Nothing was changed. So that the model does not learn {drawn} twice: strokebook drop"
        f" {others}{' …' if sum(len(group.others) for group in groups) > 3 else ''}"
    )


def _group_json(group: DuplicateGroup) -> dict[str, object]:
    return {
        "keep": group.keep,
        "others": list(group.others),
        "pairs": [
            {"first": p.first, "second": p.second, "why": p.why, "agreement": p.agreement}
            for p in group.pairs
        ],
    }
