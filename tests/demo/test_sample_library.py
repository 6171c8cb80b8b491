from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from strokebook.base.errors import StrokebookError, UsageError
from strokebook.base.files import file_digest
from strokebook.demo.library import _plan, make_library


def digests(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): file_digest(p) for p in sorted(folder.rglob("*")) if p.is_file()
    }


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample") / "library"
    make_library(out, seed=5, pages=5, workers=2)
    return out


def test_the_truth_names_every_page_and_only_pages(library: Path) -> None:
    truth = json.loads((library / "truth.json").read_text())
    pages = {str(p.relative_to(library)) for p in library.rglob("*.jpg")}
    assert set(truth) == pages
    folders = {name.split("/")[1] for name in pages}
    assert folders == {"art", "notes", "cover", "xtra", "priv"}
    assert {t["kind"] for t in truth.values()} <= {
        "drawing", "watercolour", "notes", "cover", "bad-scan",
    }  # fmt: skip
    for name, entry in truth.items():
        with Image.open(library / name) as page:
            assert page.format == "JPEG"
            assert page.info["dpi"] == (171, 171)
            for drawing in entry.get("drawings", []):
                x0, y0, x1, y1 = drawing["box"]
                assert x0 < x1 <= page.width + 4 and y0 < y1 <= page.height + 4
    (private,) = [t for n, t in truth.items() if "/priv/" in n]
    assert private["marker"]["rgb"] == [236, 40, 190]


def test_the_same_seed_gives_the_same_bytes_with_any_number_of_workers(
    library: Path, tmp_path: Path
) -> None:
    make_library(tmp_path / "again", seed=5, pages=5, workers=1)
    assert digests(tmp_path / "again") == digests(library)


def test_a_complete_library_is_left_alone_and_a_cut_off_one_is_completed(
    library: Path, tmp_path: Path
) -> None:
    out = tmp_path / "cut"
    first = make_library(out, seed=5, pages=1)
    assert first.drawn_now
    before = digests(out)
    assert not make_library(out, seed=5, pages=1).drawn_now
    (out / "truth.json").unlink()
    next(out.rglob("art/*.jpg")).unlink()
    assert make_library(out, seed=5, pages=1).drawn_now
    assert digests(out) == before


def test_other_things_in_the_folder_are_never_touched(library: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("kept")
    with pytest.raises(StrokebookError, match="not empty"):
        make_library(tmp_path)
    with pytest.raises(StrokebookError, match="other settings"):
        make_library(library, seed=6, pages=5)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(UsageError, match="at least one page"):
        make_library(tmp_path / "none", pages=0)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StrokebookError, match="cannot be written"):
        make_library(tmp_path / "file" / "out", pages=1)


@pytest.mark.parametrize("seed", range(5))
def test_the_default_book_has_its_shares(seed: int) -> None:
    jobs = _plan(np.random.default_rng(seed), 48, "sb48")
    art = [j for j in jobs if j.what in {"drawing", "pattern", "watercolour"}]
    assert len(art) == 48
    assert 90 <= sum(j.count for j in art if j.what == "drawing") <= 140
    assert 2 <= sum(j.what == "pattern" for j in art) <= 4
    assert all(8 <= j.count <= 12 for j in art if j.what == "pattern")
    assert 6 <= sum(j.what == "watercolour" for j in art) <= 12
    assert {j.what for j in jobs} >= {"notes", "cover", "bad-scan", "private"}
    assert [j.number for j in jobs] == list(range(1, len(jobs) + 1))


def test_a_hand_letters_the_pages_and_says_what_is_written(tmp_path: Path, library: Path) -> None:
    make_library(tmp_path / "lettered", seed=5, pages=5, hand="block")
    truth = json.loads((tmp_path / "lettered" / "truth.json").read_text())
    plain = json.loads((library / "truth.json").read_text())
    assert truth.keys() == plain.keys()
    assert not any("written" in entry for entry in plain.values())
    assert truth["sb48/cover/001.jpg"]["written"]["dates"] == ["2023-10-30", "2024-01-27"]
    five = next(entry for name, entry in truth.items() if name.endswith("005.jpg"))
    assert five["written"] == {} or five["written"]["date"].startswith("202")
    assert truth["sb48/art/002.jpg"]["written"]["number"] == "2"
    with pytest.raises(UsageError, match="no hand 'gothic'"):
        make_library(tmp_path / "none", seed=5, pages=5, hand="gothic")
