"""Borders without their drawings; and what ``rapidocr`` reads there, where it is installed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from strokebook.demo.numerals import HANDS, Lettering
from strokebook.demo.pages import PAINTERS
from strokebook.vision.dates.spelling import spell_days
from strokebook.vision.reading.ocr import RapidReader, TextLine
from strokebook.vision.reading.places import Written, read_page, without_drawings
from strokebook.vision.reading.understand import cover_dates, number_of, page_date

TODAY = date(2026, 1, 1)


def border() -> np.ndarray:
    """A lower border of a page 1600 px high: a line from above, and a small sign."""
    piece = np.full((192, 1000, 3), 245, np.uint8)
    cv2.line(piece, (300, 0), (360, 120), (20, 20, 20), 3)
    cv2.circle(piece, (800, 150), 10, (20, 20, 20), 3)
    return piece


def test_what_reaches_the_cut_goes_and_the_signs_stay():
    piece = border()
    cleaned, signs = without_drawings(piece, 0, 1600)
    assert signs == 1
    assert cleaned[:130, 280:380].min() > 230
    assert np.array_equal(cleaned[130:170, 780:820], piece[130:170, 780:820])


def test_of_an_upper_border_the_lower_edge_is_the_cut():
    _, signs = without_drawings(border()[::-1], -1, 1600)
    assert signs == 1


class Fake:
    name = "fake"

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []

    def read(self, pixels: np.ndarray) -> list[TextLine]:
        self.shapes.append(pixels.shape)
        return [TextLine("79", 0.9, (0, 0, 20, 20)), TextLine("V", 0.9, (0, 0, 9, 9))]


def test_an_empty_page_is_not_read_and_a_small_one_is_enlarged():
    reader = Fake()
    blank = Image.new("RGB", (268, 424), "white")
    assert read_page(blank, reader) == []
    assert reader.shapes == []
    pixels = np.asarray(blank).copy()
    cv2.circle(pixels, (250, 410), 4, (0, 0, 0), 1)
    (written,) = read_page(Image.fromarray(pixels), reader)
    assert reader.shapes == [(round(0.12 * 1272), 804, 3)]  # the lower border, three times as large
    assert written.text == "79"
    assert written.box[1] == pytest.approx(1 - 153 / 1272)
    read_page(blank, reader, whole=True)
    assert reader.shapes[-1] == (1272, 804, 3)


@pytest.fixture(scope="module")
def reader() -> RapidReader:
    pytest.importorskip("rapidocr", reason="rapidocr (the extra 'read') is not installed")
    pytest.importorskip("onnxruntime", reason="onnxruntime (the extra 'read') is not installed")
    return RapidReader(1)


Paint = Callable[[str], Image.Image]


@pytest.mark.parametrize("hand", sorted(HANDS))
def test_numbers_and_dates_in_three_hands(hand: str, reader: RapidReader) -> None:
    lettering = Lettering(hand, number="137", date="2019-05-26")
    painted = PAINTERS["drawing"](np.random.default_rng(3), 12, 1, lettering)
    written = read_page(Image.fromarray(painted.pixels), reader)
    assert [n for one in written if (n := number_of(one.text))] == [137]
    found = page_date(written, TODAY)
    assert found is not None
    assert spell_days(found[0]) == "2019-05-26"


def test_a_covers_note(reader: RapidReader) -> None:
    lettering = Lettering("block", note=("2019-05-12", "2019-07-30"))
    painted = PAINTERS["cover"](np.random.default_rng(1), 1, 48, lettering)
    lines = reader.read(painted.pixels[80:420, 580:])  # the note; a whole cover takes 4 s
    found = cover_dates([Written(o.text, o.certainty, o.box) for o in lines], TODAY)
    assert found is not None
    assert spell_days(found[0]) == "2019-05-12..2019-07-30"


@pytest.mark.parametrize(
    ("page", "text"), [("real08", "79"), ("real03", "2021-10."), ("real06", "")]
)
def test_real_pages(page: str, text: str, reader: RapidReader, shared: Path) -> None:
    path = shared / "data" / "pages" / f"{page}.png"
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    written = read_page(Image.open(path).convert("RGB"), reader)
    assert [one.text for one in written if one.certainty > 0.5] == ([text] if text else [])
