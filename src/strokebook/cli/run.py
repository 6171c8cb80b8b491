"""``run``, ``retry``, ``status``, ``demo``, ``make-sample``: the whole pipeline."""

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
        typer.Argument(
            help="The folder of sketchbooks; needed only in the first run of a project."
        ),
    ] = None,
    project: ProjectDir = HERE,
    until: Annotated[str, typer.Option(help="Stop after this stage (scan, embed, trace, …).")] = "",
    dry_run: DryRun = False,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes", "-y", help="Remove what was made from private pages, without asking."
        ),
    ] = False,
) -> None:
    """Run every stage that is not up to date, from scans to a trained model.

    A run that was stopped or killed continues where it was. Run it again after adding pages or
    correcting labels: only what changed is processed.

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
    from strokebook.pipeline.dry_run import plan_run

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
def retry(project: ProjectDir = HERE) -> None:
    """Try all refused inputs again, then run as `run` does.

    A transient fault (a disk that was away, a full one, no memory left) is tried again by
    every run. A permanent one (a damaged file, a page over the limit) is not, because the same file
    with the same settings would be refused again. `retry` tries those too, say after an update.

    Example: `strokebook retry --project ~/my-project`
    """
    with writing(project, command="retry") as opened:
        count = opened.catalogue.forget_refused()
    say(f"{count} refused before: tried again." if count else "Nothing was refused.")
    run(None, project=project, until="")


@app.command()
def status(project: ProjectDir = HERE, as_json: AsJson = False) -> None:
    """Show the project in numbers: pages, drawings, data set, model, time per stage.

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
    seed: Annotated[
        int, typer.Option(help="Seed of the drawn pages: another seed draws other pages.")
    ] = 48,
    pages: Annotated[int, typer.Option(min=1, max=2000, help="Number of pages with art.")] = 48,
    book: Annotated[str, typer.Option(help="Name of the sketchbook.")] = "sb48",
    hand: Annotated[
        str,
        typer.Option(
            help="Write page numbers and dates in this hand: round, block or slanted; default: "
            "the numbers of the samples used so far.",
            show_default=False,
        ),
    ] = "",
) -> None:
    """Make a sample library of scanned sketchbooks to try strokebook on.

    Example: `strokebook make-sample sample --seed 48 --pages 48`
    """
    from strokebook.demo import make_library

    sample = make_library(
        folder, seed=seed, pages=pages, book=book, hand=hand, progress=BarProgress()
    )
    _print_sample(folder, sample)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="A folder for the sample and its project.")],
    seed: Annotated[int, typer.Option(help="Seed of the sample library.")] = 48,
) -> None:
    """Make a sample library, run the whole pipeline on it and publish its model as a page.

    It lists the files to look at, and ends with the page: open it in a browser to draw with the
    model.

    Example: `strokebook demo demo`
    """
    from strokebook.pipeline.demo import prepare_demo, publish_demo

    library, project, sample = prepare_demo(folder, seed, BarProgress())
    _print_sample(library, sample)
    run(library, project=project, until="", yes=False)
    if (published := publish_demo(folder)) is not None:
        say()
        say(f"To draw with it, open {published.page} in a browser: the page and the model in one.")


def _print_sample(folder: Path, sample: SampleSummary) -> None:
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(sample.pages.items()))
    word = "Drawn" if sample.drawn_now else "Already there"
    say(f"{word}: {folder} ({kinds}; {sample.drawings} separate drawings)")


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
