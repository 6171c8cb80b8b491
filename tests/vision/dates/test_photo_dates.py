from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from strokebook.vision.dates.photo_dates import AT_ONCE, FileDate, file_date, take_days

DAY = date(2021, 6, 5)
STAMP = "2021:06:05 14:03:00"


def photo(path: Path, main: dict[int, object], exif: dict[int, object]) -> Path:
    header = Image.Exif()
    header.update(main)
    header.get_ifd(0x8769).update(exif)
    Image.new("RGB", (8, 8)).save(path, "JPEG", exif=header)
    return path


def test_a_camera_says_when_it_took_the_picture(tmp_path):
    path = photo(tmp_path / "a.jpg", {0x010F: "Phone"}, {0x9003: STAMP, 0x829D: 1.8})
    assert file_date(path) == FileDate(DAY, photo=True)


@pytest.mark.parametrize(
    ("main", "exif"),
    [
        ({0x0132: STAMP, 0x010F: "EPSON"}, {}),
        ({0x010F: "EPSON"}, {0x9003: STAMP}),
        ({0x010F: "Scanner"}, {0x9003: STAMP, 0x829D: 1.8, 0xA300: b"\x01"}),
    ],
)
def test_a_scanner_says_when_it_was_scanned(tmp_path, main, exif):
    assert file_date(photo(tmp_path / "a.jpg", main, exif)) == FileDate(DAY, photo=False)


@pytest.mark.parametrize("stamp", ["0000:00:00 00:00:00", "2021:13:05 1", "1980:01:01 0", "x"])
def test_a_clock_that_was_never_set_says_nothing(tmp_path, stamp):
    path = photo(tmp_path / "a.jpg", {0x010F: "Phone"}, {0x9003: stamp, 0x829D: 1.8})
    assert file_date(path) is None


def test_what_is_no_picture_says_nothing(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"nothing")
    assert file_date(tmp_path / "a.jpg") is None
    assert file_date(tmp_path / "none.jpg") is None


def test_a_sketchbook_photographed_at_once_was_not_drawn_at_once():
    few = {f"p{i}": FileDate(DAY, photo=True) for i in range(AT_ONCE)}
    books = dict.fromkeys([*few, "more", "scan"], "sb1")
    days, latest = take_days(few | {"scan": FileDate(DAY, photo=False)}, books)
    assert days == dict.fromkeys(few, DAY)
    assert latest == dict.fromkeys([*few, "scan"], DAY)
    days, latest = take_days(few | {"more": FileDate(DAY, photo=True)}, books)
    assert days == {}
    assert len(latest) == AT_ONCE + 1
