"""What a run replaces and what is dear can be brought back; what is private cannot."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from strokebook.base import owned, trees
from strokebook.base.errors import StrokebookError, UsageError
from strokebook.base.files import write_json, write_text
from strokebook.library.edits import trash
from strokebook.pipeline.project import SETTINGS, Project, open_project
from strokebook.pipeline.removal.purge import purge
from strokebook.pipeline.stages import train


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    (tmp_path / "library").mkdir()
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / SETTINGS).write_text('[project]\nlibrary = "../library"\n')
    with open_project(tmp_path / "project") as opened:
        yield opened


def put_model(folder: Path, content: str = "weights", seconds: float = 0.0) -> None:
    with owned.owning("train"):
        write_text(folder / "best.safetensors", content)
        write_json(folder / "last.json", {"loop": {"seconds": seconds}})


def keep_model(project: Project, content: str = "weights") -> trash.Kept | None:
    put_model(project.at("models", "drawings"), content)
    where = [project.at("models", "drawings")]
    return trash.keep(project.folder, where, what="model", why="replaced", stage="train")


def test_a_replaced_model_is_kept_and_comes_back(project: Project) -> None:
    model, work = project.at("models", "drawings"), project.at("models", ".training-1")
    put_model(model, "former")
    put_model(work, "new")
    train._put_in_place(project, work, model)
    assert (model / "best.safetensors").read_text() == "new" and not work.exists()
    (kept,) = trash.entries(project.folder)
    assert (kept.number, kept.what, kept.origins) == (1, "model", ("models/drawings",))
    with pytest.raises(StrokebookError, match="stands where entry 1 would go"):
        trash.restore(project.folder, 1)
    assert not trees.remove_tree(model)
    trash.restore(project.folder, 1)
    assert (model / "best.safetensors").read_text() == "former"
    assert owned.is_ours(model / "best.safetensors")
    assert trash.entries(project.folder) == [] and not project.at("trash", "0001").exists()


def test_what_the_artist_put_beside_a_model_stays_there(project: Project) -> None:
    model, work = project.at("models", "drawings"), project.at("models", ".training-1")
    put_model(model, "former")
    (model / "notes.txt").write_text("mine")
    put_model(work, "new")
    train._put_in_place(project, work, model)
    assert (model / "notes.txt").read_text() == "mine"
    assert (model / "best.safetensors").read_text() == "new"
    assert not list(project.at("trash").rglob("notes.txt"))


def test_only_a_training_of_more_than_a_minute_is_kept(project: Project) -> None:
    put_model(project.at("models", ".training-short"), seconds=59)
    put_model(project.at("models", ".training-long"), seconds=61)
    put_model(project.at("models", ".training-now"))
    train._clear_others(project, project.at("models", ".training-now"))
    left = sorted(p.name for p in project.at("models").iterdir() if p.is_dir())
    assert [name for name in left if name.startswith(".training")] == [".training-now"]
    assert [kept.origins for kept in trash.entries(project.folder)] == [("models/.training-long",)]


def test_the_trash_keeps_ten_models_and_nothing_longer_than_a_month(project: Project) -> None:
    for number in range(12):
        keep_model(project, f"model {number}")
    assert [kept.number for kept in trash.entries(project.folder)] == list(range(3, 13))
    record = project.at("trash", "0012", "record.json")
    old = dataclasses.replace(trash.entries(project.folder)[-1], at="2020-01-01T00:00:00+00:00")
    with owned.owning("trash"):
        write_json(record, dataclasses.asdict(old))
    trash.tidy(project.folder)
    assert [kept.number for kept in trash.entries(project.folder)] == list(range(3, 12))
    assert not record.parent.exists()


def test_an_unknown_number_and_a_hostile_record_bring_nothing_back(project: Project) -> None:
    with pytest.raises(UsageError, match="no entry 7"):
        trash.restore(project.folder, 7)
    keep_model(project)
    record = project.at("trash", "0001", "record.json")
    value = json.loads(record.read_text())
    record.write_text(json.dumps(value | {"origins": ["../../elsewhere"]}))
    with pytest.raises(StrokebookError, match="outside"):
        trash.restore(project.folder, 1)
    record.write_text("[]")
    assert trash.entries(project.folder) == []


def forget_products(project: Project, images: list[str]) -> list[Path]:
    """A purge of images that a model has learnt from; the files that it leaves to the artist."""
    for image in images:
        project.catalogue.note_purge(image, "sb01p001", confirmed=True)
    project.catalogue.note_trained(images)
    report = purge(project)
    assert report is not None
    return list(report.left)


def test_nothing_made_of_a_private_page_stays_in_the_trash(project: Project) -> None:
    keep_model(project)
    assert forget_products(project, ["image"]) == []
    assert [p for p in project.at("trash").rglob("*") if p.suffix] == []


def test_a_private_pages_file_that_was_changed_is_named_until_it_is_gone(
    project: Project,
) -> None:
    ours, other = project.at("traces", "a.svg"), project.at("traces", "b.svg")
    for path, owner in ((ours, "private"), (other, "another")):
        with owned.owning("trace", owner):
            write_text(path, "<svg/>")
    ours.write_text("by hand")
    for _ in range(2):
        assert forget_products(project, ["private"]) == [ours]
    ours.unlink()
    assert forget_products(project, ["private"]) == []
    assert other.exists()


def test_what_a_drawing_command_wrote_for_the_artist_stays(project: Project) -> None:
    write_text(project.at("drawn", "mine.svg"), "<svg/>")
    with owned.owning("draw"):
        write_text(project.at("drawn", "samples.svg"), "<svg/>")
    forget_products(project, ["image"])
    assert [p.name for p in project.at("drawn").glob("*.svg")] == ["mine.svg"]
