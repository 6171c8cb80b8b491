"""Small pages drawn here: line art, a wash, rows of text, a dark scan, a cover."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from strokebook.vision.backbones.backbone import Backbone
from strokebook.vision.options import VisionOptions

SIZE = (450, 640)
PAPER = (240, 238, 230)
Page = Callable[..., Image.Image]


def _paper(rng: np.random.Generator, tone: float = 1.0) -> Image.Image:
    grain = rng.normal(size=(SIZE[1], SIZE[0], 1)) * 2
    return Image.fromarray(((np.array(PAPER) + grain) * tone).clip(0, 255).astype(np.uint8))


def line_art(seed: int = 0) -> Image.Image:
    """Two closed wandering lines, as a pen draws a face."""
    rng = np.random.default_rng(seed)
    page = _paper(rng)
    angle = np.linspace(0, 2 * np.pi, 300)
    for middle in ((150, 200), (280, 430)):
        reach = 90 + sum(
            rng.uniform(-25, 25) * np.cos(k * angle + rng.uniform(0, 6)) for k in range(2, 6)
        )
        x, y = middle[0] + reach * np.cos(angle), middle[1] + 1.3 * reach * np.sin(angle)
        ImageDraw.Draw(page).line(list(zip(x, y, strict=True)), fill=(35, 35, 40), width=3)
    return page


def wash(seed: int = 0, strength: float = 0.5) -> Image.Image:
    """Soft coloured areas on paper."""
    rng = np.random.default_rng(seed)
    page = _paper(rng)
    for _ in range(4):
        layer = Image.new("L", SIZE, 0)
        x, y, r = rng.uniform(100, 350), rng.uniform(120, 500), rng.uniform(50, 100)
        ImageDraw.Draw(layer).ellipse((x - r, y - r, x + r, y + r), fill=int(255 * strength))
        hue = Image.new("HSV", SIZE, (int(rng.integers(0, 256)), 190, 190)).convert("RGB")
        page.paste(hue, mask=layer.filter(ImageFilter.GaussianBlur(5)))
    return page


def text_rows(seed: int = 0) -> Image.Image:
    """Rows of letter-like marks with gaps for words."""
    rng = np.random.default_rng(seed)
    page = _paper(rng)
    draw = ImageDraw.Draw(page)
    for y in range(60, 580, 34):
        for x in range(50, int(rng.integers(250, 400)), 11):
            if rng.random() > 0.17:
                tall = int(rng.integers(8, 13))
                draw.ellipse((x, y + 12 - tall, x + 7, y + 12), outline=(30, 30, 60), width=2)
    return page


def dark(seed: int = 0) -> Image.Image:
    """A scan without light."""
    return _paper(np.random.default_rng(seed), 0.3)


def cover(seed: int = 0) -> Image.Image:
    """Coloured card with shapes and a note on it."""
    rng = np.random.default_rng(seed)
    page = Image.new("RGB", SIZE, (60, 90, 130))
    draw = ImageDraw.Draw(page)
    for _ in range(6):
        x, y = rng.integers(30, 300), rng.integers(30, 480)
        draw.rectangle(
            (x, y, x + 110, y + 90), fill=tuple(int(v) for v in rng.integers(80, 255, 3))
        )
    draw.rectangle((300, 50, 410, 160), fill=(250, 235, 120))
    return page


@pytest.fixture
def pages() -> dict[str, Page]:
    """How to draw each kind of page from a seed."""
    return {
        "drawings": line_art,
        "watercolours": wash,
        "notes": text_rows,
        "covers": cover,
        "bad-scans": dark,
    }


@pytest.fixture(scope="session")
def small_options() -> VisionOptions:
    """A small square, so that nets are quick."""
    return VisionOptions(image_size=64, batch=4, fine_tune_epochs=6, fine_tune_pages=60)


@pytest.fixture(scope="session")
def small_backbone(small_options: VisionOptions) -> Backbone:
    """A ResNet of four thin stages with fixed random weights."""
    import torch

    from strokebook.vision.backbones.nets import resnet

    with torch.random.fork_rng():
        torch.manual_seed(3)
        net = resnet({"embedding_size": 8, "hidden_sizes": [8, 8, 16, 24], "depths": [1, 1, 1, 2]})
    return Backbone.of("small", net, small_options)
