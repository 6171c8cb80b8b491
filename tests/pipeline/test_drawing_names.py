from __future__ import annotations

from collections.abc import Iterator

import pytest

from strokebook.base.errors import UsageError
from strokebook.pipeline.names import expand_names
from strokebook.pipeline.project import Project, open_project

from place import Place


@pytest.fixture
def project(finished: Place) -> Iterator[Project]:
    with open_project(finished.project) as opened:
        yield opened


def test_a_page_stands_for_all_of_its_drawings(project: Project) -> None:
    drawings = project.catalogue.drawings()
    page = max((d.page for d in drawings), key=[d.page for d in drawings].count)
    ids = [d.id for d in drawings if d.page == page]
    assert len(ids) > 1
    assert expand_names(project, [page.upper()]) == ids
    assert expand_names(project, [ids[1], page]) == [ids[1], ids[0], *ids[2:]]


def test_drawings_clusters_and_unknown_names_stay(project: Project) -> None:
    names = ["sb48p001d01", "cluster:3", "nonsense"]
    assert expand_names(project, names) == names


def test_a_page_without_drawings_is_refused(project: Project) -> None:
    with_drawings = {d.page for d in project.catalogue.drawings()}
    page = next(p.id for p in project.catalogue.pages() if p.id not in with_drawings)
    with pytest.raises(UsageError, match=f"no drawings on page {page}"):
        expand_names(project, [page])
