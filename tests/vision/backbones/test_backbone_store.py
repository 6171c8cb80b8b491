"""A backbone written and read again; files that are gone, cut, or not each other's."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from strokebook.base.errors import StrokebookError
from strokebook.vision.backbones.backbone import Backbone, load_backbone
from strokebook.vision.backbones.finetune import FineTuneReport
from strokebook.vision.backbones.saved_backbone import CARD, WEIGHTS, load_saved, save_backbone
from strokebook.vision.options import VisionOptions


def test_it_comes_back_the_same(
    small_backbone: Backbone, small_options: VisionOptions, tmp_path: Path
) -> None:
    report = FineTuneReport(True, "Tuned.", classes=("art", "notes"), accuracy=0.5)
    paths = save_backbone(small_backbone, tmp_path / "net", report)
    assert sorted(p.name for p in (tmp_path / "net").iterdir()) == sorted(p.name for p in paths)
    other_size = replace(small_options, image_size=128, batch=2)
    loaded = load_saved(tmp_path / "net", other_size)
    image = Image.new("RGB", (50, 80), (250, 200, 100))
    assert (loaded.name, loaded.dim, loaded.batch) == ("small", 24, 2)
    assert loaded.image_size == small_backbone.image_size
    assert loaded.fingerprint == small_backbone.fingerprint
    np.testing.assert_array_equal(loaded.embed([image]), small_backbone.embed([image]))
    assert json.loads((tmp_path / "net" / CARD).read_text())["fine_tune"]["accuracy"] == 0.5


def test_the_packaged_network_too(tmp_path: Path) -> None:
    options = VisionOptions(backbone="efficientnet-lite0", image_size=64)
    backbone = load_backbone(options)
    save_backbone(backbone, tmp_path)
    assert load_saved(tmp_path, options).fingerprint == backbone.fingerprint


@pytest.mark.parametrize("field", ["name", "kind", "config", "image_size", "fingerprint"])
@pytest.mark.parametrize("value", [None, "", [], 0, True, 1 << 40], ids=repr)
def test_empty_fields(
    small_backbone: Backbone,
    small_options: VisionOptions,
    tmp_path: Path,
    field: str,
    value: object,
) -> None:
    _, card = save_backbone(small_backbone, tmp_path)
    card.write_text(json.dumps(json.loads(card.read_text()) | {field: value}))
    if (field, value) == ("name", ""):  # a name says nothing of the network
        assert load_saved(tmp_path, small_options).name == ""
        return
    with pytest.raises(StrokebookError, match=r"cannot be used|no network of kind"):
        load_saved(tmp_path, small_options)


def test_a_configuration_beyond_the_weights_is_refused_before_a_net_is_made(
    small_backbone: Backbone, small_options: VisionOptions, tmp_path: Path
) -> None:
    _, card = save_backbone(small_backbone, tmp_path)
    values = json.loads(card.read_text())
    for name, sizes in (("hidden_sizes", [8192] * 4), ("depths", [99] * 4), ("depths", [10**9])):
        config = values["config"] | {name: sizes}
        card.write_text(json.dumps(values | {"config": config}))
        with pytest.raises(StrokebookError, match=r"configuration|fewer"):
            load_saved(tmp_path, small_options)


@pytest.mark.parametrize(
    "harm", ["no card", "no weights", "cut card", "cut weights", "list", "format", "kind", "swap"]
)
def test_every_damage_is_one_clear_sentence(
    small_backbone: Backbone, small_options: VisionOptions, tmp_path: Path, harm: str
) -> None:
    save_backbone(small_backbone, tmp_path)
    weights, card = tmp_path / WEIGHTS, tmp_path / CARD
    values = json.loads(card.read_text())
    if harm == "no card":
        card.unlink()
    elif harm == "no weights":
        weights.unlink()
    elif harm == "cut card":
        card.write_text(card.read_text()[:40])
    elif harm == "cut weights":
        weights.write_bytes(weights.read_bytes()[:-100])
    elif harm == "list":
        card.write_text("[]")
    elif harm == "format":
        card.write_text(json.dumps(values | {"format": 99}))
    elif harm == "kind":
        card.write_text(json.dumps(values | {"kind": "vgg"}))
    else:
        card.write_text(json.dumps(values | {"fingerprint": "0" * 16}))
    with pytest.raises(StrokebookError) as caught:
        load_saved(tmp_path, small_options)
    assert "\n" not in str(caught.value)
    assert "ine-tune" in caught.value.remedy
