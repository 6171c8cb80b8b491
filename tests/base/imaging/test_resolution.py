from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from strokebook.base.imaging.images import image_info
from strokebook.tracing.page import load_page


def saved(path: Path, size: tuple[int, int] = (60, 40), **how: Any) -> Path:
    Image.new("RGB", size, "white").save(path, **how)
    return path


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
@pytest.mark.parametrize("dpi", [210, 300, 96, 1200])
def test_scans_tell_their_dpi(tmp_path: Path, suffix: str, dpi: int) -> None:
    path = saved(tmp_path / f"a.{suffix}", dpi=(dpi, dpi))
    assert image_info(path).dpi == dpi
    assert load_page(path).scale == {"dpi": dpi}


def test_dots_a_centimetre_are_counted_in_inches(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.tif", resolution=100, resolution_unit=3)
    assert image_info(path).dpi == pytest.approx(254)


def test_webp_tells_it_in_its_exif(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x011A], exif[0x011B], exif[0x0128] = 150.0, 150.0, 2
    assert image_info(saved(tmp_path / "a.webp", exif=exif)).dpi == 150


@pytest.mark.parametrize("dpi", [
    (72, 72),  # what cameras write where they do not know
    (204, 98),  # a fax: not the same both ways
    (1, 1), (0, 0), (60_000, 60_000),
])  # fmt: skip
def test_what_is_no_dpi(tmp_path: Path, dpi: tuple[int, int]) -> None:
    path = saved(tmp_path / "a.jpg", dpi=dpi)
    assert image_info(path).dpi is None
    assert load_page(path).scale == {}


def test_without_one_there_is_none(tmp_path: Path) -> None:
    for suffix in ("png", "webp", "bmp.png", "jpg"):
        assert image_info(saved(tmp_path / f"a.{suffix}")).dpi is None


def test_a_reduced_page_keeps_the_dpi_of_its_own_pixels(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", (400, 300), dpi=(200, 200))
    page = load_page(path, reduce_to=100)
    assert page.pixels.shape[1] == 100 and page.size == (400, 300) and page.dpi == 200
