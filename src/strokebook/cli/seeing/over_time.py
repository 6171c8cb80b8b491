"""``over-time``: patterns over the years."""

from __future__ import annotations

import webbrowser
from typing import Annotated

import typer

from strokebook.base.errors import UsageError
from strokebook.base.options import nearest
from strokebook.cli.app import HERE, AsJson, ProjectDir, app, reading
from strokebook.cli.console import answer, print_json, say, show_diagnostics

MEGABYTE = 1e6


@app.command("over-time")
def over_time(
    project: ProjectDir = HERE,
    by: Annotated[
        str,
        typer.Option(
            help="What a period is: book, year, quarter or month (default: the calendar where dates"
            " are known, else sketchbooks, and equal parts of a few long ones).",
        ),
    ] = "auto",
    title: Annotated[
        str, typer.Option(help="Title of the picture (default: how many sketchbooks there are).")
    ] = "",
    open_page: Annotated[
        bool, typer.Option("--open", help="Open the page to zoom in your browser.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show your sketchbooks over time: one picture to hang up, and a page to zoom.

    What the pages are and look like, and what is drawn, as streams; the drawings measured; the
    drawing nearest to the centre of each period; the pages most unlike everything before them.
    Private pages are in none of it.

    Example: `strokebook over-time --title "Ten years of faces" --open`
    """
    from strokebook.pipeline.over_time.over_time import show_over_time
    from strokebook.pipeline.over_time.time_places import CUTS

    if by not in CUTS:
        raise UsageError(f"There is no period {by!r}.", nearest(by, CUTS))
    with reading(project) as opened:
        made = show_over_time(opened, by, " ".join(title.split()))
    show_diagnostics(made.diagnostics)
    if as_json:
        print_json({"files": [str(f) for f in made.files], "notes": list(made.notes)})
        return
    for file in made.files:
        answer(f"{file}")
    width, height = made.size
    say(f"{made.subtitle}; {width:.0f} x {height:.0f} mm; page {made.page_bytes / MEGABYTE:.1f} MB")
    for note in made.notes:
        say(note)
    page = made.files[2]
    if open_page and not webbrowser.open(page.resolve().as_uri()):
        say(f"Open {page.name} in a browser.")
