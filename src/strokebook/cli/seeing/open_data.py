"""``open-data``: the catalogue as tables for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from strokebook.cli.app import HERE, AsJson, ProjectDir, app, editing, finish
from strokebook.cli.console import answer, print_json, say, show_diagnostics


@app.command("open-data")
def open_data(
    folder: Annotated[Path, typer.Argument(help="A new folder, or an earlier export.")],
    project: ProjectDir = HERE,
    images: Annotated[
        bool,
        typer.Option(
            "--images",
            help="Also copy the pages' small pictures, in folders by label, and the drawings as"
            " SVG.",
        ),
    ] = False,
    title: Annotated[str, typer.Option(help="Title of the data (default: Sketchbooks).")] = "",
    artist: Annotated[str, typer.Option(help="Whose sketchbooks they are.")] = "",
    licence: Annotated[str, typer.Option(help="Licence of the data, such as CC BY 4.0.")] = "",
    licence_url: Annotated[str, typer.Option(help="Where the licence can be read.")] = "",
    as_json: AsJson = False,
) -> None:
    """Export pages, drawings, labels, dates, clusters and edits as open data.

    A folder with a SQLite database that Datasette opens (`datasette FOLDER`), the same tables as
    CSV, and a README with every column and its unit. Private pages are not in it.

    Example: `strokebook open-data ~/open --images --licence "CC BY 4.0"`
    """
    from strokebook.pipeline.open_data.open_data import write_open_data
    from strokebook.pipeline.open_data.open_datasette import OpenDataFacts

    words = [" ".join(text.split()) for text in (title, artist, licence, licence_url)]
    with editing(project) as opened:
        made = write_open_data(opened, folder, OpenDataFacts(*words), images=images)
    show_diagnostics(made.diagnostics)
    if as_json:
        print_json({"folder": str(made.folder), "rows": made.counts, "files": made.images})
    else:
        answer(f"{made.folder}")
        counts = made.counts
        say(
            f"{counts['pages']} pages, {counts['drawings']} drawings, {counts['edits']} edits;"
            f" {made.images} pictures; {made.removed} former files removed"
        )
        say(f"To look through it: pip install datasette, then datasette {made.folder}")
    finish(any(d.is_error for d in made.diagnostics))
