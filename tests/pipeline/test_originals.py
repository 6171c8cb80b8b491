"""What the artist has is never deleted, whatever strokebook makes beside it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from strokebook.base import owned
from strokebook.base.errors import UsageError
from strokebook.base.manifest import MARK
from strokebook.demo import make_library
from strokebook.pipeline.editing import curate
from strokebook.pipeline.project import SETTINGS, open_project
from strokebook.pipeline.removal.purge import purge
from strokebook.pipeline.run import run_all
from strokebook.pipeline.settings import load_settings

from place import SETTINGS as SMALL
from place import Place

STRANGERS = {"pictures/family/wedding.jpg": b"wedding", "datasets/thesis.csv": b"thesis"}


def hashes(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in folder.rglob("*")
        if p.is_file()
    }


def put_strangers(folder: Path) -> None:
    for name, content in STRANGERS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def make_private(project: Path, page: str) -> None:
    with open_project(project) as opened:
        curate.tag(opened, [page], "private")
        opened.catalogue.confirm_purges()
        purge(opened)


def some_page(project: Path) -> str:
    with open_project(project) as opened:
        return next(p.id for p in opened.catalogue.pages() if not p.private)


@pytest.fixture
def around(tmp_path: Path) -> Path:
    """A project that an earlier version let be made around its library."""
    make_library(tmp_path / "art" / "pictures" / "scans", seed=11, pages=6)
    (tmp_path / "art" / SETTINGS).write_text(SMALL.replace("../library", "pictures/scans"))
    return tmp_path / "art"


def test_a_private_tag_leaves_the_scans_that_lie_in_the_project(around: Path) -> None:
    before = hashes(around / "pictures" / "scans")
    with open_project(around) as project:
        run_all(project, "scan")
    make_private(around, some_page(around))
    assert hashes(around / "pictures" / "scans") == before


def test_a_private_tag_leaves_what_the_artist_keeps_in_the_project(copy: Place) -> None:
    put_strangers(copy.project)
    copy.run()
    make_private(copy.project, some_page(copy.project))
    assert {n: (copy.project / n).read_bytes() for n in STRANGERS} == STRANGERS
    left = [p for p in (copy.project / "pictures").rglob("*") if p.suffix in (".png", ".jpg")]
    assert [p.name for p in left] == ["wedding.jpg"]  # and ours are gone


def test_what_a_link_leads_to_is_neither_written_nor_deleted(copy: Place, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (copy.project / "pictures").rename(elsewhere)
    (copy.project / "pictures").symlink_to(elsewhere)
    before = hashes(elsewhere)
    make_private(copy.project, some_page(copy.project))
    with pytest.raises(owned.LinkedFolderError, match="pictures is a link"):
        copy.run()
    assert hashes(elsewhere) == before


def test_an_older_project_takes_over_only_what_its_catalogue_names(copy: Place) -> None:
    for mark in copy.project.rglob(MARK):
        mark.unlink()
    put_strangers(copy.project)
    with open_project(copy.project) as project:
        page = project.catalogue.drawings(kept=True)[0].page  # a model has learnt from it
    for mark in copy.project.rglob(MARK):
        mark.unlink()
    ours = {
        p.relative_to(copy.project).as_posix()
        for name in ("pictures", "drawn", "datasets", "models/drawings")
        for p in (copy.project / name).rglob("*")
        if p.is_file() and p.name != MARK
    } - set(STRANGERS)
    make_private(copy.project, page)
    left = {name for name in ours if (copy.project / name).exists()}
    assert left == set()
    assert {n: (copy.project / n).read_bytes() for n in STRANGERS} == STRANGERS


def test_a_new_project_is_refused_where_a_folder_is_the_artists(tmp_path: Path) -> None:
    make_library(tmp_path / "library", seed=11, pages=2)
    put_strangers(tmp_path / "home")
    with (
        pytest.raises(UsageError, match="datasets already exists and was not made by strokebook"),
        open_project(tmp_path / "home", library=tmp_path / "library"),
    ):
        pass
    assert set(hashes(tmp_path / "home")) == set(STRANGERS)


@pytest.mark.parametrize(("library", "project"), [("art/scans", "art"), ("art", "art/project")])
def test_a_new_project_and_its_library_do_not_lie_in_each_other(
    tmp_path: Path, library: str, project: str
) -> None:
    make_library(tmp_path / library, seed=11, pages=2)
    before = hashes(tmp_path)
    with (
        pytest.raises(UsageError, match="lies inside"),
        open_project(tmp_path / project, library=tmp_path / library),
    ):
        pass
    assert hashes(tmp_path) == before


def test_a_project_around_its_library_says_how_to_move(around: Path) -> None:
    from strokebook.cli.main import app

    result = CliRunner().invoke(app, ["status", "--project", str(around)])
    assert result.exit_code == 0
    assert "lies inside the project's folder" in result.stderr


@pytest.mark.parametrize("name", ["../../x", "/tmp/x", "a/b", "", "con"])
def test_a_data_sets_name_stays_in_its_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / SETTINGS).write_text(f'[dataset]\nname = "{name}"\n')
    with pytest.raises(UsageError, match=r"\[dataset\] name"):
        load_settings(tmp_path / SETTINGS)


def test_a_drawing_that_was_edited_by_hand_is_not_overwritten(copy: Place) -> None:
    with open_project(copy.project) as project:
        drawing = project.catalogue.drawings()[0]
    path = copy.project / drawing.svg
    path.write_text(path.read_text() + "<!-- mine -->")
    with (copy.project / SETTINGS).open("a") as file:
        file.write("[join]\nbend = 44.0\n")
    outcome = copy.run("figures")["figures"]
    assert [r.subject for r in outcome.diagnostics] == [drawing.page]
    assert "was changed since" in outcome.diagnostics[0].reason
    assert path.read_text().endswith("<!-- mine -->")


def test_a_picture_that_was_edited_by_hand_stays_and_the_others_are_drawn(copy: Place) -> None:
    path = copy.project / "pictures" / "map.png"
    path.write_bytes(b"mine")
    with open_project(copy.project) as project:
        project.catalogue.forget_results("picture")
        run_all(project, "embed")
        done = project.catalogue.results("picture")
    assert path.read_bytes() == b"mine"
    assert "map.png" not in done and "map-pages.jpg" in done
