"""Vision models of the hub by name, from small ones saved here; folding; bfloat16."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from strokebook.base.errors import StrokebookError, UsageError
from strokebook.vision.backbones.backbone import Backbone, load_backbone
from strokebook.vision.backbones.finetune import fine_tune
from strokebook.vision.backbones.folded import FoldedPart
from strokebook.vision.backbones.nets import efficientnet_lite0
from strokebook.vision.backbones.saved_backbone import CARD, load_saved, save_backbone
from strokebook.vision.options import VisionOptions

NAME = "someone/small"
ATTENTION = {
    "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
    "intermediate_size": 24, "image_size": 64, "patch_size": 16,
}  # fmt: skip
PREPARED = {"image_mean": [0.5] * 3, "image_std": [0.25] * 3, "size": {"height": 64, "width": 64}}


def save_model(folder: Path, kind: str, prepared: dict[str, Any] | None = PREPARED) -> Path:
    import transformers

    models: dict[str, Any] = {
        "vit": ("ViTModel", transformers.ViTConfig(**ATTENTION)),
        "dinov2": (
            "Dinov2Model",
            transformers.Dinov2Config(**ATTENTION | {"patch_size": 14, "image_size": 56}),
        ),
        "convnext": (
            "ConvNextModel",
            transformers.ConvNextConfig(hidden_sizes=[8, 8, 16, 24], depths=[1, 1, 1, 1]),
        ),
        "clip": (
            "CLIPModel",
            transformers.CLIPConfig(
                vision_config=ATTENTION,
                text_config=ATTENTION | {"vocab_size": 9, "bos_token_id": 0, "eos_token_id": 1},
            ),
        ),
        "bert": ("BertModel", transformers.BertConfig(**ATTENTION | {"vocab_size": 9})),
    }
    name, config = models[kind]
    with torch.random.fork_rng():
        torch.manual_seed(7)
        getattr(transformers, name)(config).save_pretrained(folder)
    if prepared is not None:
        (folder / "preprocessor_config.json").write_text(json.dumps(prepared))
    return folder


def pictures(count: int = 4) -> list[Image.Image]:
    rng = np.random.default_rng(1)
    return [Image.fromarray(rng.integers(0, 255, (80, 60, 3), np.uint8)) for _ in range(count)]


def options(folder: Path, **more: Any) -> VisionOptions:
    return VisionOptions(backbone=NAME, weights=str(folder), **more)


@pytest.mark.parametrize(
    ("kind", "dim"), [("vit", 16), ("dinov2", 16), ("convnext", 24), ("clip", 16)]
)
def test_a_model_by_name_is_its_own_features(tmp_path: Path, kind: str, dim: int) -> None:
    from transformers import AutoModel

    folder = save_model(tmp_path, kind)
    said: list[str] = []
    backbone = load_backbone(options(folder), said.append)
    assert (backbone.name, backbone.dim, backbone.image_size) == (NAME, dim, 64)
    assert backbone.net.mean == (0.5,) * 3 and backbone.net.std == (0.25,) * 3
    assert NAME in said[0] and f"{dim} features" in said[0]
    model: Any = AutoModel.from_pretrained(folder)
    model = getattr(model, "vision_model", model).eval()
    with torch.inference_mode():
        wanted = model(pixel_values=backbone.prepare(pictures())).pooler_output.numpy()
    got = backbone.embed(pictures())
    np.testing.assert_allclose(
        got, wanted / np.linalg.norm(wanted, axis=1, keepdims=True), atol=1e-5
    )
    saved = tmp_path / "saved"
    save_backbone(backbone, saved)
    again = load_saved(saved, VisionOptions())
    assert again.fingerprint == backbone.fingerprint
    np.testing.assert_array_equal(again.embed(pictures()), got)


def test_without_a_trained_pooler_it_is_the_mean_over_tokens(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = save_model(tmp_path, "vit", prepared=None)
    file = folder / "model.safetensors"
    with_pooler = load_backbone(options(folder))
    state = {k: v for k, v in load_file(file).items() if not k.startswith("pooler")}
    save_file(state, file, {"format": "pt"})
    backbone = load_backbone(options(folder))
    assert backbone.net.config["pools"] is False
    assert backbone.image_size == 64  # of config.json, where no preprocessor says it
    assert backbone.fingerprint != with_pooler.fingerprint
    vectors = backbone.embed(pictures())
    np.testing.assert_array_equal(vectors, load_backbone(options(folder)).embed(pictures()))


def test_what_is_no_vision_model_is_refused(tmp_path: Path) -> None:
    words = save_model(tmp_path / "words", "bert")
    with pytest.raises(StrokebookError, match="does not look at pictures"):
        load_backbone(options(words))
    vit = save_model(tmp_path / "vit", "vit", {"size": 4096})
    with pytest.raises(StrokebookError, match="4096 px"):
        load_backbone(options(vit))
    config = json.loads((vit / "config.json").read_text())
    (vit / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3}))
    with pytest.raises(StrokebookError, match="No vision model can be loaded"):
        load_backbone(options(vit))
    with pytest.raises(UsageError, match="no network 'resnet43'") as refused:
        load_backbone(VisionOptions(backbone="resnet43"))
    assert "resnet34" in refused.value.remedy


def test_a_name_that_cannot_be_had_falls_back_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    said: list[str] = []
    backbone = load_backbone(VisionOptions(backbone=NAME), said.append)
    assert backbone.name == "efficientnet-lite0"
    assert NAME in said[0] and "HF_HUB_OFFLINE" in said[0]


def test_a_saved_model_of_other_sizes_than_its_weights_is_refused(tmp_path: Path) -> None:
    save_backbone(load_backbone(options(save_model(tmp_path / "m", "vit"))), tmp_path)
    card = json.loads((tmp_path / CARD).read_text())
    for field, value in (("num_hidden_layers", 9), ("intermediate_size", 1 << 30)):
        card["config"]["model"] = card["config"]["model"] | {field: value}
        (tmp_path / CARD).write_text(json.dumps(card))
        with pytest.raises(StrokebookError, match=r"as many|no model has"):
            load_saved(tmp_path, VisionOptions())


def test_fine_tuning_changes_a_linear_layer_behind_the_model(tmp_path: Path) -> None:
    base = load_backbone(options(save_model(tmp_path, "dinov2")))
    rng = np.random.default_rng(2)
    pages = [
        Image.fromarray(rng.integers(low, low + 60, (80, 60, 3), np.uint8))
        for low in (20, 180)
        for _ in range(6)
    ]
    tuned, report = fine_tune(
        base, pages, ["art"] * 6 + ["notes"] * 6, options(tmp_path, fine_tune_epochs=3)
    )
    assert report.done and tuned.image_size == base.image_size
    assert tuned.fingerprint != base.fingerprint
    before = base.net.trunk.state_dict()
    assert all(torch.equal(v, before[k]) for k, v in tuned.net.trunk.state_dict().items())


def test_a_folded_network_gives_the_same_features_and_keeps_its_weights() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(3)
        net = efficientnet_lite0()
        for module in net.modules():
            if isinstance(module, torch.nn.BatchNorm2d):  # as if it had been trained
                module.running_mean.normal_(0, 0.1)  # type: ignore[union-attr,operator]
                module.running_var.uniform_(0.5, 1.5)  # type: ignore[union-attr,operator]
        x = torch.randn(2, 3, 224, 224)
    names = list(net.state_dict())
    with torch.enable_grad():
        built = net(x).detach()
    with torch.inference_mode():
        folded = net(x)
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in net.trunk._folded.modules())
    torch.testing.assert_close(folded, built, rtol=1e-3, atol=1e-5)
    assert list(net.state_dict()) == names


def test_a_part_is_folded_anew_after_its_weights_were_trained() -> None:
    conv, norm = torch.nn.Conv2d(1, 2, 1), torch.nn.BatchNorm2d(2)
    part, x = FoldedPart(conv, norm).eval(), torch.ones(1, 1, 2, 2)
    with torch.no_grad():
        before = part(x)
    trained = copy.deepcopy(part)
    with torch.enable_grad():
        trained(x).sum().backward()
    with torch.no_grad():
        trained[0].weight += 1  # type: ignore[operator]
        assert not torch.allclose(trained(x), before)
        assert torch.allclose(part(x), before)


def test_bfloat16_is_another_identity_and_nearly_the_same_vectors(
    tmp_path: Path, small_backbone: Backbone, small_options: VisionOptions
) -> None:
    half = Backbone.of("small", small_backbone.net, replace(small_options, precision="bf16"))
    assert half.fingerprint != small_backbone.fingerprint
    cosine = (half.embed(pictures()) * small_backbone.embed(pictures())).sum(axis=1)
    assert 0.995 < cosine.min() <= cosine.max() < 1 + 1e-6
    save_backbone(half, tmp_path / "half")
    save_backbone(small_backbone, tmp_path / "whole")
    assert load_saved(tmp_path / "half", VisionOptions()).bf16
    # What was saved before there was a choice stays valid, byte by byte.
    assert "precision" not in (tmp_path / "whole" / CARD).read_text()
    assert not load_saved(tmp_path / "whole", VisionOptions(precision="bf16")).bf16
