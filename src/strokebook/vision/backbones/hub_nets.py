"""Vision models of the Hugging Face hub by name (ViT, DINOv2, ConvNeXt, CLIP …) as page networks.

Such a model is taken as it is: its features are what it pools itself where it was trained to, else
the mean over its tokens or its map. Fine-tuning changes a linear layer behind it, which starts as
the identity, since every architecture would have to be cut in another place.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import torch
from torch import nn

from strokebook.base.errors import StrokebookError
from strokebook.vision.backbones.nets import HUB, IMAGENET, Numbers, PageNet, load_quietly

SIDES = (32, 1024)  # px; of models beyond it pages would take minutes, or have no detail
LARGEST = 1 << 20  # of any number in a model's configuration that decides sizes
DEEPEST = 512  # layers; more than any model has


class Features(nn.Module):
    """A vision model of the hub as a map ``(B, D, 1, 1)`` of its features.

    Attributes:
        model: Of ``transformers``.
        pools: Its own pooling is used; False where that has no trained weights.
    """

    def __init__(self, model: Any, pools: bool) -> None:
        super().__init__()
        self.model, self.pools = model, pools

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalised images ``(B, 3, S, S)`` as features."""
        out = self.model(pixel_values=x)
        pooled = getattr(out, "pooler_output", None) if self.pools else None
        if pooled is None:
            states = out.last_hidden_state  # (B, T, D) of tokens, or a map (B, D, h, w)
            pooled = states.mean(dim=1) if states.ndim == 3 else states.mean(dim=(2, 3))
        features: torch.Tensor = pooled.flatten(1)[:, :, None, None]
        return features


def hub_net(config: dict[str, Any]) -> PageNet:
    """A network with random weights, from what :func:`pretrained_hub_net` kept of it.

    Raises:
        ValueError: Sizes that no model has.
    """
    import transformers

    _check_sizes(config["model"])
    fields, library = dict(config["model"]), cast("Any", transformers)
    made = library.AutoConfig.for_model(fields.pop("model_type"), **fields)
    model = _vision_part(library.AutoModel.from_config(made))
    return _page_net(model, config)


def pretrained_hub_net(place: str | Path, *, local: bool) -> PageNet:
    """A vision model with the weights that lie at ``place``; none of its own code is run.

    Args:
        place: A folder with ``config.json`` and safetensors weights, or a name on the hub.
        local: Look on this computer only (the hub's cache included).

    Raises:
        StrokebookError: Nothing there, damaged, or no model that looks at pictures.
    """
    from transformers import AutoModel

    try:
        model, info = load_quietly(AutoModel, str(place), local)
        whole, model = model, _vision_part(model)
        missing = [name for name in info["missing_keys"] if "pooler" not in name]
        if missing:
            raise ValueError(f"{len(missing)} of its arrays are missing ({min(missing)} …)")
        if getattr(model, "main_input_name", "") != "pixel_values":
            raise ValueError("it does not look at pictures")
        config = {
            "model": whole.config.to_dict() | {"model_type": whole.config.model_type},
            "pools": not info["missing_keys"],
            **_preparation(place, model.config, local),
        }
        net = _page_net(model, config)
        _check_sizes(config["model"])
    except Exception as error:  # files and parsers fail in a dozen ways; all mean: no such model
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise StrokebookError(
            f"No vision model can be loaded from {place} ({first}).",
            "Give the name of one on the hub, or a folder with its config.json,"
            " preprocessor_config.json and model.safetensors.",
        ) from error
    return net


def _vision_part(model: Any) -> Any:
    """Of a model of pictures and words (CLIP, SigLIP) the half that sees."""
    return getattr(model, "vision_model", model)


def _page_net(model: Any, config: dict[str, Any]) -> PageNet:
    """The model, and behind it a linear layer that changes nothing until it is tuned."""
    features = Features(model, bool(config["pools"])).eval()
    side = int(config["side"])
    with torch.inference_mode():
        dim = features(torch.zeros(1, 3, side, side)).shape[1]
    linear = nn.Conv2d(dim, dim, 1)
    with torch.no_grad():
        linear.weight.copy_(torch.eye(dim)[:, :, None, None])
        nn.init.zeros_(linear.bias)  # type: ignore[arg-type]
    scale = (tuple(config["mean"]), tuple(config["std"]))
    return PageNet(HUB, nn.Sequential(features), nn.Sequential(linear), dim, config, scale)


def _preparation(place: str | Path, config: Any, local: bool) -> dict[str, Any]:
    """Mean, deviation and side as the model's preprocessor says; ImageNet's where it is silent.

    Only its JSON is read: the preprocessors themselves need torchvision.
    """
    from transformers.image_processing_base import ImageProcessingMixin

    reader: Any = ImageProcessingMixin
    try:
        fields, _ = reader.get_image_processor_dict(str(place), local_files_only=local)
    except OSError:
        fields = {}
    normal = bool(fields.get("do_normalize", True))
    mean, std = (fields.get(f"image_{name}") for name in ("mean", "std"))
    side = _side(fields.get("crop_size")) or _side(fields.get("size")) or _own_side(config)
    if not SIDES[0] <= side <= SIDES[1]:
        raise ValueError(f"it looks at pictures of {side} px, beyond {SIDES[0]} to {SIDES[1]}")
    return {
        "mean": _three(mean, IMAGENET[0]) if normal else (0.0,) * 3,
        "std": _three(std, IMAGENET[1]) if normal else (1.0,) * 3,
        "side": side,
    }


def _three(values: Any, default: Numbers) -> Numbers:
    return tuple(float(v) for v in values) if values and len(values) == 3 else default


def _side(size: Any) -> int | None:
    """The side that a preprocessor's ``size`` or ``crop_size`` means, in any of its spellings."""
    if isinstance(size, dict):
        size = size.get("height") or size.get("shortest_edge")
    return int(size) if isinstance(size, int | float) else None


def _own_side(config: Any) -> int:
    side = getattr(config, "image_size", None) or 224
    return int(side[0] if isinstance(side, list | tuple) else side)


def _check_sizes(fields: Any, name: str = "") -> None:
    """Refuse a configuration of absurd sizes before a net of gigabytes is made of it.

    Raises:
        ValueError: A number that no model has.
    """
    if isinstance(fields, dict):
        for key, value in fields.items():
            _check_sizes(value, str(key))
    elif isinstance(fields, list | tuple):
        for value in fields:
            _check_sizes(value, name)
    elif isinstance(fields, int) and not isinstance(fields, bool):
        deep = "layers" in name or "depths" in name or "blocks" in name
        if fields > (DEEPEST if deep else LARGEST):
            raise ValueError(f"its configuration has sizes that no model has ({name})")
