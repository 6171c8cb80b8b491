"""Our lists of files outlive the catalogue, so privacy has to reach them too."""

from __future__ import annotations

from strokebook.base.manifest import MARK
from strokebook.library.catalogue.filed_rows import FILED, LIST
from strokebook.library.disk.previews import preview_path
from strokebook.pipeline.editing import curate
from strokebook.pipeline.project import open_project
from strokebook.pipeline.removal.purge import purge

from place import Place


def test_the_list_forgets_a_page_that_became_private(copy: Place) -> None:
    path = copy.project / FILED / LIST
    with open_project(copy.project) as project:
        page = next(p for p in project.catalogue.pages() if p.label == "drawings")
        assert page.id in path.read_text(encoding="utf-8")
        curate.tag(project, [page.id], "private")
        project.catalogue.confirm_purges()
        purge(project)
        assert len(project.catalogue.filed()) > 1
    text = path.read_text(encoding="utf-8")
    assert page.id not in text and page.image not in text and '"mode"' in text


def test_the_marks_forget_files_that_went_just_before_a_kill(copy: Place) -> None:
    with open_project(copy.project) as project:
        drawing = project.catalogue.drawings()[0]
        curate.tag(project, [drawing.page], "private")
        project.catalogue.confirm_purges()
        preview_path(project.folder, drawing.image).unlink()
        (project.folder / drawing.svg).unlink()
        purge(project)
    marks = [mark.read_text(encoding="utf-8") for mark in copy.project.rglob(MARK)]
    assert len(marks) > 3
    assert not any(drawing.image in text for text in marks)
