"""Backbone, the network from images to feature vectors: loading, image preparation, embedding."""

from __future__ import annotations

import os
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from strokebook.base.array_types import Floats32
from strokebook.base.errors import StrokebookError
from strokebook.base.files import digest
from strokebook.base.progress import SILENT, Progress
from strokebook.vision.options import EFFICIENTNET, RESNET, VisionOptions

if TYPE_CHECKING:
    import torch

    from strokebook.vision.backbones.nets import PageNet

Vectors = Floats32  # (N, D), rows of length 1
Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Backbone:
    """A network that turns images into vectors; it is not changed by use.

    Shape letters: N images, D features, S the side of the square the network sees.

    Attributes:
        name: For people (``resnet34``, ``efficientnet-lite0, fine-tuned``).
        dim: D; 512 for ResNet-34, 1280 for EfficientNet-Lite0.
        fingerprint: Key of the weights and of how images are prepared; the same fingerprint
            gives the same vectors.
        image_size: S.
        batch: Images at a time.
        net: The network.
    """

    name: str
    dim: int
    fingerprint: str
    image_size: int
    batch: int
    net: PageNet

    @classmethod
    def of(cls, name: str, net: PageNet, options: VisionOptions) -> Backbone:
        """A backbone around ``net``, with its fingerprint."""
        import torch

        # Convolutions on a CPU are about 1.4 times as fast with channels last (measured on both).
        net = net.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        key = fingerprint(net, options.image_size)
        return cls(name, net.dim, key, options.image_size, options.batch, net)

    def embed(self, images: Iterable[Image.Image], progress: Progress = SILENT) -> Vectors:
        """Feature vectors of images.

        Args:
            images: RGB images of any size and shape, N of them; taken one batch at a time, so
                that a generator keeps few in memory.
            progress: Told of every image.

        Returns:
            ``(N, D)`` float32, each row of length 1, so that the product of two rows is their
            cosine and Euclidean methods (k-means) order them as the cosine does.
        """
        import torch

        total = len(images) if isinstance(images, Sequence) else None
        batches = _batches(progress.track(images, "Embedding", total), self.batch)
        with torch.inference_mode():
            rows = [self.net(self.prepare(batch)).numpy() for batch in batches]
        return unit_rows(np.concatenate([np.zeros((0, self.dim), np.float32), *rows]))

    def prepare(self, images: Sequence[Image.Image]) -> torch.Tensor:
        """Images as the network takes them, ``(B, 3, S, S)`` float32, channels last in memory."""
        import torch

        squares = np.stack([np.asarray(on_square(i, self.image_size)) for i in images])
        mean, std = np.array(self.net.mean, np.float32), np.array(self.net.std, np.float32)
        scaled = (squares.astype(np.float32) / 255 - mean) / std
        # (B, S, S, 3) seen as (B, 3, S, S) is what torch calls channels_last: no copy.
        return torch.from_numpy(scaled).permute(0, 3, 1, 2)

    def renamed(self, name: str) -> Backbone:
        """The same under another name."""
        return replace(self, name=name)


def on_square(image: Image.Image, side: int) -> Image.Image:
    """The whole image in the middle of a square of its own paper colour.

    Padding keeps what the other two ways lose: cropping cuts the foot of a page (dates, page
    numbers, the last lines of notes), squashing changes the angles and widths that a line
    drawing consists of. Paper colour (the median of the rim) rather than black or white, because
    a hard frame would be the strongest edge in the picture.

    Args:
        image: Any size and mode.
        side: S, in px.
    """
    rgb = image.convert("RGB")
    scale = side / max(rgb.size)
    size = (max(1, round(rgb.width * scale)), max(1, round(rgb.height * scale)))
    pixels = np.asarray(rgb)
    rim = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    red, green, blue = (int(v) for v in np.median(rim, axis=0))
    square = Image.new("RGB", (side, side), (red, green, blue))
    small = rgb.resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0)
    square.paste(small, ((side - size[0]) // 2, (side - size[1]) // 2))
    return square


def unit_rows(vectors: npt.ArrayLike) -> Vectors:
    """``(N, D)`` rows scaled to length 1; rows of zeros stay zero."""
    rows = np.asarray(vectors, np.float32)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(length, 1e-12), np.float32)


def fingerprint(net: PageNet, image_size: int) -> str:
    """A key of everything that decides a vector: weights, normalisation, size."""
    parts: list[bytes | str] = [net.kind, repr((net.mean, net.std, image_size))]
    for name, tensor in sorted(net.state_dict().items()):
        parts += [name, tensor.detach().cpu().contiguous().numpy().tobytes()]
    return digest(*parts)


def load_backbone(
    options: VisionOptions, say: Say = SILENT.say, *, hub_allowed: bool | None = None
) -> Backbone:
    """The network that the options ask for, or the packaged one where it is not to be had.

    ResNet-34 is looked for in ``options.weights``; without that in the hub's cache on this
    computer, then, where that is allowed and neither HF_HUB_OFFLINE nor TRANSFORMERS_OFFLINE is
    set, at the hub, which must answer within ``options.hub_seconds``. The fallback is
    EfficientNet-Lite0, whose weights come inside a package.

    Args:
        options: Which network, from where.
        say: Told in one sentence which network it is and why.
        hub_allowed: Whether the hub may be asked; None: as ``options.hub`` says.

    Raises:
        StrokebookError: ``options.weights`` holds no ResNet, or the packaged weights are damaged.
    """
    from strokebook.vision.backbones import nets

    if options.backbone == RESNET and options.weights:
        net = nets.pretrained_resnet(_folder(options.weights), local=True)
        say(f"Pages are looked at by the ResNet in {options.weights} ({net.dim} features).")
        return Backbone.of(RESNET, net, options)
    if options.backbone == RESNET:
        allowed = options.hub == "allow" if hub_allowed is None else hub_allowed
        resnet = _hub_resnet(options, allowed)
        if not isinstance(resnet, str):
            say(f"Pages are looked at by ResNet-34 ({resnet.dim} features).")
            return Backbone.of(RESNET, resnet, options)
        reason = f", because ResNet-34's weights are not on this computer and {resnet}"
    else:
        reason = ", as the settings ask"
    net = nets.packaged_lite0()
    say(f"Pages are looked at by EfficientNet-Lite0 ({net.dim} features){reason}.")
    return Backbone.of(EFFICIENTNET, net, options)


def _folder(weights: str) -> Path:
    folder = Path(weights).expanduser()
    folder = folder.parent if folder.is_file() else folder
    if not (folder / "config.json").is_file():
        raise StrokebookError(
            f"There is no ResNet at {weights}: config.json is missing.",
            "Give a folder with config.json and model.safetensors, or leave `weights` empty.",
        )
    return folder


def hub_would_help(options: VisionOptions) -> bool:
    """Whether asking the hub is all that is missing for the network that the options ask for."""
    wanted = options.backbone == RESNET and not options.weights
    return wanted and not _is_cached() and not _is_offline()


def _is_cached() -> bool:
    from huggingface_hub import try_to_load_from_cache

    from strokebook.vision.backbones import nets

    return isinstance(try_to_load_from_cache(nets.HUB_NAME, "model.safetensors"), str)


def _is_offline() -> bool:
    return any(
        os.environ.get(name, "").upper() in ("1", "ON", "YES", "TRUE")
        for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    )


def _why_closed() -> str:
    if _is_offline():
        return "the hub is switched off (HF_HUB_OFFLINE)"
    return (
        'fetching them from huggingface.co was not allowed (hub = "allow" under [vision] in'
        " strokebook.toml allows it)"
    )


def _hub_resnet(options: VisionOptions, allowed: bool) -> PageNet | str:
    """ResNet-34 from the cache or, where that is allowed, from the hub; or why there is none."""
    from huggingface_hub import constants

    from strokebook.vision.backbones import nets

    if _is_cached():
        try:
            return nets.pretrained_resnet(nets.HUB_NAME, local=True)
        except StrokebookError as error:
            return f"its copy in the cache is of no use ({error.reason})"
    if _is_offline() or not allowed:
        return _why_closed()
    url = f"{constants.ENDPOINT}/{nets.HUB_NAME}/resolve/main/config.json"
    trouble = _trouble(url, options.hub_seconds)
    if trouble:
        return f"the hub {trouble}"
    try:
        return nets.pretrained_resnet(nets.HUB_NAME, local=False)
    except StrokebookError as error:
        return f"the download failed ({error.reason})"


def _trouble(url: str, seconds: float) -> str:
    """Why ``url`` cannot be had; empty when it answers. Never takes longer than ``seconds``.

    The hub's own client tries again for minutes, and looking up a name has no time limit in
    Python; hence one try, in a thread that is left behind when it takes too long.
    """
    answer: list[str] = []

    def ask() -> None:
        request = urllib.request.Request(url, method="HEAD")
        try:
            with urllib.request.urlopen(request, timeout=max(seconds, 0.1)):
                answer.append("")
        except (OSError, ValueError) as error:
            answer.append(f"cannot be reached ({getattr(error, 'reason', error)})")

    thread = threading.Thread(target=ask, daemon=True, name="hub")
    thread.start()
    thread.join(seconds)
    return answer[0] if answer else f"did not answer within {seconds:g} s"


def _batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
