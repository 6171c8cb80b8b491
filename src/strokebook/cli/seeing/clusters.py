"""``clusters``: listing them, merging, splitting and naming them, and how many there should be."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from strokebook.cli.app import HERE, AsJson, ProjectDir, app, editing, reading
from strokebook.cli.console import answer, print_json, say, table
from strokebook.cli.curate import Kind, New
from strokebook.library.catalogue.records import Cluster, Space
from strokebook.pipeline.output.pictures import counted

OfDrawings = Annotated[
    bool, typer.Option("--drawings", help="Clusters of drawings instead of pages.")
]
clusters_app = typer.Typer(invoke_without_command=True)
app.add_typer(clusters_app, name="clusters")


@clusters_app.callback()
def clusters(
    context: typer.Context,
    project: ProjectDir = HERE,
    as_json: AsJson = False,
    of_drawings: OfDrawings = False,
    silhouette: Annotated[
        bool,
        typer.Option(
            "--silhouette", help="Draw how well apart the clusters lie, for each number of them."
        ),
    ] = False,
) -> None:
    """List the clusters with their names and sizes; pictures/clusters shows their pages.

    `merge`, `split` and `rename` change them by hand, which holds in every later clustering.

    Example: `strokebook clusters`
    """
    if context.invoked_subcommand is not None:
        context.obj = project
        return
    space = _space(of_drawings)
    if silhouette:
        _draw_silhouette(project, space, as_json=as_json)
        return
    with reading(project) as opened:
        listed = opened.catalogue.clusters(space)
        clustering = opened.catalogue.clustering(space)
    if as_json:
        print_json(
            [
                {"number": c.number, "name": c.name, "source": c.name_source, "size": c.size}
                for c in listed
            ]
        )
        return
    if not listed:
        answer(f"The {space} are in no clusters yet. 'strokebook run' puts them there.")
        return
    rows = [(c.number, c.size, c.name, c.name_source) for c in listed]
    table(counted(len(rows), "cluster"), ("number", "size", "name", "named by"), rows)
    if clustering is not None and clustering.outside:
        answer(f"{counted(len(clustering.outside), space[:-1])} in no cluster.")


@clusters_app.command()
def merge(
    context: typer.Context,
    numbers: Annotated[list[int], typer.Argument(help="Two clusters or more.")],
    project: ProjectDir = HERE,
    of_drawings: OfDrawings = False,
) -> None:
    """Make one cluster of several; it has the number of the first.

    Its pages stay together in every later clustering; `strokebook undo` takes that back.

    Example: `strokebook clusters merge 3 7`
    """
    from strokebook.pipeline.seeing.cluster_edits import merge_clusters

    space = _space(of_drawings)
    with editing(_project(context, project)) as opened:
        done = merge_clusters(opened, space, numbers)
        _tell(done.clusters, space)
        for name in done.dropped_names:
            say(f"The name {name!r} gave way to the first one's; 'strokebook undo' brings it back.")
        _tell_effects(done.result.effects.sentences)


@clusters_app.command()
def split(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="The cluster.")],
    project: ProjectDir = HERE,
    into: Annotated[int, typer.Option(help="How many parts.", min=2, max=64)] = 2,
    of_drawings: OfDrawings = False,
) -> None:
    """Split a cluster into parts that look alike; the largest keeps the number.

    The parts stay as they are in every later clustering; `strokebook undo` takes that back.

    Example: `strokebook clusters split 4 --into 3`
    """
    from strokebook.pipeline.seeing.cluster_edits import split_cluster

    space = _space(of_drawings)
    with editing(_project(context, project)) as opened:
        done = split_cluster(opened, space, number, into)
        _tell(done.clusters, space)
        _tell_effects(done.result.effects.sentences)


@clusters_app.command()
def rename(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="The cluster.")],
    name: Annotated[str, typer.Argument(help="Its name: the label of its pages.")],
    project: ProjectDir = HERE,
    kind: Kind = None,
    new: New = False,
    of_drawings: OfDrawings = False,
) -> None:
    """Name a cluster; its pages have that label. The same as `label NUMBER=NAME`.

    Example: `strokebook clusters rename 5 hands`
    """
    from strokebook.pipeline.seeing.cluster_edits import rename_cluster

    space = _space(of_drawings)
    with editing(_project(context, project)) as opened:
        result = rename_cluster(opened, space, number, name, kind=kind, new=new)
        _tell(result.clusters, space)
        _tell_effects(result.effects.sentences)


def _draw_silhouette(project: Path, space: Space, *, as_json: bool) -> None:
    from strokebook.pipeline.seeing.cluster_counts import draw_silhouette

    with editing(project) as opened:
        drawn = draw_silhouette(opened, space)
        setting = opened.settings.vision.clusters
    if as_json:
        print_json(
            {
                "best": drawn.curve.best,
                "setting": setting,
                "scores": drawn.curve.scores,
                "sampled": drawn.curve.sampled,
                "picture": str(drawn.picture),
            }
        )
        return
    answer(drawn.curve.sentence(setting))
    answer(str(drawn.picture))


def _space(of_drawings: bool) -> Space:
    return "drawings" if of_drawings else "pages"


def _project(context: typer.Context, own: Path) -> Path:
    """The project given after the subcommand, else the one given before it."""
    return own if own != HERE else Path(context.obj or HERE)


def _tell(clusters_now: list[Cluster], space: Space) -> None:
    for c in clusters_now:
        called = f", {c.name}" if c.name else ""
        say(f"cluster {c.number}: {counted(c.size, space[:-1])}{called}")


def _tell_effects(sentences: list[str]) -> None:
    for sentence in sentences:
        say(sentence)
