from __future__ import annotations

import os
from pathlib import Path

import pytest

from strokebook.base.errors import InputRefused
from strokebook.base.reading import plain_size, read_plain


def test_a_plain_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "link").symlink_to("a")
    assert plain_size(tmp_path / "link") == 5
    assert read_plain(tmp_path / "a", max_bytes=5) == b"12345"


def test_a_larger_file_is_refused_unread(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    with pytest.raises(InputRefused, match="over the limit"):
        read_plain(tmp_path / "a", max_bytes=4)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing", "no such file"),
        ("a/b", "no such file"),
        ("", "is a folder"),
        ("x\0y", "NUL|null"),
    ],
)
def test_what_is_no_file_is_named(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(InputRefused, match=reason) as refused:
        read_plain(tmp_path / name, 9, "the page")
    assert refused.value.subject == "the page" and refused.value.remedy


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_no_reader_waits_for_a_pipe(tmp_path: Path) -> None:
    from strokebook.base.imaging.images import open_image
    from strokebook.dataset.card import read_pages
    from strokebook.dataset.load import read_npz
    from strokebook.dataset.quickdraw import read_quickdraw
    from strokebook.model.interchange import sketchrnn_js

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    readers = (
        *(open_image, read_pages, read_npz, sketchrnn_js.read),
        lambda path: list(read_quickdraw(path, print)),
    )
    for read in readers:
        with pytest.raises(InputRefused, match="no plain file"):
            read(pipe)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_hand_work_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    from strokebook.library.catalogue.catalogue import Catalogue

    os.mkfifo(tmp_path / "hand.json")
    with pytest.raises(InputRefused, match="no plain file"):
        Catalogue.open(tmp_path / "strokebook.db", hand_file=tmp_path / "hand.json")
