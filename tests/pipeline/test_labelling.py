"""Labels by the classifier in a project: learnt, kept, learnt anew at a word, gone with a page."""

from __future__ import annotations

import json

from strokebook.cli.look import page_json
from strokebook.pipeline.editing import curate, history
from strokebook.pipeline.project import Project, open_project
from strokebook.pipeline.project_backbone import ProjectBackbone
from strokebook.pipeline.removal.purge import HEAD_FILES, purge
from strokebook.pipeline.stage import usable_pages
from strokebook.pipeline.stages.labelling import label_pages, sorted_pages

from place import Place


def again(project: Project) -> str:
    looked = ProjectBackbone(project).known_fingerprint
    assert looked is not None
    return label_pages(project, looked, usable_pages(project))


def head(project: Project) -> bytes:
    return project.at("models", "vision", HEAD_FILES[0]).read_bytes()


def truth(place: Place) -> dict[str, str]:
    pages = json.loads((place.library / "truth.json").read_text())
    return {path: entry["kind"] for path, entry in pages.items()}


def test_a_run_labels_every_page_and_says_how_sure_that_is(finished: Place) -> None:
    kinds = truth(finished)
    with open_project(finished.project) as project:
        pages = usable_pages(project)
        assert {page.label_source for page in pages} == {"classifier"}
        assert all(0.5 < (page.confidence or 0) <= 1 for page in pages)
        assert [page.kind for page in pages] == [kinds[page.path] for page in pages]
        assert page_json(pages[0])["confidence"] == pages[0].confidence
        result = project.catalogue.result("labels", "all")
        assert result is not None
        assert set(result.summary["learnt_on"]) == {page.image for page in pages}
        card = json.loads(project.at("models", "vision", "labels.json").read_text())
    assert card["by_hand"] == 0
    assert card["by_evidence"] > 10
    assert card["scores"]["pages"] > 0
    for name in ("labels-confusion.png", "labels-reliability.png"):
        assert (finished.project / "pictures" / name).stat().st_size > 5000


def test_corrections_are_learnt_at_once_and_unlearnt_by_undo(copy: Place) -> None:
    with open_project(copy.project) as project:
        drawings = project.catalogue.pages(kind="drawing")
        before = project.catalogue.class_labels()
        curate.correct(project, [page.id for page in drawings[:4]], "faces", kind="drawing")
        after = project.catalogue.class_labels()
        result = project.catalogue.result("labels", "all")
        assert result is not None
        assert result.summary["by_hand"] == 4
        assert (
            "faces"
            in json.loads(project.at("models", "vision", "labels.json").read_text())["labels"]
        )
        assert after != before
        assert project.catalogue.page(drawings[0].id).label_source == "hand"
        history.undo(project, 1)
        assert project.catalogue.class_labels() == before


def test_nothing_is_learnt_anew_without_a_reason(copy: Place) -> None:
    with open_project(copy.project) as project:
        kept, labels = head(project), project.catalogue.class_labels()
        lost = next(iter(labels))
        project.catalogue.forget_class_labels([lost])
        assert again(project) == ""
        assert head(project) == kept
        assert project.catalogue.class_labels() == labels
        project.at("models", "vision", HEAD_FILES[1]).unlink()  # somebody deleted it
        assert "plain to see" in again(project)
        assert project.catalogue.class_labels() == labels


def test_a_private_page_takes_the_classifier_with_it(copy: Place) -> None:
    with open_project(copy.project) as project:
        page = project.catalogue.pages(kind="drawing")[0]
        curate.tag(project, [page.id], "private")
        assert again(project) == ""  # not confirmed yet, and not learnt from any more
        learnt = project.catalogue.result("labels", "all")
        assert learnt is not None
        assert page.image not in learnt.summary["learnt_on"]
        kept = head(project)
        project.catalogue.confirm_purges()
        purge(project)
        assert page.image not in project.catalogue.class_labels()
        assert not project.at("pictures", "labels-confusion.png").exists()
        assert head(project) == kept  # it had not heard of the page


def test_a_classifier_that_learnt_from_a_private_page_is_removed(copy: Place) -> None:
    with open_project(copy.project) as project:
        page = project.catalogue.pages(kind="drawing")[0]
        project.catalogue.tag(page.id, "private")  # killed before anything was learnt anew
        project.catalogue.confirm_purges()
        purge(project)
        assert not any(project.at("models", "vision", name).exists() for name in HEAD_FILES)
        assert project.catalogue.result("labels", "all") is None
        assert project.catalogue.class_labels() == {}


def test_what_the_artist_named_wins_over_the_classifier(copy: Place) -> None:
    with open_project(copy.project) as project:
        page = project.catalogue.pages(kind="watercolour")[0]
        curate.label_clusters(project, [f"{page.cluster}=washes"], kind="watercolour")
        named = project.catalogue.page(page.id)
        assert (named.label, named.label_source) == ("washes", "cluster")
        assert named.confidence is not None


def test_tuning_leaves_out_what_lies_mixed_with_labelled_pages(copy: Place) -> None:
    with open_project(copy.project) as project:
        pages = usable_pages(project)
        assert {label for _, label in sorted_pages(project, pages)} >= {"art", "notes"}
        art = [page for page in pages if page.folder == "art"]
        curate.correct(project, [page.id for page in art[:4]], "drawings")
        some = {page.id: label for page, label in sorted_pages(project, pages)}
        assert some[art[0].id] == "drawings"
        assert some[art[5].id] == "art"
        curate.correct(project, [page.id for page in art[4:8]], "watercolours")
        some = {page.id: label for page, label in sorted_pages(project, pages)}
        assert art[9].id not in some
        assert {some[page.id] for page in art[:8]} == {"drawings", "watercolours"}
