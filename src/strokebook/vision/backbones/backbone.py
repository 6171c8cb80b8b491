"""Backbone, the network from images to feature vectors: loading, image preparation, embedding."""

from __future__ import annotations

import os
import re
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

from strokebook.base.array_types import Bytes, Floats32
from strokebook.base.errors import StrokebookError, UsageError
from strokebook.base.files import digest
from strokebook.base.imaging.ahead import work_ahead
from strokebook.base.options import nearest, short
from strokebook.base.progress import SILENT, Progress
from strokebook.vision.options import BF16, EFFICIENTNET, RESNET, VisionOptions

if TYPE_CHECKING:
    import torch

    from strokebook.vision.backbones.nets import PageNet

Vectors = Floats32  # (N, D), rows of length 1
Square = Bytes  # (S, S, 3) RGB
HUB_MODEL = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
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
        bf16: It computes in bfloat16, in half the time; its vectors are others then.
    """

    name: str
    dim: int
    fingerprint: str
    image_size: int
    batch: int
    net: PageNet
    bf16: bool = False

    @classmethod
    def of(cls, name: str, net: PageNet, options: VisionOptions) -> Backbone:
        """A backbone around ``net``, with its fingerprint.

        Models of the hub by name see squares of the size that they were made for.
        """
        import torch

        # Convolutions on a CPU are about 1.4 times as fast with channels last (measured on both).
        net = net.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        bf16 = options.precision == BF16
        side = int(net.config.get("side") or options.image_size)
        key = fingerprint(net, side, bf16=bf16)
        return cls(name, net.dim, key, side, options.batch, net, bf16)

    def embed(self, images: Iterable[Image.Image], progress: Progress = SILENT) -> Vectors:
        """Feature vectors of images.

        Args:
            images: RGB images of any size and shape, N of them; few are in memory at a time. A
                lazy sequence is read in several threads, which open its files.
            progress: Told of every image.

        Returns:
            ``(N, D)`` float32, each row of length 1, so that the product of two rows is their
            cosine and Euclidean methods (k-means) order them as the cosine does.
        """
        if isinstance(images, Sequence):
            total = len(images)
            squares = work_ahead(lambda place: self.square(images[place]), range(total))
            return self.embed_squares(progress.track(squares, "Embedding", total))
        return self.embed_squares(progress.track(work_ahead(self.square, images), "Embedding"))

    def square(self, image: Image.Image) -> Square:
        """An image as the network takes it, but for the scaling of its values."""
        return np.asarray(on_square(image, self.image_size))

    def embed_squares(self, squares: Iterable[Square]) -> Vectors:
        """As :meth:`embed`, of what :meth:`square` made; taken one batch at a time."""
        import torch

        rows = [np.zeros((0, self.dim), np.float32)]
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            rows += [
                self.net(self._scaled(batch)).float().numpy()
                for batch in _batches(squares, self.batch)
            ]
        return unit_rows(np.concatenate(rows))

    def prepare(self, images: Sequence[Image.Image]) -> torch.Tensor:
        """Images as the network takes them, ``(B, 3, S, S)`` float32, channels last in memory."""
        return self._scaled([self.square(image) for image in images])

    def _scaled(self, squares: Sequence[Square]) -> torch.Tensor:
        import torch

        mean, std = np.array(self.net.mean, np.float32), np.array(self.net.std, np.float32)
        scaled = (np.stack(squares).astype(np.float32) / 255 - mean) / std
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


def fingerprint(net: PageNet, image_size: int, *, bf16: bool = False) -> str:
    """A key of everything that decides a vector: weights, normalisation, size, precision."""
    parts: list[bytes | str] = [net.kind, repr((net.mean, net.std, image_size))]
    parts += [BF16] if bf16 else []  # nothing for fp32, as before there was a choice
    parts += [repr(net.config["pools"])] if "pools" in net.config else []
    for name, tensor in sorted(net.state_dict().items()):
        parts += [name, tensor.detach().cpu().contiguous().numpy().tobytes()]
    return digest(*parts)


def load_backbone(
    options: VisionOptions, say: Say = SILENT.say, *, hub_allowed: bool | None = None
) -> Backbone:
    """The network that the options ask for, or the packaged one where it is not to be had.

    ResNet-34, or another model of the hub by its name, is looked for in ``options.weights``;
    without that in the hub's cache on this computer, then, where that is allowed and neither
    HF_HUB_OFFLINE nor TRANSFORMERS_OFFLINE is set, at the hub, which must answer within
    ``options.hub_seconds``. The fallback is EfficientNet-Lite0, whose weights come in a package.

    Args:
        options: Which network, from where.
        say: Told in one sentence which network it is and why.
        hub_allowed: Whether the hub may be asked; None: as ``options.hub`` says.

    Raises:
        StrokebookError: ``options.weights`` holds no such network, there can be none of that name,
            or the packaged weights are damaged.
    """
    from strokebook.vision.backbones import nets

    reason = ", as the settings ask"
    if options.backbone != EFFICIENTNET:
        _check_name(options.backbone)
        title = "ResNet-34" if options.backbone == RESNET else options.backbone
        if options.weights:
            net = _pretrained(options, _folder(options.weights), local=True)
            kind = "ResNet" if options.backbone == RESNET else options.backbone
            say(f"Pages are looked at by the {kind} in {options.weights} ({net.dim} features).")
            return Backbone.of(options.backbone, net, options)
        allowed = options.hub == "allow" if hub_allowed is None else hub_allowed
        at_hub = _from_hub(options, allowed)
        if not isinstance(at_hub, str):
            say(f"Pages are looked at by {title} ({at_hub.dim} features).")
            return Backbone.of(options.backbone, at_hub, options)
        reason = f", because {title}'s weights are not on this computer and {at_hub}"
    net = nets.packaged_lite0()
    say(f"Pages are looked at by EfficientNet-Lite0 ({net.dim} features){reason}.")
    return Backbone.of(EFFICIENTNET, net, options)


def _check_name(name: str) -> None:
    """Refuse what can be no model of the hub: those have an owner and a name.

    Raises:
        UsageError: Not one of ours, and no ``owner/name``.
    """
    if name != RESNET and not HUB_MODEL.fullmatch(name):
        raise UsageError(
            f"[vision] backbone: there is no network {short(name)}.",
            f"{nearest(name, (RESNET, EFFICIENTNET))} Or name a model of the Hugging Face hub"
            " (facebook/dinov2-small).",
        )


def _pretrained(options: VisionOptions, place: str | Path, *, local: bool) -> PageNet:
    from strokebook.vision.backbones import nets

    if options.backbone == RESNET:
        return nets.pretrained_resnet(place, local=local)
    from strokebook.vision.backbones.hub_nets import pretrained_hub_net

    return pretrained_hub_net(place, local=local)


def _folder(weights: str) -> Path:
    folder = Path(weights).expanduser()
    folder = folder.parent if folder.is_file() else folder
    if not (folder / "config.json").is_file():
        raise StrokebookError(
            f"There is no network at {weights}: config.json is missing.",
            "Give a folder with config.json and model.safetensors, or leave `weights` empty.",
        )
    return folder


def hub_would_help(options: VisionOptions) -> bool:
    """Whether asking the hub is all that is missing for the network that the options ask for."""
    wanted = options.backbone != EFFICIENTNET and not options.weights
    return wanted and not _is_cached(options) and not _is_offline()


def _hub_name(options: VisionOptions) -> str:
    from strokebook.vision.backbones import nets

    return nets.HUB_NAME if options.backbone == RESNET else options.backbone


def _is_cached(options: VisionOptions) -> bool:
    from huggingface_hub import try_to_load_from_cache

    return isinstance(try_to_load_from_cache(_hub_name(options), "model.safetensors"), str)


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


def _from_hub(options: VisionOptions, allowed: bool) -> PageNet | str:
    """The network from the cache or, where that is allowed, from the hub; or why there is none."""
    from huggingface_hub import constants

    name = _hub_name(options)
    if _is_cached(options):
        try:
            return _pretrained(options, name, local=True)
        except StrokebookError as error:
            return f"its copy in the cache is of no use ({error.reason})"
    if _is_offline() or not allowed:
        return _why_closed()
    trouble = _trouble(f"{constants.ENDPOINT}/{name}/resolve/main/config.json", options.hub_seconds)
    if trouble:
        return f"the hub {trouble}"
    try:
        return _pretrained(options, name, local=False)
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
