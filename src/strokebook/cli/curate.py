"""``label``, ``correct``, ``tag``, ``sync``, ``keep``, ``drop``, …: the artist's edits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from strokebook.base.errors import UsageError
from strokebook.cli.app import HERE, ProjectDir, app, editing, finish, marking, writing
from strokebook.cli.asking import choose, confirm
from strokebook.cli.console import BarProgress, say, show_diagnostics
from strokebook.cli.purge import purge_asking
from strokebook.library.catalogue.records import Page
from strokebook.library.kinds import KINDS
from strokebook.pipeline.editing import curate
from strokebook.pipeline.editing.effects import Effects
from strokebook.pipeline.editing.label_spelling import KindNeededError, LikelySlipError
from strokebook.pipeline.removal import outside

Pages = Annotated[list[str], typer.Argument(help="Page ids (sb48p005).")]
Kind = Annotated[
    str | None,
    typer.Option(
        "--as",
        help="The kind of page that a new label stands for (drawing, watercolour, notes, cover, "
        "bad-scan, other); default: the present kind of its pages.",
        show_default=False,
    ),
]
New = Annotated[
    bool,
    typer.Option("--new", help="Make a new label, even if it looks like a misspelling of another."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]
Labelling = Callable[[str, str | None, bool], curate.EditResult]


@app.command()
def label(
    names: Annotated[
        list[str], typer.Argument(help="Cluster numbers and their label, as in 5,7=drawings.")
    ],
    project: ProjectDir = HERE,
    kind: Kind = None,
    new: New = False,
) -> None:
    """Label whole clusters of pages.

    A new label stands for the present kind of the clusters' pages, unless --as names another.

    Example: `strokebook label 3=watercolours 5,7=faces --as drawing`
    """
    with editing(project) as opened:
        result = _with_questions(
            lambda swap, k, n: curate.label_clusters(
                opened, [_swapped(text, swap) for text in names], kind=k, new=n
            ),
            kind,
            new,
        )
        for cluster in result.clusters:
            say(f"cluster {cluster.number}: {cluster.size} pages are {cluster.name}")
        _print_effects(result.effects)


@app.command()
def correct(
    words: Annotated[list[str], typer.Argument(help="Page ids, then the label.")],
    project: ProjectDir = HERE,
    kind: Kind = None,
    new: New = False,
) -> None:
    """Label pages by hand; this overrides clusters and rules, now and later.

    Example: `strokebook correct sb48p005 sb48p007 drawings`
    """
    if len(words) < 2:
        raise UsageError("A correction needs a page and a label.", "correct sb48p005 drawings")
    with editing(project) as opened:
        result = _with_questions(
            lambda swap, k, n: curate.correct(opened, words[:-1], swap or words[-1], kind=k, new=n),
            kind,
            new,
        )
        for page in result.pages:
            say(f"{page.id} is {page.label} ({page.kind}), by hand")
        _print_effects(result.effects)


@app.command()
def uncorrect(pages: Pages, project: ProjectDir = HERE) -> None:
    """Remove labels given by hand; the pages get their cluster's label again.

    Example: `strokebook uncorrect sb48p005`
    """
    with editing(project) as opened:
        result = curate.uncorrect(opened, pages)
        for page in result.pages:
            say(f"{page.id} is {page.label or 'without a label'} ({page.label_source or 'yet'})")
        _print_effects(result.effects)


@app.command()
def tag(
    words: Annotated[list[str], typer.Argument(help="Page ids, then the tag.")],
    project: ProjectDir = HERE,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the tag.")] = False,
    yes: Yes = False,
) -> None:
    """Tag pages: private (red), notes (yellow), extras (orange), favourite (green).

    A private page is no longer used for anything. What was made from it, including a model that was
    trained on it, is removed when you confirm it, or with --yes.

    Example: `strokebook tag sb48p005 private`
    """
    if len(words) < 2:
        raise UsageError("A tag needs a page and a name.", "tag sb48p005 private")
    with marking(project) as opened:
        result = curate.tag(opened, words[:-1], words[-1], remove)
        for page in result.pages:
            say(f"{page.id}: {_tags(page)}")
        _print_effects(result.effects)
        left = purge_asking(opened, yes=yes)
    finish(bool(left))


@app.command()
def sync(project: ProjectDir = HERE) -> None:
    """Read pages that you moved between the folders of `filed/` as corrections.

    Example: `strokebook sync`
    """
    with editing(project) as opened:
        report, effects = curate.sync_folders(opened)
    for c in report.corrections:
        say(f"{c.page}: {c.old} → {c.new}")
    say(f"{len(report.corrections)} corrections recorded")
    _print_effects(effects)
    show_diagnostics(report.warnings)


@app.command()
def cluster(project: ProjectDir = HERE) -> None:
    """Cluster all pages again; labels given by hand stay.

    Example: `strokebook cluster`
    """
    from strokebook.pipeline.stages.embed import recluster

    with writing(project, command="cluster") as opened:
        told = recluster(opened)
        for part in opened.catalogue.clusters("pages"):
            say(f"cluster {part.number}: {part.size} pages, {part.name or 'no name'}")
        for line in told:
            say(line)


@app.command()
def keep(
    drawings: Annotated[
        list[str],
        typer.Argument(
            help="Ids of drawings, of pages (all drawings on them), of clusters (cluster:3), or"
            " what the measures take them for (measure:chain, measure:pattern, measure:single)."
        ),
    ],
    project: ProjectDir = HERE,
) -> None:
    """Keep drawings for training, or whole clusters of them, whatever the automatic choice.

    Example: `strokebook keep sb48p005d02 cluster:3`
    """
    _decide(project, drawings, kept=True)


@app.command()
def drop(
    drawings: Annotated[
        list[str],
        typer.Argument(
            help="Ids of drawings, of pages (all drawings on them), of clusters (cluster:3), or"
            " what the measures take them for (measure:chain, measure:pattern, measure:single)."
        ),
    ],
    project: ProjectDir = HERE,
) -> None:
    """Drop drawings, or whole clusters of them: the model is not trained on them.

    Example: `strokebook drop cluster:11 sb48p020`
    """
    _decide(project, drawings, kept=False)


@app.command("export-pages")
def export_pages(
    folder: Annotated[Path, typer.Argument(help="The target: FOLDER/art/sb48p005.jpg …")],
    project: ProjectDir = HERE,
    link: Annotated[bool, typer.Option("--link", help="Make links instead of copies.")] = False,
) -> None:
    """Export the pages, except private ones, without the sketchbooks' folders.

    Example: `strokebook export-pages ~/flat --link`
    """
    with editing(project) as opened:
        report = outside.export_pages(opened, folder, "link" if link else "copy", BarProgress())
    say(f"{report.placed} placed, {report.unchanged} already there, {report.removed} removed")
    show_diagnostics(report.refused)
    finish(bool(report.refused))


def _decide(project: Path, names: list[str], *, kept: bool) -> None:
    with editing(project) as opened:
        result = curate.decide(opened, names, kept)
        word = "kept" if kept else "dropped"
        say(f"{len(result.drawings)} drawings {word}: {', '.join(d.id for d in result.drawings)}")
        _print_effects(result.effects)


def _with_questions(act: Labelling, kind: str | None, new: bool) -> curate.EditResult:
    """Give a label; in a terminal a slip and a missing kind are asked about, not refused.

    ``act`` takes the label to write instead (or ""), the kind, and whether the label is new.
    """
    swap = ""
    while True:
        try:
            return act(swap, kind, new)
        except LikelySlipError as slip:
            answer = confirm(f"{slip.reason} Is {slip.meant!r} meant?")
            if answer is None:
                raise
            swap, new = (slip.meant, False) if answer else (swap, True)
        except KindNeededError as unknown:
            answer_kind = choose(f"{unknown.reason} Which kind?", KINDS)
            if answer_kind is None:
                raise
            kind = answer_kind


def _swapped(text: str, label_meant: str) -> str:
    numbers, equals, _ = text.partition("=")
    return f"{numbers}{equals}{label_meant}" if label_meant else text


def _tags(page: Page) -> str:
    return ", ".join(sorted(page.tags)) or "no tags"


def _print_effects(effects: Effects) -> None:
    for sentence in effects.sentences:
        say(sentence)
