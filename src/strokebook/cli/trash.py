"""``trash`` and ``restore``: what a run replaced, and bringing it back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from strokebook.cli.app import HERE, AsJson, ProjectDir, app, reading, writing
from strokebook.cli.console import print_json, say, table


@app.command()
def trash(project: ProjectDir = HERE, as_json: AsJson = False) -> None:
    """List the replaced models, trainings and data sets; they are kept for 30 days.

    Example: `strokebook trash`
    """
    from strokebook.library.edits.trash import entries

    with reading(project) as opened:
        items = entries(opened.folder)
    if as_json:
        print_json([asdict(kept) for kept in items])
    elif items:
        rows = [(k.number, k.what, ", ".join(k.origins), k.at, k.why) for k in items]
        table("Trash", ("number", "what", "from", "when (UTC)", "why"), rows)
        say("Bring one back with: strokebook restore NUMBER")
    else:
        say("The trash is empty.")


@app.command()
def restore(
    number: Annotated[
        int, typer.Argument(min=1, help="Its number in the list of 'strokebook trash'.")
    ],
    project: ProjectDir = HERE,
) -> None:
    """Restore something from the trash to its place.

    Example: `strokebook restore 1`
    """
    from strokebook.library.edits.trash import restore as bring_back

    with writing(project) as opened:
        kept = bring_back(opened.folder, number)
    say(f"{kept.what} is back: {', '.join(kept.origins)}")
