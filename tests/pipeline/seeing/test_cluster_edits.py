"""Clusters merged and split in a project: they hold over runs, new pages and new fits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.campaigns import synthetic
from strokebook.base.errors import UsageError
from strokebook.pipeline.editing.history import list_commands, undo
from strokebook.pipeline.project import Project
from strokebook.pipeline.seeing import cluster_edits
from strokebook.pipeline.seeing.cluster_edits import (
    merge_clusters,
    rename_cluster,
    split_cluster,
)
from strokebook.pipeline.stage import usable_pages
from strokebook.pipeline.stages.clustering import put_in_clusters

NETWORK = synthetic.NETWORK


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.setattr(
        cluster_edits, "ProjectBackbone", lambda p: SimpleNamespace(known_fingerprint=NETWORK)
    )
    monkeypatch.setattr(cluster_edits, "draw_cluster_sheets", lambda *_: None)
    synthetic.make_project(tmp_path, 60)
    with synthetic.opened(tmp_path) as opened:
        opened.catalogue.db.run("DELETE FROM clustering WHERE space = 'pages'")
        yield set_vision(opened, clusters=4)


def set_vision(project: Project, **changed: object) -> Project:
    vision = replace(project.settings.vision, **changed)  # type: ignore[arg-type]
    project.settings = replace(project.settings, vision=vision)
    images = [page.image for page in usable_pages(project)]
    put_in_clusters(project, "pages", NETWORK, images)
    return project


def members(project: Project) -> dict[str, int]:
    clustering = project.catalogue.clustering("pages")
    assert clustering is not None
    return dict(clustering.members)


def again(project: Project) -> list[str]:
    images = [page.image for page in usable_pages(project)]
    return put_in_clusters(project, "pages", NETWORK, images, anew=True)


def test_a_merge_holds_over_a_run_and_a_new_fit_and_is_undone(project: Project) -> None:
    before = members(project)
    rename_cluster(project, "pages", 3, "faces", kind="drawing")
    done = merge_clusters(project, "pages", [1, 3])
    assert [(c.number, c.name, c.name_source) for c in done.clusters] == [(1, "faces", "hand")]
    merged = {key for key, number in before.items() if number in (1, 3)}
    assert {key for key, number in members(project).items() if number == 1} == merged
    set_vision(project)  # a run: nothing is clustered anew
    assert {key for key, number in members(project).items() if number == 1} == merged
    undo(project, 1)
    assert members(project) == before
    merge_clusters(project, "pages", [1, 3])
    again(project)
    now = members(project)
    assert {now[key] for key in merged} == {1}
    assert len(set(now.values())) == 4  # as the settings say, the artist's one among them
    assert {c.name for c in project.catalogue.clusters("pages") if c.number == 1} == {"faces"}
    assert "put" in list_commands(project, 1)[0][0].says


def test_a_split_makes_parts_that_look_alike(project: Project) -> None:
    before = members(project)
    own = [key for key, number in before.items() if number == 0]
    done = split_cluster(project, "pages", 0, 2)
    parts = [[k for k, n in members(project).items() if n == c.number] for c in done.clusters]
    assert [c.number for c in done.clusters] == [0, 4]
    assert sorted(parts[0] + parts[1]) == sorted(own)
    assert len(parts[0]) >= len(parts[1]) > 0
    vectors = [project.catalogue.vectors("pages", NETWORK, part) for part in parts]
    middles = [part.mean(axis=0) for part in vectors]
    for part, mine, other in ((vectors[0], *middles), (vectors[1], *middles[::-1])):
        near = np.linalg.norm(part - mine, axis=1) <= np.linalg.norm(part - other, axis=1)
        assert near.all()
    again(project)
    assert {members(project)[key] for key in parts[1]} == {4}


def test_what_cannot_be_merged_or_split_is_told_and_changes_nothing(project: Project) -> None:
    before = members(project)
    for act in (
        lambda: merge_clusters(project, "pages", [1]),
        lambda: merge_clusters(project, "pages", [1, 99]),
        lambda: split_cluster(project, "pages", 99),
        lambda: split_cluster(project, "pages", 0, 1),
        lambda: split_cluster(project, "pages", 0, 64),
    ):
        with pytest.raises(UsageError):
            act()
    assert members(project) == before


def test_new_pages_cost_themselves_alone_and_move_nothing(project: Project) -> None:
    merge_clusters(project, "pages", [0, 2])
    rename_cluster(project, "pages", 0, "faces", kind="drawing")
    before, clusters = members(project), project.catalogue.clusters("pages")
    synthetic.add_pages(project.catalogue, 60, 75)
    read, asked = project.catalogue.vectors, []

    def watched(space: str, network: str, keys: list[str]) -> object:
        asked.extend(keys)
        return read(space, network, keys)  # type: ignore[arg-type]

    project.catalogue.vectors = watched  # type: ignore[method-assign, assignment]
    set_vision(project)
    now = members(project)
    assert {key: now[key] for key in before} == before
    assert set(asked) == set(now) - set(before)
    assert 2 not in now.values()  # nothing joins a cluster that was merged away
    assert [c.name for c in project.catalogue.clusters("pages")] == [c.name for c in clusters]


def test_a_new_fit_keeps_numbers_and_tells_what_changed(project: Project) -> None:
    before = members(project)
    assert again(project) == ["All 4 clusters are much as they were."]
    assert members(project) == before
    project.settings = replace(
        project.settings, vision=replace(project.settings.vision, clusters=5)
    )
    images = [page.image for page in usable_pages(project)]
    told = put_in_clusters(project, "pages", NETWORK, images)
    assert "of 5 clusters" in told[0]
    same = sum(before[key] == number for key, number in members(project).items())
    assert same > 0.5 * len(before)


def test_by_density_pages_unlike_all_are_in_no_cluster(project: Project) -> None:
    images = [page.image for page in usable_pages(project)]
    odd = images[:3]
    rng = np.random.default_rng(0)
    rows = {image: np.eye(16)[n % 2] + rng.normal(size=16) * 0.02 for n, image in enumerate(images)}
    rows |= {image: rng.normal(size=16) * 5 for image in odd}
    project.catalogue.put_vectors("pages", NETWORK, rows)
    set_vision(project, clustering="hdbscan")
    clustering = project.catalogue.clustering("pages")
    assert clustering is not None
    assert clustering.outside == set(odd)
    assert len(set(clustering.members.values())) == 2
    pages = {page.image: page for page in usable_pages(project)}
    assert [pages[image].cluster for image in odd] == [None] * 3
    set_vision(project, clustering="hdbscan")  # the next run leaves them there
    again = project.catalogue.clustering("pages")
    assert again is not None and again.outside == set(odd)
