"""Fine-tuning on folder names: what it learns, what it must not forget, when it refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from strokebook.vision.backbones import finetune
from strokebook.vision.backbones.backbone import Backbone
from strokebook.vision.backbones.finetune import FineTuneReport, alter, fine_tune
from strokebook.vision.backbones.splitting import split_pages
from strokebook.vision.options import VisionOptions

Pages = dict[str, Callable[..., Image.Image]]
Material = tuple[list[Image.Image], list[str], list[str]]


@pytest.fixture
def material(pages: Pages) -> Material:
    """Images, folders and kinds: drawings and watercolours lie mixed in ``art``."""
    kinds = ["drawings"] * 12 + ["watercolours"] * 12 + ["notes"] * 12
    images = [pages[kind](seed) for seed, kind in enumerate(kinds)]
    return images, ["notes" if k == "notes" else "art" for k in kinds], kinds


def apart(vectors: np.ndarray, kinds: list[str]) -> float:
    """Distance of drawings' and watercolours' middles over the spread inside them."""
    groups = [vectors[np.array(kinds) == k] for k in ("drawings", "watercolours")]
    middles = [g.mean(axis=0) for g in groups]
    inside = np.mean(
        [np.linalg.norm(g - m, axis=1).mean() for g, m in zip(groups, middles, strict=True)]
    )
    return float(np.linalg.norm(middles[0] - middles[1]) / inside)


def test_it_learns_folders_and_keeps_drawings_apart_from_watercolours(
    small_backbone: Backbone, small_options: VisionOptions, material: Material
) -> None:
    images, folders, kinds = material
    options = replace(small_options, fine_tune_epochs=40, learning_rate=5e-3)
    before = small_backbone.embed(images)
    tuned, report = fine_tune(small_backbone, images, folders, options)
    after = tuned.embed(images)
    assert report.done
    assert report.classes == ("art", "notes")
    assert (report.pages, report.held_out) == (29, 7)
    assert report.majority == pytest.approx(5 / 7)
    assert report.balanced_accuracy > 0.7  # 0.5 is guessing
    assert report.kept < 0.99999  # it did change something
    assert apart(after, kinds) > 0.7 * apart(before, kinds)
    assert tuned.fingerprint != small_backbone.fingerprint
    assert tuned.name == "small, fine-tuned"


def test_the_backbone_given_stays_as_it_was(
    small_backbone: Backbone, small_options: VisionOptions, material: Material
) -> None:
    images, folders, _ = material
    before = small_backbone.embed(images[:4])
    tuned, _ = fine_tune(small_backbone, images, folders, small_options)
    np.testing.assert_array_equal(small_backbone.embed(images[:4]), before)
    fresh = Backbone.of("small", small_backbone.net, small_options)
    assert fresh.fingerprint == small_backbone.fingerprint
    twice, _ = fine_tune(tuned, images, folders, small_options)
    assert twice.name == "small, fine-tuned"


def test_a_seed_decides_everything(
    small_backbone: Backbone, small_options: VisionOptions, material: Material
) -> None:
    images, folders, _ = material
    prints = []
    for torch_seed, seed in ((1, 0), (2, 0), (2, 7)):
        torch.manual_seed(torch_seed)
        options = replace(small_options, seed=seed)
        tuned, _ = fine_tune(small_backbone, images, folders, options)
        prints.append(tuned.fingerprint)
    assert prints[0] == prints[1] != prints[2]


def test_keeping_hard_changes_less(
    small_backbone: Backbone, small_options: VisionOptions, material: Material
) -> None:
    images, folders, _ = material
    options = replace(small_options, fine_tune_epochs=15, learning_rate=0.1)
    kept = [
        fine_tune(small_backbone, images, folders, replace(options, retention_weight=keep))[1].kept
        for keep in (0.0, 30.0)
    ]
    assert kept[0] < kept[1] - 0.01
    assert kept[1] <= 1.0


@pytest.mark.parametrize(
    ("folders", "word"),
    [([], "no pages"), (["art"] * 9, "art 9"), (["art"] * 9 + ["notes"] * 3, "notes 3")],
)
def test_too_little_to_learn_from_is_reported(
    small_backbone: Backbone,
    small_options: VisionOptions,
    pages: Pages,
    folders: list[str],
    word: str,
) -> None:
    images = [pages["drawings"](i) for i in range(len(folders))]
    same, report = fine_tune(small_backbone, images, folders, small_options)
    assert same is small_backbone
    assert not report.done
    assert word in report.sentence


def test_no_epochs_means_no_tuning(
    small_backbone: Backbone, small_options: VisionOptions, material: Material
) -> None:
    options = replace(small_options, fine_tune_epochs=0)
    same, report = fine_tune(small_backbone, material[0], material[1], options)
    assert same is small_backbone
    assert report == FineTuneReport(False, report.sentence)


def test_small_folders_are_left_out_and_large_ones_cut(
    small_backbone: Backbone, small_options: VisionOptions, pages: Pages
) -> None:
    names = ["art"] * 30 + ["notes"] * 6 + ["cover"] * 2
    kinds = {"art": "drawings", "notes": "notes", "cover": "covers"}
    images = [pages[kinds[name]](i) for i, name in enumerate(names)]
    options = replace(small_options, fine_tune_pages=20, fine_tune_epochs=1)
    _, report = fine_tune(small_backbone, images, names, options)
    assert report.classes == ("art", "notes")
    assert report.pages + report.held_out == 10 + 6


def test_an_altered_page_is_the_page_still(pages: Pages) -> None:
    page = pages["drawings"]()
    other = alter(page, np.random.default_rng(1))
    assert other.size == page.size
    plain, moved = (np.asarray(i.convert("L"), float) for i in (page, other))
    assert np.abs(plain - moved).max() > 50
    assert abs((plain < 120).mean() - (moved < 120).mean()) < 0.01
    assert other.getpixel((0, 0))[0] > 180  # corners turned in are paper, not black
    np.testing.assert_array_equal(
        np.asarray(other), np.asarray(alter(page, np.random.default_rng(1)))
    )


def test_whole_sketchbooks_are_held_out_where_there_are_several() -> None:
    labels = ["art"] * 20 + ["notes"] * 20
    books = [f"sb{i % 5}" for i in range(40)]
    rng = np.random.default_rng(0)
    learn, test, by = split_pages(labels, ("art", "notes"), 600, rng, books)
    assert by == "sketchbooks"
    assert not {books[i] for i in learn} & {books[i] for i in test}
    assert {labels[i] for i in test} == {"art", "notes"}
    assert len(test) == 8  # a fifth
    assert sorted([*learn, *test]) == list(range(40))


@pytest.mark.parametrize(
    "books", [None, ["sb1"] * 40, ["sb1"] * 20 + ["sb2"] * 20, ["sb1"] * 37 + ["sb2"] * 3]
)
def test_pages_are_held_out_where_no_sketchbook_can_be(books: list[str] | None) -> None:
    labels = ["art"] * 20 + ["notes"] * 20
    rng = np.random.default_rng(0)
    learn, test, by = split_pages(labels, ("art", "notes"), 600, rng, books)
    assert by == "pages"
    assert (len(learn), len(test)) == (32, 8)


def test_a_network_that_got_worse_is_not_kept(
    small_backbone: Backbone,
    small_options: VisionOptions,
    material: Material,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Blind(torch.nn.Module):
        def forward(self, maps: torch.Tensor) -> torch.Tensor:
            return torch.zeros(len(maps), small_backbone.dim, 1, 1)

    monkeypatch.setattr(finetune, "_train", lambda *_: Blind())
    same, report = fine_tune(small_backbone, material[0], material[1], small_options)
    assert same is small_backbone
    assert not report.done
    assert "stays as it was" in report.sentence
    assert report.balanced_accuracy < report.frozen_balanced_accuracy
    assert report.scores is not None
    assert report.scores.pages == report.held_out
