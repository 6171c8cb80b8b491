"""TIFFs as scanners write them: depths, inverted scales, several pages; made here byte by byte."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from strokebook.base.errors import InputRefused
from strokebook.base.imaging.images import image_info, open_image
from strokebook.base.imaging.tiff import count_pages

Tags = dict[int, int | tuple[int, ...]]
GREY = np.array([[0, 1024, 2048, 4095]], np.uint16)  # in 12 bits


def tiff(*pages: tuple[np.ndarray, Tags], order: str = "<") -> bytes:
    """A TIFF of one strip a page; the tags given replace those that the array asks for."""
    body, at = b"", 8
    directories = []
    for array, more in pages:
        data = array.astype(array.dtype.newbyteorder(order)).tobytes()
        if more.get(259) == 8:
            data = zlib.compress(data)
        height, width, channels = (*array.shape, 1)[:3]
        tags: Tags = {
            256: width, 257: height, 258: (array.itemsize * 8,) * channels, 259: 1,
            262: 2 if channels == 3 else 1, 273: at, 277: channels, 278: height, 279: len(data),
        }  # fmt: skip
        directories.append(tags | more)
        body, at = body + data, at + len(data)
    out = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", at) + body
    for number, tags in enumerate(directories):
        out += _directory(dict(sorted(tags.items())), len(out), number + 1 == len(pages), order)
    return out


def _directory(tags: Tags, at: int, last: bool, order: str) -> bytes:
    entries, extra = b"", b""
    beyond = at + 2 + 12 * len(tags) + 4
    for tag, value in tags.items():
        values = value if isinstance(value, tuple) else (value,)
        form = 4 if max(values) > 65535 or tag in (273, 279) else 3
        packed = struct.pack(f"{order}{len(values)}{'I' if form == 4 else 'H'}", *values)
        if len(packed) > 4:
            packed, extra = struct.pack(f"{order}I", beyond + len(extra)), extra + packed
        entries += struct.pack(f"{order}HHI", tag, form, len(values)) + packed.ljust(4, b"\0")
    following = 0 if last else beyond + len(extra)
    return (
        struct.pack(f"{order}H", len(tags)) + entries + struct.pack(f"{order}I", following) + extra
    )


def grey_of(path: Path) -> list[int]:
    rgb = np.asarray(open_image(path)).astype(int)
    assert (rgb == rgb[:, :, :1]).all()
    return [int(v) for v in rgb[0, :, 0]]


@pytest.mark.parametrize("compression", [1, 8])
def test_sixteen_bits_where_white_is_zero(tmp_path: Path, compression: int) -> None:
    path = tmp_path / "a.tif"
    levels = np.array([[0, 32768, 65535]], np.uint16)
    path.write_bytes(tiff((levels, {262: 0, 259: compression})))
    assert grey_of(path) == [255, 127, 0]
    path.write_bytes(tiff((levels, {262: 1, 259: compression})))
    assert grey_of(path) == [0, 128, 255]


def test_faint_ink_where_white_is_zero_stays_faint(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(tiff((GREY, {262: 0})))
    assert grey_of(path) == [255, 251, 247, 239]


def test_floats_where_white_is_zero(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(tiff((np.array([[0, 0.5, 1]], np.float32), {262: 0, 339: 3})))
    assert grey_of(path) == [255, 127, 0]


@pytest.mark.parametrize("order", ["<", ">"])
def test_twelve_bits_in_sixteen(tmp_path: Path, order: str) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(tiff((GREY, {}), order=order))
    assert grey_of(path) == [0, 64, 128, 255]


def test_a_stated_range_counts_where_the_picture_does_not_reach_it(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(tiff((GREY, {281: 16383})))
    assert grey_of(path) == [0, 16, 32, 64]
    path.write_bytes(tiff((GREY, {281: 255})))  # it does not hold
    assert grey_of(path) == [0, 64, 128, 255]


def test_twelve_bits_packed(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    bits = "".join(f"{v:012b}" for v in GREY[0])
    packed = np.frombuffer(int(bits, 2).to_bytes(6, "big"), np.uint8)[None]
    path.write_bytes(tiff((packed, {256: 4, 258: 12})))
    assert grey_of(path) == [0, 64, 128, 255]


def test_twelve_bits_in_sixteen_in_colour(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(tiff((np.repeat(GREY[:, :, None], 3, 2), {})))
    assert grey_of(path) == [0, 68, 136, 255]  # in 16 steps
    path.write_bytes(tiff((np.repeat(GREY[:, :, None], 3, 2) * 16, {})))
    assert grey_of(path) == [0, 64, 128, 255]


def test_several_pages_are_counted_and_the_first_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    pages = [np.full((2, 3), level, np.uint8) for level in (10, 20, 30)]
    path.write_bytes(tiff(*((page, {}) for page in pages)))
    info = image_info(path)
    warning = info.warning("sb1/a.tif")
    assert info.pages == 3 and warning is not None and not warning.is_error
    assert "3 pages" in str(warning) and "a.tif/002" in str(warning)
    assert grey_of(path)[0] == 10


def test_thumbnails_and_masks_are_no_pages(tmp_path: Path) -> None:
    path, page = tmp_path / "a.tif", np.full((2, 3), 9, np.uint8)
    path.write_bytes(tiff((page, {}), (page, {254: 1}), (page, {254: 4}), (page, {255: 2})))
    assert image_info(path).pages == 1 and image_info(path).warning("a") is None
    path.write_bytes(tiff((page, {}), (page, {254: 2}), order=">"))
    assert image_info(path).pages == 2


def test_a_circle_of_pages_and_a_torn_chain_end(tmp_path: Path) -> None:
    path, page = tmp_path / "a.tif", np.full((2, 3), 9, np.uint8)
    whole = bytearray(tiff((page, {})))
    whole[-4:] = struct.pack("<I", 8 + page.size)  # the directory follows itself
    path.write_bytes(whole)
    assert count_pages(path) == 1
    whole[-4:] = struct.pack("<I", 1 << 30)
    path.write_bytes(whole)
    assert count_pages(path) == 1


def test_a_tiff_that_pillow_does_not_know_is_called_one(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(tiff((np.zeros((2, 2), np.uint16), {262: 0}), order=">"))
    with pytest.raises(InputRefused, match="TIFF of a rare kind"):
        open_image(path)
