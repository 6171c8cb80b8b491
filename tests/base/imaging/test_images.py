import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from strokebook.base.errors import InputRefused
from strokebook.base.imaging.images import image_info, open_image


def picture(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """Left half dark, right half light; a bright spot in the upper left corner."""
    pixels = np.full((height, width, 3), 40, np.uint8)
    pixels[:, width // 2 :] = 220
    pixels[: height // 4, : width // 4] = 255
    return Image.fromarray(pixels).convert(mode)


@pytest.mark.parametrize(
    ("name", "form", "fits"),
    [("a.jpg", "JPEG", True), ("a.png", "JPEG", False), ("a.jpg", "PNG", False),
     ("a.tif", "TIFF", True), ("a.webp", "WEBP", True), ("🎨 'a' \"b\".JPG", "JPEG", True)],
)  # fmt: skip
def test_pictures_are_known_by_content(tmp_path: Path, name: str, form: str, fits: bool) -> None:
    path = tmp_path / name
    picture().save(path, form)
    info = image_info(path)
    assert (info.format, info.width, info.height, info.suffix_fits) == (form, 60, 40, fits)
    image = open_image(path)
    assert image.mode == "RGB" and image.size == (60, 40)
    assert np.asarray(image)[30, 50].tolist() == pytest.approx([220] * 3, abs=8)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "CMYK", "1", "I;16", "I", "F"])
def test_every_mode_becomes_rgb(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.tif"
    if mode in ("I;16", "I", "F"):
        grey = np.asarray(picture(mode="L"))
        scaled = {"I;16": grey.astype(np.uint16) * 257, "I": grey.astype(np.int32) * 257}
        Image.fromarray(scaled.get(mode, grey.astype(np.float32) / 255)).save(path)
    else:
        picture(mode=mode).save(path)
    got = np.asarray(open_image(path)).astype(int)
    assert got.shape == (40, 60, 3)
    assert got[30, 50].min() > 200 and got[30, 10].max() < 90


def test_sixteen_bit_png(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(np.array([[0, 32768, 65535]], np.uint16)).save(path)
    assert np.asarray(open_image(path))[0, :, 0].tolist() == [0, 128, 255]


def test_transparent_paper_is_white(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(path)
    assert np.asarray(open_image(path)).min() == 255
    Image.new("RGB", (4, 4), (0, 0, 0)).save(path, transparency=(0, 0, 0))
    assert np.asarray(open_image(path)).min() == 255


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_pictures_upright(tmp_path: Path, form: str, orientation: int) -> None:
    upright = picture()
    inverse = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }.get(orientation)  # fmt: skip
    stored = upright.transpose(inverse) if inverse is not None else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "a.img"
    stored.save(path, form, exif=exif)
    info = image_info(path)
    assert (info.width, info.height) == (60, 40)
    got, want = np.asarray(open_image(path)).astype(int), np.asarray(upright).astype(int)
    assert np.abs(got - want).mean() < 6
    small = np.asarray(open_image(path, reduce_to=30)).astype(int)
    upright.thumbnail((30, 30))
    assert small.shape == (20, 30, 3) and np.abs(small - np.asarray(upright)).mean() < 12


def test_a_png_with_its_exif_behind_the_pixels_is_turned_too(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "a.png"
    upright = picture()
    upright.transpose(Image.Transpose.ROTATE_90).save(path, exif=exif)
    data = path.read_bytes()
    at = data.index(b"eXIf") - 4
    end = at + 12 + int.from_bytes(data[at : at + 4], "big")
    path.write_bytes(data[:at] + data[end:-12] + data[at:end] + data[-12:])
    assert (image_info(path).width, image_info(path).height) == (60, 40)
    assert np.array_equal(np.asarray(open_image(path)), np.asarray(upright))


def test_reducing_keeps_proportions_and_never_enlarges(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    picture(2400, 1600).save(path)
    for side in (2400, 1000, 96, 1):
        small = open_image(path, reduce_to=side)
        assert max(small.size) == side
    assert open_image(path, reduce_to=96).size == (96, 64)
    assert open_image(path, reduce_to=9000).size == (2400, 1600)


def test_the_limit_is_checked_before_decoding(tmp_path: Path) -> None:
    path = tmp_path / "big.png"
    Image.new("1", (6_000, 4_000)).save(path)
    start = time.perf_counter()
    assert image_info(path).megapixels == 24
    for side in (None, 100):
        with pytest.raises(InputRefused, match="24 megapixels") as refused:
            open_image(path, max_megapixels=23.9, reduce_to=side)
        assert "resolution" in refused.value.remedy
    assert time.perf_counter() - start < 0.5
    assert open_image(path, max_megapixels=24, reduce_to=96).size == (96, 64)


def test_a_page_of_a3_at_600_dpi_passes(tmp_path: Path) -> None:
    path = tmp_path / "a3.jpg"
    Image.new("L", (7016, 9933), 230).save(path, quality=30)
    assert open_image(path, reduce_to=500).size == (353, 500)


def test_broken_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    noise = np.random.default_rng(1).integers(0, 256, (80, 80, 3)).astype(np.uint8)
    for form in ("JPEG", "PNG", "TIFF", "WEBP"):
        Image.fromarray(noise).save(path, form)
        whole = path.read_bytes()
        for size in (0, 1, 10, 200, len(whole) // 2, len(whole) - 40):
            path.write_bytes(whole[:size])
            for side in (None, 40):
                with pytest.raises(InputRefused) as refused:
                    open_image(path, reduce_to=side)
                assert refused.value.remedy and refused.value.subject == str(path)
    for content in (b"hello" * 100, b"%!PS-1.4", b"GIF89a" + bytes(50), bytes(1000)):
        path.write_bytes(content)
        with pytest.raises(InputRefused, match="not a JPEG"):
            image_info(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jpg"
    os.mkfifo(pipe)
    for path in (tmp_path / "missing.jpg", tmp_path, pipe, Path("a\0b.jpg")):
        with pytest.raises(InputRefused):
            open_image(path)


def test_no_permission_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    picture().save(path)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(InputRefused, match="permission"):
        open_image(path)


MEASURED = """
import resource, sys
from pathlib import Path
from strokebook.base.imaging.images import open_image
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
open_image(Path(sys.argv[1]))
kilobytes = 1024 if sys.platform == "darwin" else 1
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // kilobytes)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="memory is not measured there")
@pytest.mark.parametrize("mode", ["RGBA", "LA", "I"])
def test_a_page_at_the_limit_takes_less_than_a_gigabyte(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.tif"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new(mode, (8900, 8900)).save(path, compression="tiff_lzw", exif=exif)
    command = [sys.executable, "-c", MEASURED, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 950 * 1024
