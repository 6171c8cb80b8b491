"""Saved backbone, tuned, on disk: weights as safetensors, the rest as JSON, checked when read."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from strokebook.base.errors import InputRefused, StrokebookError
from strokebook.base.files import write_bytes, write_json
from strokebook.base.reading import read_plain
from strokebook.vision.backbones.backbone import Backbone, fingerprint
from strokebook.vision.backbones.finetune import FineTuneReport
from strokebook.vision.options import BF16, FP32, VisionOptions

WEIGHTS, CARD = "backbone.safetensors", "backbone.json"
FORMAT = 1
FIELDS = {"name": str, "kind": str, "config": dict, "image_size": int, "fingerprint": str}
SIDES = (16, 4096)  # in pixels; far beyond what the settings allow
MOST_BYTES = 1 << 31
WIDEST, DEEPEST = 8192, 256  # of a ResNet's layers; more than any has


def save_backbone(
    backbone: Backbone, folder: Path, report: FineTuneReport | None = None
) -> tuple[Path, Path]:
    """Write a backbone; the JSON comes last, so that it never describes weights not yet written.

    Args:
        backbone: Tuned or not.
        folder: Made if need be.
        report: Kept beside it.

    Returns:
        The weights' file and the JSON file.
    """
    from safetensors.torch import save

    state = {k: v.detach().cpu().contiguous() for k, v in backbone.net.state_dict().items()}
    weights, card = folder / WEIGHTS, folder / CARD
    write_bytes(weights, save(state))
    write_json(
        card,
        {
            "format": FORMAT,
            "name": backbone.name,
            "kind": backbone.net.kind,
            "config": backbone.net.config,
            "dim": backbone.dim,
            "image_size": backbone.image_size,
            "fingerprint": backbone.fingerprint,
            "fine_tune": asdict(report) if report else None,
            **({"precision": BF16} if backbone.bf16 else {}),
        },
    )
    return weights, card


def load_saved(folder: Path, options: VisionOptions) -> Backbone:
    """Read a backbone that :func:`save_backbone` wrote.

    Args:
        folder: Where it lies.
        options: Only the batch size is used; the image size is that of the file.

    Raises:
        StrokebookError: A file is missing, cut short, damaged, or the two do not belong together.
    """
    card = _card(folder / CARD)
    for field, wanted in FIELDS.items():
        if not isinstance(card.get(field), wanted) or isinstance(card[field], bool):
            raise _damaged(folder / CARD, f"its {field!r} is missing or wrong")
    name, kind, config = card["name"], card["kind"], card["config"]
    size, expected = card["image_size"], card["fingerprint"]
    if not SIDES[0] <= size <= SIDES[1]:
        raise _damaged(folder / CARD, f"its image_size is not {SIDES[0]} to {SIDES[1]}")
    net = _filled(folder / WEIGHTS, kind, config)
    bf16 = card.get("precision") == BF16
    if fingerprint(net, size, bf16=bf16) != expected:
        raise _damaged(folder / WEIGHTS, f"its weights are not those that {CARD} describes")
    precision = BF16 if bf16 else FP32
    return Backbone.of(name, net, replace(options, image_size=size, precision=precision))


def _card(path: Path) -> dict[str, Any]:
    try:
        card = json.loads(read_plain(path, MOST_BYTES))
    except InputRefused as error:
        if isinstance(error.__cause__, FileNotFoundError):
            raise StrokebookError(f"There is no {path}.", "Fine-tune the network first.") from error
        raise _damaged(path, error.bare_reason) from error
    except (ValueError, RecursionError) as error:
        raise _damaged(path, str(error)) from error
    if not isinstance(card, dict) or card.get("format") != FORMAT:
        raise _damaged(path, f"it is not a backbone of format {FORMAT}")
    return card


def _filled(path: Path, kind: str, config: dict[str, Any]) -> Any:
    from safetensors.torch import load

    from strokebook.vision.backbones.build_nets import build_net
    from strokebook.vision.backbones.nets import HUB

    try:
        state = load(read_plain(path, MOST_BYTES))
        if kind == "resnet":
            _check_sizes(config, sum(t.numel() for t in state.values()))
        if kind == HUB:
            _check_count(kind, config, sum(t.numel() for t in state.values()))
        net = build_net(kind, config)
        net.load_state_dict(state)
    except InputRefused as error:
        raise _damaged(path, error.bare_reason) from error
    except StrokebookError:
        raise
    except Exception as error:  # configurations and weights that do not fit fail in a dozen ways
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise _damaged(path, first) from error
    return net


def _check_sizes(config: dict[str, Any], numbers: int) -> None:
    """Refuse a configuration far beyond its weights before a net of gigabytes is made of it.

    Raises:
        ValueError: No sizes of a ResNet, or more than there are ``numbers`` for.
    """
    widths, depths = config.get("hidden_sizes"), config.get("depths")
    sizes = [config.get("embedding_size"), config.get("num_channels")]
    for values, most in ((widths, WIDEST), (depths, DEEPEST), (sizes, WIDEST)):
        if not isinstance(values, list) or not all(
            isinstance(v, int) and 0 < v <= most for v in values
        ):
            raise ValueError("its configuration has sizes that no ResNet has")
    # A layer of width w has at least w² / 2 weights (a bottleneck's two 1 × 1 convolutions).
    least = sum(w * w * d // 2 for w, d in zip(widths or [], depths or [], strict=False))
    if len(widths or []) != len(depths or []) or least > numbers:
        raise ValueError("its weights are fewer than its configuration asks for")


def _check_count(kind: str, config: dict[str, Any], numbers: int) -> None:
    """As :func:`_check_sizes`, for any architecture: it is made without memory, and counted.

    Raises:
        ValueError: It has other numbers of weights than there are.
    """
    import torch

    from strokebook.vision.backbones.build_nets import build_net

    with torch.device("meta"):
        needed = sum(p.numel() for p in build_net(kind, config).state_dict().values())
    if needed != numbers:
        raise ValueError("its weights are not as many as its configuration asks for")


def _damaged(path: Path, reason: str) -> StrokebookError:
    return StrokebookError(
        f"{path} cannot be used: {reason.rstrip('.')}.", "Delete its folder and fine-tune again."
    )
