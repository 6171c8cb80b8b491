"""The one next step, decided from what there is."""

from __future__ import annotations

import shutil

from strokebook.pipeline.guide import next_step, to_look_at
from strokebook.pipeline.project import open_project
from strokebook.pipeline.project_summary import summarise

from place import Place


def step(place: Place) -> str:
    with open_project(place.project) as project:
        return next_step(project, summarise(project))


def name_clusters(place: Place, name: str | None) -> None:
    with open_project(place.project) as project:
        numbers = [c.number for c in project.catalogue.clusters("pages")]
        project.catalogue.name_cluster("pages", numbers, name, "hand")


def test_a_new_project_is_to_be_run(copy: Place) -> None:
    (copy.project / "strokebook.db").unlink()
    (copy.project / "hand.json").unlink(missing_ok=True)
    assert "strokebook run" in step(copy) and "find the pages" in step(copy)


def test_clusters_without_a_name_come_before_all_else(copy: Place) -> None:
    name_clusters(copy, None)
    with open_project(copy.project) as project:
        project.catalogue.name_cluster("pages", [0], "drawings", "hand")
        largest = max(
            (c for c in project.catalogue.clusters("pages") if c.name is None), key=lambda c: c.size
        )
        said = next_step(project, summarise(project))
    assert f"strokebook label {largest.number}=drawings" in said
    assert f"pages-{largest.number:02d}.jpg" in said


def test_no_page_that_is_a_drawing_asks_for_a_label(copy: Place) -> None:
    name_clusters(copy, "watercolours")
    assert "no page counts as a drawing" in step(copy) and "strokebook correct sb" in step(copy)


def test_without_a_model_there_is_learning_to_do_and_with_one_drawing(copy: Place) -> None:
    name_clusters(copy, "drawings")
    assert step(copy).startswith("strokebook canvas") and "strokebook complete" in step(copy)
    shutil.rmtree(copy.project / "models" / "drawings")
    assert "strokebook run" in step(copy) and "learn" in step(copy)


def test_only_what_exists_is_named(copy: Place) -> None:
    (copy.project / "report.html").unlink()
    with open_project(copy.project) as project:
        sights = to_look_at(project)
        assert sights and "report" not in {s.what for s in sights}
        assert all(s.path.exists() or list(s.path.parent.glob(s.path.name)) for s in sights)


def test_a_start_is_a_drawing_that_was_kept(copy: Place) -> None:
    name_clusters(copy, "drawings")
    with open_project(copy.project) as project:
        first = project.catalogue.drawings()[0]
        project.catalogue.decide([first.id], kept=False)
        kept = project.catalogue.drawings(kept=True)[0]
        assert str(project.at(kept.svg)) in next_step(project, summarise(project))
