from __future__ import annotations

import os
from pathlib import Path

import pytest

from strokebook.base.errors import StrokebookError
from strokebook.library.disk.walk import walk


def touch(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"x")


def found(root: Path) -> list[str]:
    return [file.path for file in walk(root).files]


def test_images_are_found_in_order_and_hidden_files_are_not(root: Path):
    touch(root, "sb48/art/006.jpg", "sb48/art/005.JPG", "sb48/notes/a b.png", "sb1p001.tiff")
    touch(root, "sb48/art/._005.jpg", "sb48/.DS_Store", "sb48/Thumbs.db", ".cache/x.jpg")
    touch(root, "truth.json", "README")
    seen = walk(root)
    assert [f.path for f in seen.files] == [
        "sb1p001.tiff",
        "sb48/art/005.JPG",
        "sb48/art/006.jpg",
        "sb48/notes/a b.png",
    ]
    assert not seen.refused
    assert not seen.warnings


def test_other_files_in_a_book_are_one_warning_a_folder(root: Path):
    touch(root, "sb48/art/list.txt", "sb48/art/a.md", "sb48/art/b.psd", "sb48/art/c.xmp")
    touch(root, "sb48/scan.xps")
    seen = walk(root)
    assert not seen.refused
    said = {r.subject: r for r in seen.warnings}
    assert set(said) == {"sb48", "sb48/art"}
    assert said["sb48"].reason == "scan.xps is no image and was passed over."
    assert (
        said["sb48/art"].reason
        == "a.md, b.psd, c.xmp and 1 more are no images and were passed over."
    )
    assert not any(r.is_error for r in seen.warnings) and all(r.remedy for r in seen.warnings)


def test_links_never_lead_out_nor_in_circles(root: Path, tmp_path: Path):
    touch(root, "sb48/art/005.jpg")
    touch(tmp_path, "elsewhere/secret.jpg")
    (root / "sb48" / "loop").symlink_to(root)
    (root / "sb48" / "out").symlink_to(tmp_path / "elsewhere")
    (root / "sb48" / "out.jpg").symlink_to(tmp_path / "elsewhere" / "secret.jpg")
    (root / "sb48" / "nowhere.jpg").symlink_to(root / "gone.jpg")
    (root / "sb48" / "self.jpg").symlink_to(root / "sb48" / "self.jpg")
    seen = walk(root)
    assert [f.path for f in seen.files] == ["sb48/art/005.jpg"]
    assert sorted(r.subject for r in seen.refused) == [
        "sb48/nowhere.jpg",
        "sb48/out",
        "sb48/out.jpg",
        "sb48/self.jpg",
    ]


def test_links_into_a_hidden_store_are_followed(root: Path):
    touch(root, ".store/ab12")
    (root / "sb48" / "art").mkdir(parents=True)
    (root / "sb48" / "art" / "005.jpg").symlink_to(root / ".store" / "ab12")
    assert found(root) == ["sb48/art/005.jpg"]


def test_a_root_that_is_itself_a_link_is_walked(root: Path, tmp_path: Path):
    touch(root, "sb48/art/005.jpg")
    (tmp_path / "link").symlink_to(root)
    assert found(tmp_path / "link") == ["sb48/art/005.jpg"]


def test_a_folder_without_permission_is_named_and_hides_what_was_known(
    root: Path, monkeypatch: pytest.MonkeyPatch
):
    touch(root, "sb48/art/005.jpg", "sb49/art/001.jpg")
    scandir = os.scandir

    def guarded(path: str | Path):
        if str(path).rstrip("/").endswith("sb49"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr("os.scandir", guarded)
    seen = walk(root)
    assert [f.path for f in seen.files] == ["sb48/art/005.jpg"]
    assert [r.subject for r in seen.refused] == ["sb49"]
    assert "Check the folder's permissions" in seen.refused[0].remedy
    assert seen.hides("sb49/art/001.jpg")
    assert not seen.hides("sb48/art/005.jpg")


def test_names_that_are_no_unicode_are_refused(root: Path):
    try:
        (root / os.fsdecode(b"sb48-\xff.jpg")).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system refuses such names itself")
    seen = walk(root)
    assert not seen.files
    assert seen.refused[0].subject == "sb48-\\xff.jpg"


def test_a_pipe_is_never_opened(root: Path):
    (root / "sb48").mkdir()
    os.mkfifo(root / "sb48" / "005.jpg")
    seen = walk(root)
    assert not seen.files
    assert "no plain file" in seen.refused[0].reason


def test_a_project_inside_the_library_is_no_sketchbook(root: Path):
    touch(root, "sb48/art/005.jpg", "work/strokebook.toml", "work/filed/drawings/sb48p005.jpg")
    assert found(root) == ["sb48/art/005.jpg"]


def test_a_missing_root_is_an_error(root: Path):
    with pytest.raises(StrokebookError, match="no folder"):
        walk(root / "missing")
