from __future__ import annotations

import os
from pathlib import Path

import pytest

from strokebook.base.errors import UsageError
from strokebook.library.catalogue.catalogue import Catalogue
from strokebook.library.flat import flat_export
from strokebook.library.scan import scan


@pytest.fixture
def filled(work, make):
    make("sb48/art/005.jpg", seed=1)
    make("sb48/art/006--sneer.JPG", seed=2)
    make("sb48/notes/005.jpg", seed=3)
    make("sb49/001.jpg", seed=4)
    make("sb48/priv/009.jpg", seed=5)
    make("sb48/art/010.jpg", seed=6)
    work.scan()
    work.catalogue.tag("sb48p010", "red")
    return work


def tree(out: Path) -> set[str]:
    return {p.relative_to(out).as_posix() for p in out.rglob("[!.]*") if not p.is_dir()}


PUBLIC = {
    "art/sb48p005.jpg",
    "art/sb48p006--sneer.jpg",
    "notes/sb48p005~notes.jpg",
    "loose/sb49p001.jpg",
}


@pytest.mark.parametrize("mode", ["copy", "link"])
def test_every_public_page_is_exported_once(filled, tmp_path, mode):
    out = tmp_path / "out"
    report = flat_export(filled.catalogue, filled.root, out, mode)
    assert tree(out) == PUBLIC
    assert (report.placed, report.refused) == (4, ())
    assert (out / "art/sb48p005.jpg").is_symlink() == (mode == "link")
    again = flat_export(filled.catalogue, filled.root, out, mode)
    assert (again.placed, again.removed, again.unchanged) == (0, 0, 4)


def test_private_pages_go_to_priv_when_they_are_asked_for_and_leave_again(filled, tmp_path):
    out = tmp_path / "out"
    flat_export(filled.catalogue, filled.root, out, include_private=True)
    assert tree(out) == PUBLIC | {"priv/sb48p009.jpg", "priv/sb48p010.jpg"}
    report = flat_export(filled.catalogue, filled.root, out)
    assert report.removed == 2
    assert tree(out) == PUBLIC


def test_an_export_reads_as_a_library_with_the_same_ids(filled, tmp_path):
    out = tmp_path / "out"
    flat_export(filled.catalogue, filled.root, out, include_private=True)
    with Catalogue.open(":memory:") as other:
        scan(out, other, tmp_path / "other")
        pages = {(p.id, p.private) for p in other.pages()}
    assert pages == {(p.id, p.private) for p in filled.catalogue.pages()}


def test_files_of_others_are_neither_replaced_nor_removed(filled, tmp_path):
    out = tmp_path / "out"
    (out / "art").mkdir(parents=True)
    (out / "art/sb48p005.jpg").write_bytes(b"mine")
    (out / "art/other.jpg").write_bytes(b"mine too")
    report = flat_export(filled.catalogue, filled.root, out)
    assert [r.subject for r in report.refused] == ["sb48/art/005.jpg"]
    assert (out / "art/sb48p005.jpg").read_bytes() == b"mine"
    assert "art/other.jpg" in tree(out)
    assert report.placed == 3


def test_a_changed_page_is_replaced(filled, make, tmp_path):
    out = tmp_path / "out"
    flat_export(filled.catalogue, filled.root, out)
    file = make("sb48/art/005.jpg", seed=99)
    os.utime(file, ns=(1, 1))
    filled.scan()
    assert flat_export(filled.catalogue, filled.root, out).placed == 1
    assert (out / "art/sb48p005.jpg").read_bytes() == file.read_bytes()


@pytest.mark.parametrize("where", ["sb48/out", ".."])
def test_an_export_into_the_library_is_refused(filled, where):
    with pytest.raises(UsageError, match="lie in each other"):
        flat_export(filled.catalogue, filled.root, filled.root / where)


def test_a_vanished_scan_is_refused_and_the_rest_exported(filled, tmp_path):
    (filled.root / "sb48/art/005.jpg").unlink()
    report = flat_export(filled.catalogue, filled.root, tmp_path / "out")
    assert [r.subject for r in report.refused] == ["sb48/art/005.jpg"]
    assert report.placed == 3
