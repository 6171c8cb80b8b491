"""``label``, ``correct``, ``tag``, ``sync``, ``keep``, ``drop``, …: what the artist says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from strokebook.base.errors import UsageError
from strokebook.cli.app import HERE, ProjectDir, app, editing, finish, writing
from strokebook.cli.console import BarProgress, say, show_refusals
from strokebook.library.flat import flat_export
from strokebook.pipeline import curate

Pages = Annotated[list[str], typer.Argument(help="Page ids (sb48p005).")]


@app.command()
def label(
    names: Annotated[list[str], typer.Argument(help="NUMBERS=LABEL, as in 5,7=drawings.")],
    project: ProjectDir = HERE,
) -> None:
    """Name clusters of pages; their pages get the label.

    Example: `strokebook label 3=watercolours 5,7=drawings`
    """
    with editing(project) as opened:
        for cluster in curate.label_clusters(opened, names):
            say(f"cluster {cluster.number}: {cluster.size} pages are {cluster.name}")


@app.command()
def correct(
    words: Annotated[list[str], typer.Argument(help="Page ids, then the label.")],
    project: ProjectDir = HERE,
) -> None:
    """Label pages by hand; that holds for ever, whatever clusters and rules say.

    Example: `strokebook correct sb48p005 sb48p007 drawings`
    """
    if len(words) < 2:
        raise UsageError("A correction needs a page and a label.", "correct sb48p005 drawings")
    with editing(project) as opened:
        for page in curate.correct(opened, words[:-1], words[-1]):
            say(f"{page.id} is {page.label}, by hand")


@app.command()
def uncorrect(pages: Pages, project: ProjectDir = HERE) -> None:
    """Take labels by hand back; the pages have their cluster's label again.

    Example: `strokebook uncorrect sb48p005`
    """
    with editing(project) as opened:
        for name in pages:
            page = opened.catalogue.clear_hand_label(name)
            say(f"{page.id} is {page.label} ({page.label_source})")


@app.command()
def tag(
    words: Annotated[list[str], typer.Argument(help="Page ids, then the tag.")],
    project: ProjectDir = HERE,
    remove: Annotated[bool, typer.Option("--remove", help="Take the tag away.")] = False,
) -> None:
    """Tag pages: private (red), notes (yellow), extras (orange), favourite (green).

    A page that becomes private loses everything that was made of it, at once.

    Example: `strokebook tag sb48p005 private`
    """
    if len(words) < 2:
        raise UsageError("A tag needs a page and a name.", "tag sb48p005 private")
    with editing(project) as opened:
        for page in curate.tag(opened, words[:-1], words[-1], remove):
            say(f"{page.id}: {', '.join(sorted(page.tags)) or 'no tags'}")


@app.command()
def sync(project: ProjectDir = HERE) -> None:
    """Take in pages that you moved between the folders of `filed/` as corrections.

    Example: `strokebook sync`
    """
    with editing(project) as opened:
        report = curate.sync_folders(opened)
    for c in report.corrections:
        say(f"{c.page}: {c.old} → {c.new}")
    say(f"{len(report.corrections)} corrections recorded")
    show_refusals(report.remarks)


@app.command()
def cluster(project: ProjectDir = HERE) -> None:
    """Cluster all pages anew; what you labelled by hand stays.

    Example: `strokebook cluster`
    """
    from strokebook.pipeline.seeing import recluster

    with writing(project, command="cluster") as opened:
        recluster(opened)
        for found in opened.catalogue.clusters("pages"):
            say(f"cluster {found.number}: {found.size} pages, {found.name or 'no name'}")


@app.command()
def keep(
    drawings: Annotated[list[str], typer.Argument(help="Drawing ids, or cluster:3.")],
    project: ProjectDir = HERE,
) -> None:
    """Keep drawings, or whole clusters of them, whatever the measures say.

    Example: `strokebook keep sb48p005d02 cluster:3`
    """
    _decide(project, drawings, kept=True)


@app.command()
def drop(
    drawings: Annotated[list[str], typer.Argument(help="Drawing ids, or cluster:3.")],
    project: ProjectDir = HERE,
) -> None:
    """Drop drawings, or whole clusters of them: they are not trained on.

    Example: `strokebook drop cluster:11`
    """
    _decide(project, drawings, kept=False)


@app.command("export-pages")
def export_pages(
    folder: Annotated[Path, typer.Argument(help="Where to: FOLDER/art/sb48p005.jpg …")],
    project: ProjectDir = HERE,
    link: Annotated[bool, typer.Option("--link", help="Links instead of copies.")] = False,
) -> None:
    """Export the pages flat, without the private ones.

    Example: `strokebook export-pages ~/flat --link`
    """
    with editing(project) as opened:
        report = flat_export(
            opened.catalogue,
            opened.library,
            folder,
            "link" if link else "copy",
            include_private=opened.options.include_private,
            progress=BarProgress(),
        )
    say(f"{report.placed} placed, {report.unchanged} already there, {report.removed} removed")
    show_refusals(report.refused)
    finish(bool(report.refused))


def _decide(project: Path, names: list[str], *, kept: bool) -> None:
    with editing(project) as opened:
        decided = curate.decide(opened, names, kept)
    word = "kept" if kept else "dropped"
    say(f"{len(decided)} drawings {word}: {', '.join(d.id for d in decided)}")
