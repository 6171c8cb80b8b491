"""rank_pages: a second scan first with the reason, what looks alike after it, nothing private."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.seeing.second_scans import scan_again
from strokebook.base.errors import StrokebookError, UsageError
from strokebook.base.imaging.images import open_image
from strokebook.pipeline.editing import curate
from strokebook.pipeline.project import open_project
from strokebook.pipeline.seeing import vector_file
from strokebook.pipeline.seeing.page_search import rank_pages
from strokebook.vision.search import approximate, ink_map

from place import Place, make_place

PAGE = "sb48p004"


def test_a_second_scan_finds_its_page_first_and_says_why(copy: Place) -> None:
    with open_project(copy.project) as project:
        scan = open_image(project.library / project.catalogue.page(PAGE).path)
        again = scan_again(scan, np.random.default_rng(1))
        for picture, turned in ((again, 2), (again.rotate(180), 178)):
            first, *others = rank_pages(project, picture, 5)
            assert first.page == PAGE and first.score > 1.8
            assert first.why.startswith("same page, turned ")
            assert abs(float(first.why.split("turned ")[1].split("°")[0]) - turned) < 0.3
            assert len(others) == 4 and all(other.score <= 1 for other in others)
            assert all(other.why.startswith("looks alike (") for other in others)
            assert [o.score for o in others] == sorted((o.score for o in others), reverse=True)


def test_a_page_is_not_found_by_itself_and_private_ones_never(copy: Place) -> None:
    with open_project(copy.project) as project:
        count = len(project.catalogue.standing_pages())
        pages = [match.page for match in rank_pages(project, PAGE, 100)]
        assert len(pages) == len(set(pages)) == count - 1 and PAGE not in pages
        private = {page.id for page in project.catalogue.pages() if page.private}
        assert private and private.isdisjoint(pages)
        curate.tag(project, [pages[0]], "private")  # its removal is not confirmed yet
        assert pages[0] not in [match.page for match in rank_pages(project, PAGE, 100)]
        with pytest.raises(UsageError, match="is private"):
            rank_pages(project, pages[0], 3)


def test_before_a_run_there_is_nothing_to_look_for(tmp_path) -> None:  # type: ignore[no-untyped-def]
    place = make_place(tmp_path)
    place.library.mkdir()
    with (
        open_project(place.project) as project,
        pytest.raises(StrokebookError, match="not looked at yet"),
    ):
        rank_pages(project, "sb48p001", 3)


def test_one_file_holds_the_vectors_of_many_pages(
    copy: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_project(copy.project) as project:
        expected = rank_pages(project, PAGE, 8)
        folder = project.at("cache", "vectors")
        assert not folder.exists()  # of few pages none is made
        monkeypatch.setattr(vector_file, "LEAST", 3)
        by_file = rank_pages(project, PAGE, 8)
        assert [match.page for match in by_file] == [match.page for match in expected]
        assert np.allclose([m.score for m in by_file], [m.score for m in expected], atol=2e-3)
        files = sorted(path.name for path in folder.glob("*.npy"))
        assert [name.partition("-")[0] for name in files] == ["ink", "network"]
        (folder / files[0]).write_bytes(b"torn")
        assert [m.page for m in rank_pages(project, PAGE, 8)] == [m.page for m in expected]


def test_the_file_goes_when_a_page_becomes_private(
    copy: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_file, "LEAST", 3)
    with open_project(copy.project) as project:
        other, image = "sb48p005", project.catalogue.page("sb48p005").image
        rank_pages(project, PAGE, 3)
        before = set(project.at("cache", "vectors").glob("*.npy"))
        assert len(before) == 2
        curate.tag(project, [other], "private")
        project.catalogue.confirm_purges()
    copy.run("scan")
    with open_project(copy.project) as project:
        assert not any(path.exists() for path in before)
        assert image not in project.catalogue.vector_keys("search", ink_map.NAME)
        assert other not in [match.page for match in rank_pages(project, PAGE, 100)]
        now = set(project.at("cache", "vectors").glob("*.npy"))
        assert len(now) == 2 and now.isdisjoint(before)


def test_very_many_vectors_are_put_into_a_graph_or_it_says_what_is_missing(
    copy: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("usearch")
    monkeypatch.setattr(vector_file, "LEAST", 3)
    with open_project(copy.project) as project:
        expected = [match.page for match in rank_pages(project, PAGE, 5)]
        monkeypatch.setattr(approximate, "MANY", 3)
        assert [match.page for match in rank_pages(project, PAGE, 5)] == expected
        graphs = list(project.at("cache", "vectors").glob("*.usearch"))
        assert len(graphs) == 2
        said: list[str] = []
        monkeypatch.setattr(vector_file, "has_package", lambda name: False)
        monkeypatch.setattr(type(project.progress), "say", lambda _, text: said.append(text))
        assert [match.page for match in rank_pages(project, PAGE, 5)] == expected
        assert any("strokebook[large]" in text for text in said)
