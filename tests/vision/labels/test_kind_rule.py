"""The rule that names pages: each kind, its borders, the folder as a prior, clusters' names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from strokebook.vision.labels.kind_rule import LABELS, KindVerdict, judge, name_clusters
from strokebook.vision.labels.measures import PageMeasures, measure

Pages = dict[str, Callable[..., Image.Image]]
PLAIN = PageMeasures(
    ground_lightness=94.0,
    ground_chroma=2.0,
    paper_lightness=95.0,
    colour_area=0.0,
    shade_area=0.0,
    bed_area=0.0,
    tint_area=0.0,
    tint_edge=0.001,
    shade_edge=0.005,
    ink_depth=0.7,
    ink_share=0.04,
    sharpness=0.6,
    smear=0.9,
    components=20,
    line_share=0.8,
    longest=0.4,
    text_share=0.0,
    text_rows=0,
    text_length=0.0,
)


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("seed", range(3))
def test_every_kind_by_its_pixels_alone(pages: Pages, label: str, seed: int) -> None:
    verdict = judge(measure(pages[label](seed)))
    assert verdict.label == label, verdict
    assert verdict.confidence > 0.6
    assert verdict.reasons


def test_show_through_binding_shadow_and_scanner_edge_stay_a_drawing(pages: Pages) -> None:
    page = pages["drawings"]()
    behind = pages["drawings"](5).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    page = Image.blend(page, behind.filter(ImageFilter.GaussianBlur(3)), 0.06)
    pixels = np.asarray(page).copy()
    pixels[:, :14] = pixels[:, :14] * np.linspace(0.6, 1, 14)[None, :, None]
    pixels[-6:, 200:] = (90, 217, 190)
    verdict = judge(measure(Image.fromarray(pixels)))
    assert verdict.label == "drawings", verdict


@pytest.mark.parametrize("blur", [2.5, 4, 8])
def test_a_blurred_page_is_a_bad_scan(pages: Pages, blur: float) -> None:
    assert (
        judge(measure(pages["drawings"]().filter(ImageFilter.GaussianBlur(blur)))).label
        == "bad-scans"
    )


@pytest.mark.parametrize("level", [255, 238])
def test_an_empty_page_is_a_bad_scan_even_with_its_number(level: int) -> None:
    page = Image.new("RGB", (450, 640), (level,) * 3)
    ImageDraw.Draw(page).text((410, 600), "17", fill=(40, 40, 40))
    assert judge(measure(page)).label == "bad-scans"


def test_a_faint_pencil_drawing_is_no_bad_scan(pages: Pages) -> None:
    faint = np.asarray(pages["drawings"](), float) * 0.25 + 0.75 * 240
    assert judge(measure(Image.fromarray(faint.astype(np.uint8)))).label == "drawings"


def test_a_pale_wash_and_a_grey_one_are_watercolours(pages: Pages) -> None:
    assert judge(measure(pages["watercolours"](1, strength=0.2))).label == "watercolours"
    assert (
        judge(measure(pages["watercolours"](1, strength=0.7).convert("L"))).label == "watercolours"
    )


def test_a_wash_of_almost_water_is_a_watercolour(pages: Pages) -> None:
    for seed in (0, 2, 3):
        assert judge(measure(pages["watercolours"](seed, strength=0.1))).label == "watercolours"


@pytest.mark.parametrize("light", [0.5, 0.42])
@pytest.mark.parametrize("label", ["drawings", "watercolours", "notes", "covers"])
def test_half_the_light_changes_no_kind(pages: Pages, label: str, light: float) -> None:
    dim = (np.asarray(pages[label](2)) * light).astype(np.uint8)
    assert judge(measure(Image.fromarray(dim))).label == label


@pytest.mark.parametrize("label", ["drawings", "watercolours", "notes"])
def test_a_shadow_over_half_the_page_changes_no_kind(pages: Pages, label: str) -> None:
    page = np.asarray(pages[label](1)).astype(float)
    light = 0.4 + 0.6 / (1 + np.exp(-(np.arange(page.shape[1]) - 225) / 30))
    shadowed = Image.fromarray((page * light[None, :, None]).astype(np.uint8))
    assert judge(measure(shadowed)).label == label


def test_mixed_light_is_no_wash(pages: Pages) -> None:
    page = np.asarray(pages["drawings"](3)).astype(float)
    warm = np.linspace(0, 1, page.shape[1])[None, :, None] * [0.0, 0.04, 0.12]
    lit = Image.fromarray((page * (1 - warm)).astype(np.uint8))
    assert judge(measure(lit)).label == "drawings"


def test_a_page_that_moved_is_a_bad_scan(pages: Pages) -> None:
    page = np.asarray(pages["drawings"](1)).astype(float)
    moved = np.mean([np.roll(page, k, axis=1) for k in range(-14, 15)], axis=0)
    verdict = judge(measure(Image.fromarray(moved.astype(np.uint8))))
    assert verdict.label == "bad-scans"
    assert "moved" in verdict.reasons


def test_a_page_half_off_the_glass_is_a_bad_scan_and_a_black_edge_is_not(pages: Pages) -> None:
    page = np.asarray(pages["drawings"](1)).copy()
    page[:, -30:] = (20, 22, 26)
    assert judge(measure(Image.fromarray(page))).label == "drawings"
    page[:, -180:] = (20, 22, 26)
    verdict = judge(measure(Image.fromarray(page)))
    assert verdict.label == "bad-scans"
    assert "off the glass" in verdict.reasons


def test_size_does_not_decide(pages: Pages) -> None:
    for label, draw in pages.items():
        page = draw(1)
        large = page.resize((page.width * 3, page.height * 3), Image.Resampling.LANCZOS)
        assert judge(measure(large)).label == label


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (200, 3), (17, 23)])
def test_scraps_of_images_are_judged_without_an_error(size: tuple[int, int]) -> None:
    assert judge(measure(Image.new("RGB", size, "white"))).label == "bad-scans"


def test_art_is_never_notes_or_covers(pages: Pages) -> None:
    assert judge(measure(pages["notes"]()), "art").label == "drawings"
    assert judge(measure(pages["covers"](0)), "art").label == "watercolours"
    assert judge(measure(pages["bad-scans"]()), "art").label == "bad-scans"


def test_a_hand_sorted_folder_wins_unless_the_pixels_are_strong(pages: Pages) -> None:
    doubtful = replace(PLAIN, line_share=0.35, text_share=0.2, text_length=0.4)
    assert judge(doubtful).label == "drawings"
    assert judge(doubtful, "notes").label == "notes"
    assert judge(PLAIN, "notes").label == "drawings"
    assert judge(measure(pages["bad-scans"]()), "cover").label == "covers"
    assert judge(measure(pages["bad-scans"]()), "notes").label == "bad-scans"
    assert judge(PLAIN, "xtra") == judge(PLAIN)


def test_confidence_falls_towards_the_edge() -> None:
    shares = [0.4, 0.2, 0.1, 0.051]
    sure = [judge(replace(PLAIN, colour_area=share), "art").confidence for share in shares]
    assert sure == sorted(sure, reverse=True)
    assert sure[-1] < 0.55
    assert sure[0] > 0.8


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["drawings", "notes"])),
        min_size=1,
        max_size=40,
    )
)
def test_only_clusters_that_agree_get_a_name(pairs: list[tuple[int, str]]) -> None:
    names = name_clusters([n for n, _ in pairs], [KindVerdict(v, 1.0, "") for _, v in pairs], 0.9)
    for number in {n for n, _ in pairs}:
        inside = [v for n, v in pairs if n == number]
        if number in names:
            assert inside.count(names[number]) >= 0.9 * len(inside)
        else:
            assert all(inside.count(v) < 0.9 * len(inside) for v in inside)


def test_numbers_and_verdicts_must_match() -> None:
    with pytest.raises(ValueError, match="shorter"):
        name_clusters([0, 1], ["notes"])


def test_the_artists_own_pages(shared: Path) -> None:
    drawn = sorted((shared / "data" / "pages").glob("*.png"))
    noted = sorted((shared / "data" / "notes").glob("*.jpg"))
    assert len(drawn) == 10
    assert len(noted) == 3
    for path in drawn:
        for folder in ("art", None):
            verdict = judge(measure(_preview(path)), folder)
            assert verdict.label == "drawings", (path.name, verdict)
    assert [judge(measure(_preview(p)), "notes").label for p in noted] == ["notes"] * 3


def _preview(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.draft("RGB", (1280, 1280))
        small = image.convert("RGB")
    small.thumbnail((640, 640))
    return small
