"""``map``: all pages on one plane, those that look alike close together, as a page to look at."""

from __future__ import annotations

import webbrowser
from typing import Annotated

import typer

from strokebook.base.errors import StrokebookError
from strokebook.cli.app import HERE, AsJson, ProjectDir, app, editing
from strokebook.cli.console import answer, print_json


@app.command("map")
def page_map(
    project: ProjectDir = HERE,
    as_json: AsJson = False,
    show: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Write the map of all pages as one HTML file to zoom, search and select in: pictures/map.html.

    It needs no server and no network. A run writes it too; this brings it up to date after edits.

    Example: `strokebook map --open`
    """
    from strokebook.pipeline.stages.map_pictures import map_records, write_map

    with editing(project) as opened:
        path = write_map(opened)
        records = map_records(opened) if as_json else []
    if path is None:
        raise StrokebookError("There is no map of the pages yet.", "Run 'strokebook run' first.")
    if as_json:
        print_json({"path": str(path), "pages": records})
    else:
        answer(str(path))
    if show:
        webbrowser.open(path.as_uri())
