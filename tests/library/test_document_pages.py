"""PDFs and multi-page TIFFs as pages of a sketchbook: ids, hand work, privacy, filing, refusals."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from strokebook.base.imaging.images import open_image
from strokebook.library.catalogue.purge_rows import hide_private
from strokebook.library.disk.page_ids import assign, parse
from strokebook.library.filing import file_pages, sync
from strokebook.library.flat import flat_export


def picture(seed: int) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 255, (7, 6, 3), np.uint8)
    return Image.fromarray(pixels).resize((48, 56), Image.Resampling.BICUBIC)


def document(path: Path, *seeds: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    first, *others = [picture(seed) for seed in seeds]
    first.save(path, save_all=True, append_images=others)
    return path


def ids(work) -> list[str]:
    return [page.id for page in work.catalogue.pages()]


def hide(work, page: str) -> None:
    """Tag a page private, and agree that what was made of it goes."""
    work.catalogue.tag(page, "private")
    work.catalogue.confirm_purges()
    hide_private(work.catalogue, work.project)


@pytest.mark.parametrize(
    ("path", "page", "folder"),
    [
        ("sb48/scan.pdf/012", "sb48p012", None),
        ("sb48/art/scan.tif/001", "sb48p001", "art"),
        ("sb48/art/010-042.pdf/003", "sb48p012", "art"),
        ("sb48/art/010.tif/002", "sb48p011", "art"),
        ("sb48/art/005--sneer.pdf/001", "sb48p005--sneer", "art"),
        ("sb48p030.pdf/002", "sb48p031", None),
        ("sb48.pdf/007", "sb48p007", None),
        ("Sketchbook 48.pdf/007", "sb48p007", None),
        ("sb48/priv.pdf/001", "sb48p001", "priv"),
        ("sb48/notes.pdf/002", "sb48p002", "notes"),
        ("priv/sb48/scan.pdf/002", "sb48p002", "priv"),
        ("summer/lake.pdf/002", "summer-lake-002", None),
        ("drawings.pdf/002", "books-drawings-002", None),
    ],
)
def test_pages_of_a_document_have_the_ids_one_expects(path, page, folder):
    name = parse(path, "books")
    assert (name.id, name.folder) == (page, folder)


def test_a_pdf_beside_the_sketchbooks_is_passed_over_unless_it_is_called_as_one(work):
    document(work.root / "list.pdf", 1)
    document(work.root / "sb48.pdf", 2)
    report = work.scan()
    assert report.new == ("sb48p001",) and not report.refused
    assert [(w.subject, "sb48.pdf" in w.remedy) for w in report.warnings] == [("list.pdf", True)]


def test_pages_that_clash_are_named_by_their_document_in_one_warning():
    paths = ["sb48/art/001.jpg", "sb48/art/002.jpg", *(f"sb48/scan.pdf/{n:03d}" for n in (1, 2, 3))]
    names, warnings = assign(paths)
    assert [names[p].id for p in paths] == [
        "sb48p001", "sb48p002", "sb48p001~scan", "sb48p002~scan", "sb48p003",
    ]  # fmt: skip
    assert [w.subject for w in warnings] == ["sb48/scan.pdf"]
    assert "2 pages" in warnings[0].reason and "061-120.pdf" in warnings[0].remedy


@pytest.mark.parametrize("suffix", [".pdf", ".tif"])
def test_a_document_becomes_pages_each_known_by_its_pixels(work, suffix):
    file = document(work.root / f"sb48/scan{suffix}", 1, 2, 3)
    first, again = work.scan(), work.scan()
    assert first.new == ("sb48p001", "sb48p002", "sb48p003")
    assert not first.refused and not first.warnings
    assert (again.new, again.changed, again.unchanged) == ((), (), 3)
    assert work.previews == {page.image for page in work.catalogue.pages()}
    page = work.catalogue.page("sb48p002")
    assert (page.path, page.width, page.height) == (f"sb48/scan{suffix}/002", 48, 56)
    with work.catalogue.hand_edit():
        work.catalogue.set_hand_labels({"sb48p002": "faces"})
    # Another page in front, written anew: what was said stays with the page, not with the number.
    document(file, 4, 1, 2, 3)
    report = work.scan()
    labels = {page.id: page.label for page in work.catalogue.pages()}
    assert labels == {"sb48p001": None, "sb48p002": None, "sb48p003": "faces", "sb48p004": None}
    assert work.catalogue.page("sb48p003").image == page.image
    assert not report.refused and not report.gone
    # Renamed, and the last two pages taken out.
    file.unlink()
    document(work.root / f"sb48/art/021-022{suffix}", 1, 2)
    report = work.scan()
    assert ids(work) == ["sb48p021", "sb48p022"]
    assert work.catalogue.page("sb48p022").label == "faces"


def test_a_tiff_of_one_page_stays_the_file_it_was(work, make):
    make("sb48/art/005.tif", seed=1, fmt="TIFF")
    work.scan()
    page = work.catalogue.page("sb48p005")
    assert page.path == "sb48/art/005.tif"
    with work.catalogue.hand_edit():
        work.catalogue.set_hand_labels({"sb48p005": "faces"})
    pages = [Image.open(work.root / page.path).copy(), picture(2)]
    pages[0].save(work.root / page.path, save_all=True, append_images=pages[1:])
    work.scan()
    assert {p.id: p.label for p in work.catalogue.pages()} == {
        "sb48p005": "faces",
        "sb48p006": None,
    }


def test_all_pages_of_what_was_one_private_page_are_private(work, make):
    path = make("sb48/art/005.tif", seed=1, fmt="TIFF")
    work.scan()
    hide(work, "sb48p005")
    pages = [Image.open(path).copy(), picture(2), picture(3)]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    work.scan()
    assert [p.private for p in work.catalogue.pages()] == [True] * 3
    assert not work.previews


def test_a_private_document_is_private_as_a_whole(work, wear):
    document(work.root / "sb48/priv/scan.pdf", 1, 2)
    red = document(work.root / "sb48/art/scan.tif", 3, 4)
    document(work.root / "sb48/xtra/scan.tif", 5)
    work.scan()
    assert len(work.previews) == 3
    wear(red, "user.xdg.tags", b"red")
    report = work.scan()
    assert len(report.hidden) == 2
    assert sorted(p.private for p in work.catalogue.pages()) == [False] + [True] * 4
    assert len(work.previews) == 1


def test_one_private_page_of_a_document_is_removed_and_the_others_stay(work):
    document(work.root / "sb48/scan.pdf", 1, 2, 3)
    work.scan()
    file_pages(work.catalogue, work.root, work.project)
    image = work.catalogue.page("sb48p002").image
    hide(work, "sb48p002")
    work.scan()
    filed = {f.name for f in (work.project / "filed").rglob("*.jpg")}
    assert image not in work.previews and len(work.previews) == 2
    assert filed == {"sb48p001.jpg", "sb48p003.jpg"}
    # A copy of the document elsewhere shows that page too, and it is as private there.
    document(work.root / "sb49/scan.tif", 2)
    document(work.root / "sb50/scan.tif", 9, 2)
    work.scan()
    assert len(work.previews) == 3


@pytest.mark.parametrize("mode", ["copy", "link"])
def test_a_page_is_filed_as_a_picture_of_its_own_and_moving_it_corrects(work, mode):
    document(work.root / "sb48/scan.tif", 1, 2)
    work.scan()
    with work.catalogue.hand_edit():
        work.catalogue.set_hand_labels({"sb48p001": "faces", "sb48p002": "faces"})
    assert file_pages(work.catalogue, work.root, work.project, mode).placed == 2
    assert file_pages(work.catalogue, work.root, work.project, mode).unchanged == 2
    filed = work.project / "filed/faces/sb48p002.jpg"
    difference = np.asarray(open_image(filed), np.float32) - np.asarray(picture(2), np.float32)
    assert not filed.is_symlink() and np.abs(difference).mean() < 3
    (work.project / "filed/cats").mkdir()
    filed.rename(work.project / "filed/cats/sb48p002.jpg")
    report = sync(work.catalogue, work.root, work.project)
    assert [(c.page, c.new) for c in report.corrections] == [("sb48p002", "cats")]


def test_a_flat_export_of_pages_is_made_once_and_removed_with_them(work, tmp_path):
    file = document(work.root / "sb48/art/scan.pdf", 1, 2)
    work.scan()
    out = tmp_path / "out"
    first = flat_export(work.catalogue, work.root, out, "link")
    again = flat_export(work.catalogue, work.root, out, "link")
    assert (first.placed, again.placed, again.unchanged, again.refused) == (2, 0, 2, ())
    document(file, 3, 2)
    work.scan()
    assert flat_export(work.catalogue, work.root, out, "link").placed == 1
    document(file, 3)
    work.scan()
    assert flat_export(work.catalogue, work.root, out, "link").removed == 1
    assert [f.name for f in sorted(out.rglob("*.jpg"))] == ["sb48p001.jpg"]


def test_damaged_and_too_large_documents_are_refused_and_the_rest_goes_on(work, make):
    make("sb48/art/001.jpg")
    whole = document(work.root / "sb48/scan.pdf", 1, 2).read_bytes()
    work.scan()
    (work.root / "sb48/scan.pdf").write_bytes(whole[:200])
    report = work.scan()
    assert [r.subject for r in report.refused] == ["sb48/scan.pdf"]
    assert report.refused[0].remedy and not report.gone  # what was known of it is kept
    assert ids(work) == ["sb48p001", "sb48p001~scan", "sb48p002"]
    (work.root / "sb48/scan.pdf").write_bytes(whole)
    assert not work.scan().refused
    large = work.root / "sb48/010-011.tif"
    Image.new("L", (2000, 600), 9).save(large, save_all=True, append_images=[picture(1)])
    report = work.scan(max_megapixels=1)
    assert [r.subject for r in report.refused] == ["sb48/010-011.tif/001"]
    assert "over the limit of 1" in report.refused[0].reason
    assert "sb48p011" in ids(work) and "sb48p010" not in ids(work)
    assert not work.scan().refused and "sb48p010" in ids(work)


def test_without_the_package_one_sentence_names_it_for_all_pdfs(work, make, wear, monkeypatch):
    make("sb48/art/001.jpg")
    document(work.root / "sb48/010-011.pdf", 1, 2)
    document(work.root / "sb48/020.pdf", 3)
    work.scan()
    known = ids(work)
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    document(work.root / "sb49/scan.pdf", 5)
    report = work.scan()
    assert len(report.refused) == 1 and "2 more files" in report.refused[0].reason
    assert "strokebook[scans]" in report.refused[0].remedy
    assert ids(work) == known and not report.gone
    wear(work.root / "sb48/010-011.pdf", "user.xdg.tags", b"red")
    work.scan()
    assert [p.id for p in work.catalogue.pages() if p.private] == ["sb48p010", "sb48p011"]
