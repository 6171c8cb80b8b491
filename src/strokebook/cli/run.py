"""``run``, ``status``, ``demo``, ``make-sample``: the whole way, and where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from strokebook.cli.app import HERE, AsJson, DryRun, ProjectDir, app, finish, reading, writing
from strokebook.cli.asking import asker
from strokebook.cli.console import (
    BarProgress,
    answer,
    manner,
    print_json,
    say,
    show_diagnostics,
    table,
)
from strokebook.cli.purge import purge_asking
from strokebook.pipeline.guide import next_step, to_look_at
from strokebook.pipeline.project import Project
from strokebook.pipeline.project_summary import Summary, summarise

if TYPE_CHECKING:
    from strokebook.demo import SampleSummary


@app.command()
def run(
    library: Annotated[
        Path | None,
        typer.Argument(help="The folder of sketchbooks; once the project knows it, leave it out."),
    ] = None,
    project: ProjectDir = HERE,
    until: Annotated[str, typer.Option(help="Stop after this stage (scan, embed, trace, …).")] = "",
    dry_run: DryRun = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Remove what private pages left, without asking.")
    ] = False,
) -> None:
    """Run every stage that is not up to date: from scans to a model that draws.

    Killed or stopped, it goes on where it was. Run it again after adding pages or correcting
    labels: only what changed is worked on.

    Example: `strokebook run ~/scans --project ~/my-project`
    """
    from strokebook.pipeline.project_backbone import settle_hub
    from strokebook.pipeline.run import run_all

    if dry_run:
        _show_plan(project, library, until)
        return
    with writing(project, library) as opened:
        settle_hub(opened, asker())
        purge_asking(opened, yes=yes)
        outcomes = run_all(opened, until or None)
        summary = summarise(opened)
        if not manner.quiet:
            show_summary(summary)
        diagnostics = [r for outcome in outcomes for r in outcome.diagnostics]
        show_diagnostics(diagnostics)
        for outcome in outcomes:
            for note in outcome.notes:
                say(f"{outcome.stage}: {note}")
        name_results(opened, summary)
    finish(any(r.is_error for r in diagnostics))


def _show_plan(project: Path, library: Path | None, until: str) -> None:
    from strokebook.pipeline.plan import plan_run

    plan = plan_run(project, library, until or None)
    rows = [
        (d.stage, d.due, d.ready, d.unit + (", and what comes from above" if d.follows else ""))
        for d in plan
    ]
    table("What a run would do", ("stage", "due", "ready", "of"), rows)
    if any(d.due for d in plan):
        answer("Nothing was changed.")
    else:
        answer("Nothing is due. Nothing was changed.")


@app.command()
def status(project: ProjectDir = HERE, as_json: AsJson = False) -> None:
    """Show what the project holds: pages, drawings, data set, model, time per stage.

    Example: `strokebook status --project ~/my-project --json`
    """
    with reading(project) as opened:
        summary = summarise(opened)
        step = next_step(opened, summary)
        if as_json:
            print_json(summary.as_dict() | {"next": step})
        else:
            show_summary(summary)
            answer(f"Next: {step}")


@app.command("make-sample")
def make_sample(
    folder: Annotated[Path, typer.Argument(help="A new folder for the sample library.")],
    seed: Annotated[int, typer.Option(help="Another seed draws other pages.")] = 48,
    pages: Annotated[int, typer.Option(min=1, max=2000, help="Art pages to draw.")] = 48,
) -> None:
    """Draw a sample library of scanned sketchbooks to try strokebook on.

    Example: `strokebook make-sample sample --seed 48 --pages 48`
    """
    from strokebook.demo import make_library

    made = make_library(folder, seed=seed, pages=pages, progress=BarProgress())
    _tell_sample(folder, made)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="A folder for the sample and its project.")],
    seed: Annotated[int, typer.Option(help="Seed of the sample library.")] = 48,
) -> None:
    """Draw a sample library, run the whole pipeline on it and name the files to look at.

    Example: `strokebook demo demo`
    """
    from strokebook.pipeline.demo import prepare_demo

    library, project, made = prepare_demo(folder, seed, BarProgress())
    _tell_sample(library, made)
    run(library, project=project, until="", yes=False)


def _tell_sample(folder: Path, made: SampleSummary) -> None:
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(made.pages.items()))
    word = "Drawn" if made.made else "Already there"
    say(f"{word}: {folder} ({kinds}; {made.drawings} separate drawings)")


def show_summary(summary: Summary) -> None:
    """The final tables."""
    for part in summary.tables():
        table(part.title, part.columns, part.rows)


def name_results(project: Project, summary: Summary) -> None:
    """The files worth opening now, and the one next step."""
    sights = to_look_at(project)
    if sights:
        say()
        say("To look at:")
    width = max((len(sight.what) for sight in sights), default=0)
    for sight in sights:
        say(f"  {sight.what:{width}}  {sight.path}")
    say()
    say(f"Next: {next_step(project, summary)}")
