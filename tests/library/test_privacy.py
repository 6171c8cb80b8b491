from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from strokebook.base.errors import StrokebookError
from strokebook.base.files import write_text
from strokebook.library.catalogue.purge_rows import hide_private
from strokebook.library.catalogue.records import NewDrawing


@pytest.fixture
def filled(work, make):
    make("sb48/art/005.jpg")
    make("sb48/art/006.jpg")
    work.scan()
    catalogue = work.catalogue
    for name in ("sb48p005", "sb48p006"):
        image = catalogue.page(name).image
        svg = f"drawings/{name}d01.svg"
        write_text(work.project / svg, "<svg/>")
        (made,) = catalogue.replace_drawings(image, [NewDrawing((1, 1, 9, 9), 1, 5, svg)])
        catalogue.put_vectors("pages", "net", {image: np.ones(2)})
        catalogue.put_vectors("drawings", "net", {made.key: np.ones(2)})
        catalogue.put_result("trace", image, "k", 0.1, {})
        catalogue.put_result("embed", made.id, "k", 0.1, {})
        catalogue.put_result("look", name, "k", 0.1, {})
        catalogue.set_verdicts("measure", {made.id: (False, "chain")}, replace=False)
        catalogue.set_rule_labels({image: ("drawings", 1.0)})
    catalogue.decide(["sb48p005d01"], kept=True)
    return work


def derived(work) -> dict[str, int]:
    tables = ("drawing", "vector", "stage_result", "verdict", "rule_label")
    return {t: work.catalogue.db.row(f"SELECT count(*) FROM {t}")[0] for t in tables}


def test_purging_removes_all_that_was_made_and_names_the_files(filled):
    image = filled.catalogue.page("sb48p005").image
    before = derived(filled)
    files = filled.catalogue.forget_derived(image)
    assert files == [Path("drawings/sb48p005d01.svg"), Path(f"cache/previews/{image}.jpg")]
    after = derived(filled)
    assert before == {"drawing": 2, "vector": 4, "stage_result": 6, "verdict": 3, "rule_label": 2}
    assert after == {"drawing": 1, "vector": 2, "stage_result": 3, "verdict": 1, "rule_label": 1}
    assert filled.catalogue.forget_derived(image) == [Path(f"cache/previews/{image}.jpg")]


def test_hand_work_outlives_a_purge(filled):
    image = filled.catalogue.page("sb48p005").image
    filled.catalogue.forget_derived(image)
    (again,) = filled.catalogue.replace_drawings(image, [NewDrawing((1, 1, 9, 9), 1, 5, "a.svg")])
    assert again.reason_source == "hand"


def test_hiding_deletes_the_files_of_private_pages_only(filled):
    assert hide_private(filled.catalogue, filled.project) == []
    image = filled.catalogue.tag("sb48p005", "private").image
    assert hide_private(filled.catalogue, filled.project) == []  # the artist was not asked yet
    filled.catalogue.confirm_purges()
    assert hide_private(filled.catalogue, filled.project) == [image]
    assert [p.name for p in (filled.project / "drawings").glob("*.svg")] == ["sb48p006d01.svg"]
    assert filled.previews == {filled.catalogue.page("sb48p006").image}
    assert hide_private(filled.catalogue, filled.project) == []


def test_a_file_that_cannot_be_deleted_is_told_and_not_forgotten(filled, monkeypatch):
    image = filled.catalogue.tag("sb48p005", "private").image
    filled.catalogue.confirm_purges()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda self, missing_ok=False: _deny())
        with pytest.raises(StrokebookError, match="cannot be deleted"):
            hide_private(filled.catalogue, filled.project)
    assert derived(filled)["drawing"] == 2
    assert hide_private(filled.catalogue, filled.project) == [image]


def _deny():
    raise PermissionError(13, "Permission denied")


def test_a_path_out_of_the_project_is_never_deleted(filled, tmp_path):
    (tmp_path / "precious.svg").write_text("mine")
    image = filled.catalogue.page("sb48p005").image
    filled.catalogue.replace_drawings(image, [NewDrawing((1, 1, 9, 9), 1, 5, "../precious.svg")])
    filled.catalogue.tag("sb48p005", "private")
    filled.catalogue.confirm_purges()
    with pytest.raises(StrokebookError, match="outside"):
        hide_private(filled.catalogue, filled.project)
    assert (tmp_path / "precious.svg").exists()
