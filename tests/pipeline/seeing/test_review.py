from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from strokebook.base import owned
from strokebook.base.errors import UsageError
from strokebook.cli.main import app
from strokebook.pipeline.editing import curate, history
from strokebook.pipeline.project import Project, open_project
from strokebook.pipeline.removal.purge import purge
from strokebook.pipeline.seeing.drawing_reasons import read_judgements
from strokebook.pipeline.seeing.page_reasons import explain_label
from strokebook.pipeline.seeing.review import (
    Review,
    draw_review_sheets,
    drawings_to_review,
    pages_to_review,
)

from place import Place


def test_pages_by_hand_and_private_ones_are_left_out(copy: Place) -> None:
    with open_project(copy.project) as project:
        everything = pages_to_review(project, 1000)
        private = {p.id for p in project.catalogue.pages() if p.private}
        assert private and not private & {item.name for item in everything}
        known = [i.confidence for i in everything if i.confidence is not None]
        assert known == sorted(known)
        assert all(i.confidence is not None for i in everything[: len(known)])
        curate.correct(project, [everything[0].name], "notes")
        left = {item.name for item in pages_to_review(project, 1000)}  # the classifier learnt
        assert left == {item.name for item in everything[1:]}


def test_each_decision_is_one_edit_and_undo_brings_it_back(copy: Place) -> None:
    with open_project(copy.project) as project:
        items = pages_to_review(project, 3)
        before = {i.name: project.catalogue.page(i.name).label_source for i in items}
        walk = Review(project, items)
        walk.confirm()
        walk.decide("covers")
        assert (walk.confirmed, walk.changed, walk.at) == (1, 1, 2)
        assert [e.says for e in history.next_undo(project, 2)] == [
            f"labelled {items[1].name} as covers",
            f"labelled {items[0].name} as {items[0].stands}",
        ]
        walk.undo()
        walk.undo()
        assert (walk.confirmed, walk.changed, walk.at) == (0, 0, 0)
        assert before == {i.name: project.catalogue.page(i.name).label_source for i in items}
        with pytest.raises(UsageError, match="Nothing was decided"):
            walk.undo()


def test_the_classifier_learns_once_from_all_that_was_decided(copy: Place) -> None:
    with open_project(copy.project) as project:
        catalogue = project.catalogue
        before = catalogue.result("labels", "all")
        walk = Review(project, pages_to_review(project, 3))
        for _ in range(3):
            walk.confirm()
        assert catalogue.result("labels", "all") == before  # no fit between two keys
        walk.learn()
        after = catalogue.result("labels", "all")
        assert before is not None and after is not None and after.key != before.key


def test_what_another_command_did_since_is_not_taken_back(copy: Place) -> None:
    with open_project(copy.project) as project:
        walk = Review(project, pages_to_review(project, 2))
        walk.confirm()
        curate.tag(project, [walk.items[1].name], "favourite")
        with pytest.raises(UsageError, match="Another command"):
            walk.undo()
        assert project.catalogue.page(walk.items[0].name).label_source == "hand"


def test_a_page_made_private_leaves_no_sheet(copy: Place) -> None:
    with open_project(copy.project) as project:
        items = pages_to_review(project, 5)
        sheets = draw_review_sheets(project, items, "pages")
        assert [s.name for s in sheets] == ["pages-01.jpg"]
        walk = Review(project, items)
        walk.hide()
        assert project.catalogue.page(items[0].name).private
        walk.at = 0
        walk.pass_hidden()
        assert walk.item == items[1]
        project.catalogue.confirm_purges()
        assert purge(project) is not None
        assert not sheets[0].exists()


def test_sheets_of_before_are_removed_and_files_of_others_stay(copy: Place) -> None:
    with open_project(copy.project) as project:
        items = pages_to_review(project, 50)
        many = [items[k % len(items)] for k in range(85)]
        assert len(draw_review_sheets(project, many, "pages")) == 3
        own = project.pictures / "review" / "pages-mine.jpg"
        own.write_bytes(b"mine")
        assert len(draw_review_sheets(project, items[:2], "pages")) == 1
        assert sheet_names(project) == ["pages-01.jpg", "pages-mine.jpg"]
        assert owned.is_ours(project.pictures / "review" / "pages-01.jpg")


def sheet_names(project: Project) -> list[str]:
    return sorted(path.name for path in (project.pictures / "review").glob("*.jpg"))


def test_drawings_kept_and_dropped_with_one_key(copy: Place) -> None:
    with open_project(copy.project) as project:
        items = drawings_to_review(project, 1000)
        sure = [item.confidence for item in items if item.confidence is not None]
        assert len(sure) == len(items) > 3 and sure == sorted(sure)
        assert "The measures take it for" in items[0].why
        walk = Review(project, items)
        other = "dropped" if items[0].stands == "kept" else "kept"
        walk.decide(other)
        decided = project.catalogue.drawing(items[0].name)
        assert (decided.kept, decided.reason_source) == (other == "kept", "hand")
        assert items[0].name not in {item.name for item in drawings_to_review(project, 1000)}
        walk.undo()
        assert project.catalogue.drawing(items[0].name).reason_source != "hand"


def test_why_a_page_has_its_label(copy: Place) -> None:
    with open_project(copy.project) as project:
        pages = project.catalogue.pages()
        page = next(p for p in pages if p.label_source == "classifier" and p.label == "drawings")
        why = explain_label(project, page)
        assert "comes from the classifier" in why and "% sure" in why
        curate.label_clusters(project, [f"{page.cluster}=faces"], kind="drawing")
        why = explain_label(project, project.catalogue.page(page.id))
        assert f"cluster {page.cluster} (" in why and "which you named 'faces'" in why
        assert "The rule alone would say" in why
        curate.correct(project, [page.id], "notes")
        assert "You labelled it 'notes' by hand on 20" in explain_label(
            project, project.catalogue.page(page.id)
        )
        private = next(p for p in project.catalogue.pages() if p.private)
        assert explain_label(project, private).startswith("It is private")


def test_drawings_why_and_json(copy: Place) -> None:
    words = ["-p", str(copy.project)]
    shown = CliRunner().invoke(app, ["drawings", "--why", "--kept", *words]).stdout.splitlines()
    listed = json.loads(
        CliRunner().invoke(app, ["drawings", "--why", "--kept", "--json", *words]).stdout
    )
    assert len(shown) == len(listed) > 3
    assert all(
        d["id"] in line and " % sure: " in line for d, line in zip(listed, shown, strict=True)
    )
    chances = [d["composition"]["chances"] for d in listed]
    assert all(set(c) == {"single", "chain", "pattern"} for c in chances)
    assert all(sum(c.values()) == pytest.approx(1) for c in chances)
    assert np.mean([c["single"] > 0.5 for c in chances]) > 0.8
    with open_project(copy.project) as project:
        curate.decide(project, [listed[0]["id"]], kept=False)
    shown = CliRunner().invoke(app, ["drawings", "--why", "--dropped", *words]).stdout
    assert f"{listed[0]['id']}  Dropped: by hand, which holds before all else." in shown


def test_drop_and_keep_by_measure_is_one_edit(copy: Place) -> None:
    with open_project(copy.project) as project:
        judged = read_judgements(project)
        alone = [d for d in project.catalogue.drawings() if judged[d.key].kind == "single"]
        result = curate.decide(project, ["measure:single"], kept=False)
        assert {d.id for d in result.drawings} == {d.id for d in alone}
        dropped = project.catalogue.drawing(alone[0].id)
        assert (dropped.kept, dropped.reason_source) == (False, "hand")
        assert dropped.reason == "by hand, as single by its measures"
        with pytest.raises(UsageError, match="take no drawing for a single"):
            curate.decide(project, ["measure:single"], kept=True)
        history.undo(project, 1)
        assert project.catalogue.drawing(alone[0].id).reason_source != "hand"
        with pytest.raises(UsageError, match="no composition 'chian'"):
            curate.decide(project, ["measure:chian"], kept=False)
