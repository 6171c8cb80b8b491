"""Seeds: small valid files of every format that strokebook reads, with most of its features."""

from __future__ import annotations

import dataclasses
import io
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SVG = """<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 width="210mm" height="297mm" viewBox="0 0 210 297">
<style>.a { stroke: red; stroke-width: 2px } /* b */ #p, g > .c{visibility:hidden}</style>
<defs><symbol id="s" viewBox="0 0 9 9"><path d="M0 0l9 9"/></symbol>
<path id="p" d="M10 10C20 20 30 10 40 40s5 5 9 9q1 2 3 4t5 6z"/></defs>
<g transform="translate(10,20) rotate(30) scale(2)" stroke="#123456" fill="none">
<path class="a" d="M10,10 L20,20 H30 V40 h-5.5 v1e1 A5 6 10 0 1 50 50 a3 3 0 1 0 1 1 Z m5 5
l1-1.5.5.5z"/>
<use xlink:href="#p" x="5" y="6"/><use href="#s" width="20" height="20"/>
<circle cx="50" cy="60" r="10"/><ellipse cx="5" cy="6" rx="7" ry="8"/>
<rect x="1" y="2" width="30" height="40" rx="3" style="stroke:rgb(1,2,3);opacity:.5"/>
<line x1="1" y1="2" x2="30" y2="40"/><polyline points="1,2 3,4 5.5,-6e0"/>
<polygon points="10 20 30 40 50 20"/></g></svg>
"""
TOML = """[project]
library = "../scans"
workers = 3
max_megapixels = 60.5
include_private = false

[trace]
engine = "pen"

[model]
decoder = 128

[train]
steps = 100
learning_rate = 1e-3

[draw]
completions = 5
temperature = 0.4
"""


def picture() -> Image.Image:
    """A page of a few lines on paper that is not quite white."""
    page = Image.new("RGB", (160, 120), (244, 240, 230))
    pen = ImageDraw.Draw(page)
    pen.line([(10, 100), (40, 20), (90, 70), (150, 15)], (30, 30, 40), 3)
    pen.ellipse((60, 40, 120, 100), outline=(40, 30, 30), width=2)
    return page


def _saved(image: Image.Image, form: str, **more: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **more)
    return out.getvalue()


def _turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a scanner"
    return exif


def jpegs() -> list[bytes]:
    """Baseline with EXIF, progressive, CMYK."""
    page = picture()
    return [
        _saved(page, "JPEG", exif=_turned(), dpi=(300, 300)),
        _saved(page, "JPEG", progressive=True),
        _saved(page.convert("CMYK"), "JPEG"),
    ]


def pngs() -> list[bytes]:
    """RGB with EXIF, palette with a transparent colour, 16 bits, with alpha."""
    page = picture()
    deep = Image.fromarray(np.asarray(page.convert("L")).astype(np.uint16) * 257)
    return [
        _saved(page, "PNG", exif=_turned()),
        _saved(page.quantize(8), "PNG", transparency=0),
        _saved(deep, "PNG"),
        _saved(page.convert("RGBA"), "PNG"),
    ]


def tiffs() -> list[bytes]:
    """Plain and oriented, three pages, LZW, 16 bits, one bit by fax, with JPEG inside."""
    page = picture()
    deep = Image.fromarray(np.asarray(page.convert("L")).astype(np.uint16) * 16)
    return [
        _saved(page, "TIFF", exif=_turned()),
        _saved(page, "TIFF", save_all=True, append_images=[page, page]),
        _saved(page, "TIFF", compression="tiff_lzw"),
        _saved(deep, "TIFF"),
        _saved(page.convert("1"), "TIFF", compression="group4"),
        _saved(page, "TIFF", compression="jpeg"),
    ]


def svgs() -> list[bytes]:
    """One with nearly every element, and one as strokebook writes it."""
    from strokebook.geometry.drawing import Drawing
    from strokebook.geometry.svg.io import svg_text

    drawing = Drawing.of([[(0, 0), (60, 10), (90, 80)], [(5, 5), (50, 60)]], pen_width=2.0)
    return [SVG.encode(), svg_text(drawing).encode()]


def drawings() -> list[bytes]:
    """A drawing as JSON."""
    value = {"size": [100, 80], "unit": "px", "pen_width": 2.5,
             "strokes": [[[0, 0], [10.5, 20], [30, 5]], [[1, 2], [3, 4]]]}  # fmt: skip
    return [json.dumps(value).encode()]


def _rows(count: int, seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(count):
        rows = rng.integers(-9, 9, (12, 3)).astype(np.int16)
        rows[:, 2] = np.arange(12) % 6 == 5
        out.append(rows)
    return out


def npzs() -> list[bytes]:
    """Pickled as SketchRNN's, flat, and as numpy itself writes it."""
    from strokebook.dataset.npz import write_flat, write_npz
    from strokebook.dataset.splits import SplitArrays

    parts = SplitArrays(tuple(_rows(5, 1)), tuple(_rows(2, 2)), tuple(_rows(2, 3)))
    out = []
    with tempfile.TemporaryDirectory() as folder:
        for write in (write_npz, write_flat):
            write(parts, Path(folder, "a.npz"))
            out.append(Path(folder, "a.npz").read_bytes())
    buffer = io.BytesIO()
    ragged = np.empty(2, object)
    ragged[:] = [_rows(1, 4)[0], _rows(1, 5)[0][:7]]
    np.savez_compressed(buffer, train=ragged, valid=ragged, test=ragged)
    return [*out, buffer.getvalue()]


def ndjsons() -> list[bytes]:
    """Ten lines, simplified and raw."""
    plain = {"word": "cat", "key_id": "1", "recognized": True,
             "drawing": [[[0, 10, 20, 30], [5, 6, 7, 90]], [[1, 2], [3, 4]]]}  # fmt: skip
    raw = {"word": "cat", "countrycode": "AT", "drawing": [[[0.5, 10.2], [5, 6], [0, 16]]]}
    return ["".join(json.dumps(v) + "\n" for v in [plain, raw] * 5).encode()]


def tomls() -> list[bytes]:
    """Settings with a value in several sections."""
    return [TOML.encode()]


def checkpoints() -> list[bytes]:
    """Two tiny models as archives of their folder: decoder alone, and with an encoder."""
    import torch

    from strokebook.model.checkpoints import checkpoint
    from strokebook.model.config import ModelOptions
    from strokebook.model.data.statistics import measure
    from strokebook.model.networks.sketch_rnn import SketchNet

    out = []
    facts = measure([r.astype(np.float32) for r in _rows(4, 1)])
    for conditional in (False, True):
        torch.manual_seed(1)
        options = ModelOptions(conditional=conditional, encoder=4, decoder=6, z=2, mixtures=2)
        out.append(
            _archive(
                lambda folder, options=options: checkpoint.save(
                    *(folder, "best", SketchNet(options), facts),
                    info={"train": {}, "data": None, "step": 3, "scores": None},
                    loop=dataclasses.asdict(_loop()),
                )
            )
        )
    return out


def _loop() -> object:
    from strokebook.model.training.state import TrainState

    return TrainState(step=3)


def catalogues() -> list[bytes]:
    """A project's database and hand work, of sixty synthetic pages."""
    from benchmarks.campaigns.synthetic import make_project

    return [_archive(lambda folder: make_project(folder, 60))]


def _archive(make: Callable[[Path], object]) -> bytes:
    """What ``make`` leaves in an empty folder, as an uncompressed tar."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "made")
        folder.mkdir()
        make(folder)
        return Path(shutil.make_archive(str(Path(place, "a")), "tar", folder)).read_bytes()
