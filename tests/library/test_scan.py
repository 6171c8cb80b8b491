from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from library.former_schema import roll_back
from strokebook.base import owned
from strokebook.base.errors import StrokebookError
from strokebook.base.files import file_digest, write_bytes
from strokebook.library.disk.walk import walk

RED = b"red"


def subjects(diagnostics) -> list[str]:
    return [diagnostic.subject for diagnostic in diagnostics]


def test_pages_are_new_once_and_unchanged_after(work, make):
    make("sb48/art/005.jpg")
    make("sb48/notes/006.jpg")
    first, again = work.scan(), work.scan()
    assert first.new == ("sb48p005", "sb48p006")
    assert (again.new, again.unchanged, again.gone) == ((), 2, ())
    page = work.catalogue.page("sb48p005")
    assert (page.path, page.folder, page.width, page.height, page.format) == (
        "sb48/art/005.jpg",
        "art",
        48,
        56,
        "JPEG",
    )
    assert page.image == file_digest(work.root / "sb48/art/005.jpg")
    assert work.previews == {p.image for p in work.catalogue.pages()}
    assert work.catalogue.page("sb48p006").tags == {"notes"}


def test_nothing_is_read_again_while_files_stay_as_they_are(work, make, monkeypatch):
    make("sb48/art/005.jpg")
    work.scan()

    def fail(*_):
        raise AssertionError("read again")

    monkeypatch.setattr("strokebook.library.scan.content_key", fail)
    monkeypatch.setattr("strokebook.library.scan.look_at", fail)
    assert work.scan().unchanged == 1


def test_bad_files_are_named_with_reason_and_remedy_and_the_rest_goes_on(work, make):
    good = make("sb48/art/001.jpg")
    (work.root / "sb48/art/002.jpg").write_bytes(b"")
    (work.root / "sb48/art/003.jpg").write_bytes(good.read_bytes()[:600])
    (work.root / "sb48/art/004.jpg").write_text("no picture at all")
    (work.root / "sb48/art/list.txt").write_text("a list")
    make("sb48/art/006.jpg", fmt="PNG")
    make("sb48/art/my “best” 🎨 'face'.jpg")
    report = work.scan()
    assert subjects(report.refused) == [
        "sb48/art/002.jpg",
        "sb48/art/003.jpg",
        "sb48/art/004.jpg",
    ]
    assert all(r.reason and r.remedy and r.is_error for r in report.refused)
    assert str(work.root) not in str(report.refused)
    assert subjects(report.warnings) == [
        "sb48/art",
        "sb48/art/006.jpg",
        "sb48/art/my “best” 🎨 'face'.jpg",
    ]
    assert not any(r.is_error for r in report.warnings)
    assert {p.id for p in work.catalogue.pages()} == {"sb48p001", "sb48p006", "sb48-my-best-face"}
    assert work.catalogue.page("sb48p006").format == "PNG"


def test_refusals_are_reported_again_without_opening_the_file_again(work, make, monkeypatch):
    make("sb48/art/001.jpg")
    bad = work.root / "sb48/art/002.jpg"
    bad.write_bytes(b"")
    first = work.scan()
    monkeypatch.setattr("strokebook.library.scan.look_at", lambda *a, **k: pytest.fail("opened"))
    assert work.scan().refused == first.refused
    assert work.catalogue.diagnostics("scan") == list(first.refused)
    monkeypatch.undo()
    make("sb48/art/002.jpg")
    report = work.scan()
    assert report.refused == ()
    assert report.new == ("sb48p002",)
    assert work.catalogue.diagnostics("scan") == []


def test_a_page_over_the_limit_is_tried_again_when_the_limit_changes(work, make):
    make("sb48/art/001.jpg", size=1100)  # 1.2 megapixels
    assert "megapixels" in work.scan(max_megapixels=1.0).refused[0].reason
    report = work.scan(max_megapixels=2.0)
    assert (report.refused, report.new) == ((), ("sb48p001",))


@pytest.mark.parametrize("to", ["sb48/art/007.jpg", "sb49/xtra/001.jpg"])
def test_a_moved_file_is_the_same_page_with_its_hand_label(work, make, to):
    make("sb48/art/005.jpg")
    make("sb48/art/006.jpg")
    work.scan()
    work.catalogue.set_hand_label("sb48p005", "watercolours")
    (work.root / to).parent.mkdir(parents=True, exist_ok=True)
    (work.root / "sb48/art/005.jpg").rename(work.root / to)
    report = work.scan()
    assert [(m.old_path, m.path, m.old_page) for m in report.moved] == [
        ("sb48/art/005.jpg", to, "sb48p005")
    ]
    assert (report.new, report.gone, report.unchanged) == ((), (), 1)
    page = work.catalogue.page(report.moved[0].page)
    assert (page.path, page.label, page.label_source) == (to, "watercolours", "hand")


def test_files_that_change_places_take_their_labels_along(work, make):
    one, two = make("sb48/art/001.jpg"), make("sb48/art/002.jpg")
    work.scan()
    work.catalogue.set_hand_label("sb48p001", "drawings")
    one.rename(work.root / "x.jpg")
    two.rename(one)
    (work.root / "x.jpg").rename(two)
    report = work.scan()
    assert set(report.changed) == {"sb48p001", "sb48p002"}
    assert work.catalogue.page("sb48p002").label == "drawings"
    assert work.catalogue.page("sb48p001").label is None


def test_an_edited_page_keeps_its_hand_label_and_says_so(work, make):
    make("sb48/art/005.jpg", seed=1)
    work.scan()
    work.catalogue.set_hand_label("sb48p005", "drawings")
    work.catalogue.tag("sb48p005", "red")
    time.sleep(0.01)
    make("sb48/art/005.jpg", seed=2)
    report = work.scan()
    assert report.changed == ("sb48p005",)
    page = work.catalogue.page("sb48p005")
    assert (page.label, page.private) == ("drawings", True)
    assert "sb48/art/005.jpg" in subjects(report.warnings)


def test_a_vanished_page_is_gone_but_its_label_waits(work, make):
    make("sb48/art/004.jpg")
    file = make("sb48/art/005.jpg")
    work.scan()
    work.catalogue.set_hand_label("sb48p005", "drawings")
    data = file.read_bytes()
    file.unlink()
    assert work.scan().gone == ("sb48p005",)
    assert [p.id for p in work.catalogue.pages()] == ["sb48p004"]
    assert [p.id for p in work.catalogue.pages(gone=True)] == ["sb48p004", "sb48p005"]
    assert work.scan().gone == ()
    (work.root / "sb50p001.jpg").write_bytes(data)
    work.scan()
    assert work.catalogue.page("sb50p001").label == "drawings"


def test_an_unmounted_library_changes_nothing(work, make):
    make("sb48/art/005.jpg")
    work.scan()
    shutil.rmtree(work.root / "sb48")
    with pytest.raises(StrokebookError, match="no images, where 1 pages were known"):
        work.scan()
    assert work.catalogue.page("sb48p005").present


def test_pages_behind_a_locked_door_are_kept_with_their_ids(work, make, monkeypatch):
    make("sb48/art/005.jpg")
    make("sb48/notes/001.jpg")
    work.scan()
    make("sb48/notes/005.jpg")
    scandir = os.scandir

    def guarded(path):
        if str(path).rstrip("/").endswith("art"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr("os.scandir", guarded)
    report = work.scan()
    assert report.gone == ()
    assert subjects(report.refused) == ["sb48/art"]
    assert work.catalogue.page("sb48p005").path == "sb48/art/005.jpg"
    assert work.catalogue.page("sb48p005~notes").path == "sb48/notes/005.jpg"


def test_a_file_that_cannot_be_read_is_refused_and_tried_again(work, make, monkeypatch):
    make("sb48/art/005.jpg")

    def denied(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("strokebook.library.scan.content_key", denied)
    assert "permissions" in work.scan().refused[0].remedy
    monkeypatch.undo()
    assert work.scan().new == ("sb48p005",)


def test_the_same_image_twice_is_one_page_and_a_warning(work, make):
    make("sb48/art/005.jpg", seed=1)
    make("sb48/xtra/009.jpg", seed=1)
    report = work.scan()
    assert subjects(report.warnings) == ["sb48/xtra/009.jpg"]
    assert [p.id for p in work.catalogue.pages()] == ["sb48p005"]
    assert work.catalogue.page("sb48p009").copy_of == "sb48p005"
    assert len(work.catalogue.pages(copies=True)) == 2
    (work.root / "sb48/xtra/009.jpg").unlink()
    assert work.scan().gone == ()


def test_private_pages_have_no_preview(work, make):
    make("sb48/priv/001.jpg")
    make("sb48/art/002.jpg", seed=7)
    make("sb48/priv/003.jpg", seed=7)
    make("sb48/art/004.jpg")
    work.scan()
    assert {p.id for p in work.catalogue.pages(copies=True) if p.private} == {
        "sb48p001",
        "sb48p002",
        "sb48p003",
    }
    assert work.previews == {work.catalogue.page("sb48p004").image}
    work.scan(include_private=True)
    assert len(work.previews) == 3
    work.scan()
    assert work.previews == {work.catalogue.page("sb48p004").image}


@pytest.mark.parametrize("place", ["sb48/art/005.jpg", "sb48/art", "sb48"])
def test_a_red_file_or_folder_becomes_private_at_once_and_stays_so(work, make, wear, place):
    make("sb48/art/005.jpg")
    make("sb49/art/001.jpg")
    work.scan()
    image = work.catalogue.page("sb48p005").image
    assert image in work.previews
    wear(work.root / place, "user.xdg.tags", RED)
    report = work.scan()
    assert report.hidden == (image,)
    assert image not in work.previews
    assert work.catalogue.private_hashes() == {image}
    os.removexattr(work.root / place, "user.xdg.tags")
    work.scan()
    assert work.catalogue.page("sb48p005").private
    work.catalogue.untag("sb48p005", "red")
    work.scan()
    assert not work.catalogue.page("sb48p005").private
    assert image in work.previews


def test_tags_outlive_a_copy_that_loses_them(work, make, wear):
    file = make("sb48/art/005.jpg")
    wear(file, "user.xdg.tags", b"green,orange")
    work.scan()
    shutil.copyfile(file, work.root / "sb48/art/006.jpg")
    file.unlink()
    assert not walk(work.root).files[0].tags
    work.scan()
    assert work.catalogue.page("sb48p006").tags == {"favourite", "extras"}
    assert work.reopen(without_database=True).pages() == []
    work.scan()
    assert work.catalogue.page("sb48p006").tags == {"favourite", "extras"}


def test_a_removed_tag_is_not_read_again_but_red_is(work, make, wear):
    file = make("sb48/art/005.jpg")
    wear(file, "user.xdg.tags", b"green,red")
    work.scan()
    work.catalogue.untag("sb48p005", "favourite")
    with pytest.raises(StrokebookError, match="wears the red tag"):
        work.catalogue.untag("sb48p005", "private")
    work.scan()
    assert work.catalogue.page("sb48p005").tags == {"private"}


def test_a_lost_preview_and_another_size_are_made_again(work, make):
    make("sb48/art/005.jpg", size=200)
    work.scan(preview_side=100)
    preview = next((work.project / "cache/previews").iterdir())
    small = preview.stat().st_size
    preview.unlink()
    work.scan(preview_side=100)
    assert preview.stat().st_size == small
    work.scan(preview_side=200)
    assert preview.stat().st_size > small


def test_tiffs_read_by_a_former_version_are_read_anew(work, make):
    make("sb48/art/005.tif", fmt="TIFF")
    make("sb48/art/006.jpg")
    work.scan()
    images = [work.catalogue.page(page).image for page in ("sb48p005", "sb48p006")]
    previews = [work.project / "cache" / "previews" / f"{image}.jpg" for image in images]
    right = [preview.read_bytes() for preview in previews]
    for image, preview in zip(images, previews, strict=True):
        with owned.owning("scan", image):
            write_bytes(preview, b"as it was read then")
        work.catalogue.put_result("trace", image, "key", 1.0, {})
    roll_back(work.catalogue.db, 4)
    work.reopen()
    assert set(work.catalogue.results("trace")) == {images[1]}
    assert work.catalogue.page("sb48p005").image == images[0]  # it is a page in the meantime too
    work.scan()
    assert previews[0].read_bytes() == right[0]
    assert previews[1].read_bytes() != right[1]
    assert all(work.catalogue.signatures().values())


def test_a_full_disk_is_one_sentence(work, make, monkeypatch):
    make("sb48/art/005.jpg")

    def full(path, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("strokebook.library.disk.previews.write_bytes", full)
    with pytest.raises(StrokebookError, match="No space left"):
        work.scan()
    monkeypatch.undo()
    assert work.scan().new == ("sb48p005",)


def test_a_library_of_nothing_but_a_list(work):
    (work.root / "truth.json").write_text("{}")
    report = work.scan()
    assert (report.new, report.refused, report.unchanged) == ((), (), 0)


def test_a_rescan_of_five_hundred_pages_takes_under_half_a_second(work, make, monkeypatch):
    seed = make("sb1/art/001.jpg").read_bytes()
    for book in range(1, 11):
        folder = work.root / f"sb{book}" / "art"
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(50):
            # Bytes behind a JPEG's end are another content, and quick to write.
            folder.joinpath(f"{number:03d}.jpg").write_bytes(seed + f"{book} {number}".encode())
    monkeypatch.setattr(
        # Hundreds of flushes to disk are not the matter.
        "strokebook.library.disk.previews.write_bytes",
        lambda path, data: (path.parent.mkdir(parents=True, exist_ok=True), path.write_bytes(data)),
    )
    assert len(work.scan().new) == 500
    start = time.process_time()
    assert work.scan().unchanged == 500
    assert time.process_time() - start < 0.5


def test_the_shared_pages_are_read(work, shared: Path):
    shutil.copytree(shared / "data" / "pages", work.root / "sb48" / "art")
    report = work.scan()
    assert report.refused == ()
    assert len(report.new) == len(list((shared / "data" / "pages").glob("*.png")))
