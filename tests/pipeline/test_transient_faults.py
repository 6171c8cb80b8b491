"""A transient fault is no result: the next run tries again, and nothing hangs on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from strokebook.base.errors import StrokebookError
from strokebook.base.progress import Silent
from strokebook.cli.main import app
from strokebook.library.catalogue.migrations import migrate
from strokebook.library.catalogue.schema import MIGRATIONS
from strokebook.library.sqlite.database import Database
from strokebook.pipeline.mounted import Mounted
from strokebook.pipeline.project import Project, open_project
from strokebook.pipeline.stages.figures import separate_pages
from strokebook.pipeline.stages.trace import trace_file, trace_pages, traceable

from place import Place


def forget_traces(project: Project) -> int:
    shutil.rmtree(project.at("cache", "traces"))
    project.catalogue.forget_results("trace")
    return len(traceable(project))


def test_a_page_that_was_away_is_traced_by_the_next_run_and_keeps_its_drawings(copy: Place) -> None:
    with open_project(copy.project) as project:
        page = next(p for p in traceable(project) if project.catalogue.drawings(image=p.image))
        drawings = project.catalogue.drawings(image=page.image)
        trace_file(project, page).unlink()
        project.catalogue.forget_results("trace", [page.image])
        scan = copy.library / page.path
        scan.rename(copy.folder / "away.jpg")
        outcome = trace_pages(project)
        assert [r.transient for r in outcome.diagnostics if r.is_error] == [True]
        assert project.catalogue.result("trace", page.image) is None
        (copy.folder / "away.jpg").rename(scan)
        outcome = trace_pages(project)
        assert outcome.worked == 1 and not [r for r in outcome.diagnostics if r.is_error]
        assert separate_pages(project).worked == 0  # the same strokes: nothing below is made anew
        assert project.catalogue.drawings(image=page.image) == drawings


def test_drawings_of_former_settings_stay_until_a_page_can_be_traced_again(copy: Place) -> None:
    with open_project(copy.project) as project:
        page = next(p for p in traceable(project) if project.catalogue.drawings(image=p.image))
        drawings = project.catalogue.drawings(image=page.image)
        project.catalogue.put_result("trace", page.image, "of former settings", 0.0, {})
        figures = project.catalogue.result("figures", page.image)
        project.catalogue.put_result("figures", page.image, "of former settings", 0.0, {})
        scan = copy.library / page.path
        scan.rename(copy.folder / "away.jpg")
        trace_pages(project)
        separate_pages(project)
        assert project.catalogue.drawings(image=page.image) == drawings
        (copy.folder / "away.jpg").rename(scan)
        assert (trace_pages(project).worked, separate_pages(project).worked) == (1, 1)
        assert project.catalogue.result("figures", page.image).key == figures.key


class Unplugging(Silent):
    """Takes the library away when the first page is done."""

    def __init__(self, library: Path) -> None:
        self.library, self.done = library, 0

    def track(self, items: Iterable, what: str, total: int | None = None) -> Iterator:
        for item in items:
            self.done += what == "trace pages"
            yield item
            if self.done == 1 and self.library.exists():
                self.library.rename(self.library.with_name("unplugged"))


@pytest.mark.parametrize("stub", [False, True])  # whether the mount point stays, empty
def test_a_library_that_goes_away_stops_the_stage_with_one_sentence(
    copy: Place, stub: bool
) -> None:
    with open_project(copy.project, progress=Unplugging(copy.library)) as project:
        count = forget_traces(project)
        with pytest.raises(StrokebookError, match=r"went away\. Mount it and run again"):
            trace_pages(project)
        assert not [r for r in project.catalogue.diagnostics("trace") if r.is_error]
    (copy.folder / "unplugged").rename(copy.library)
    with open_project(copy.project) as project:
        outcome = trace_pages(project)
        assert outcome.ready >= 1 and outcome.worked + outcome.ready == count
        assert not [r for r in outcome.diagnostics if r.is_error]


def test_an_empty_mount_point_is_no_library(tmp_path: Path) -> None:
    (tmp_path / "library" / "sb1").mkdir(parents=True)
    mounted = Mounted(tmp_path / "library")
    mounted.check()
    shutil.rmtree(tmp_path / "library" / "sb1")
    with pytest.raises(StrokebookError, match="went away"):
        mounted.check()


def test_a_project_that_cannot_be_written_stops_the_stage(copy: Place) -> None:
    with open_project(copy.project) as project:
        forget_traces(project)
        project.at("cache", "traces").write_text("a file where the folder should be")
        with pytest.raises(StrokebookError, match=r"cannot be written.*run again"):
            trace_pages(project)


def test_retry_tries_lasting_refusals_too(copy: Place) -> None:
    damaged = copy.library / "sb48" / "art" / "900.jpg"
    damaged.write_bytes(b"\xff\xd8\xff" + b"no picture" * 50)
    copy.run("scan")
    with open_project(copy.project) as project:
        page = traceable(project)[0]
        key = project.catalogue.result("trace", page.image).key
        project.catalogue.put_result("trace", page.image, key, 0.0, {"refused": True})
        assert trace_pages(project).worked == 0  # kept: the same page would be refused again
    found = CliRunner().invoke(app, ["retry", "-p", str(copy.project)])
    assert "2 refused before: tried again" in found.stdout
    assert found.exit_code == 1  # the damaged one is refused again, and named
    with open_project(copy.project) as project:
        assert not project.catalogue.result("trace", page.image).summary.get("refused")


def test_refusals_kept_by_earlier_versions_are_tried_once_more(tmp_path: Path) -> None:
    db = Database(tmp_path / "old.db")
    migrate(db, MIGRATIONS[:1])
    rows = "INSERT INTO stage_result VALUES ('trace', ?, 'key', 0, ?, 'at')"
    db.run(rows, ("refused", '{"refused": true}'))
    db.run(rows, ("good", '{"strokes": 3}'))
    for name, state in (("torn", "refused"), ("whole", "ok")):
        db.run("INSERT INTO image (hash, state) VALUES (?, ?)", (name, state))
    migrate(db)
    assert [row[0] for row in db.rows("SELECT item FROM stage_result")] == ["good"]
    states = {row[0]: row[1] for row in db.rows("SELECT hash, state FROM image")}
    assert states == {"torn": "new", "whole": "ok"}
    db.close()
