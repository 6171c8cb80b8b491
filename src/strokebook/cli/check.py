"""``check``: is everything in order, and mending what is not."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from strokebook.cli.app import HERE, AsJson, ProjectDir, app, finish, session
from strokebook.cli.console import BarProgress, answer, print_json


@app.command()
def check(
    project: ProjectDir = HERE,
    repair: Annotated[bool, typer.Option("--repair", help="Repair what can be repaired.")] = False,
    deep: Annotated[
        bool,
        typer.Option("--deep", help="Read every file, instead of only checking that it exists."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check the catalogue, your edits and the files; nothing is changed without --repair.

    A damaged catalogue is put aside, never deleted: the newest backup takes its place, and what
    you said since comes from `hand.json`. Ends with 1 when something is left that is not in order.

    Example: `strokebook check --repair`
    """
    from strokebook.pipeline.check.check_project import check_project
    from strokebook.pipeline.check.repair import repair_project

    session.project = project
    done = repair_project(project, BarProgress(), deep=deep) if repair else []
    report = check_project(project, deep=deep)
    if as_json:
        print_json({"done": done, "findings": [asdict(finding) for finding in report]})
    else:
        for sentence in done:
            answer(sentence)
        for finding in report:
            answer(str(finding))
        if not report:
            answer("Everything is in order.")
    finish(bool(report))
