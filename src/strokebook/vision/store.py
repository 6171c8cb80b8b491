"""A tuned backbone on disk: weights as safetensors, the rest as JSON, checked when read."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from strokebook.base.errors import StrokebookError
from strokebook.base.files import write_bytes, write_json
from strokebook.vision.backbone import Backbone, fingerprint
from strokebook.vision.finetune import FineTuneReport
from strokebook.vision.options import VisionOptions

WEIGHTS, CARD = "backbone.safetensors", "backbone.json"
FORMAT = 1


def save_backbone(
    backbone: Backbone, folder: Path, report: FineTuneReport | None = None
) -> tuple[Path, Path]:
    """Write a backbone; the JSON comes last, so that it never speaks of weights not yet there.

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
    try:
        name, kind, config = str(card["name"]), str(card["kind"]), dict(card["config"])
        size, expected = int(card["image_size"]), str(card["fingerprint"])
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(folder / CARD, f"{error} is missing or wrong") from error
    net = _filled(folder / WEIGHTS, kind, config)
    if fingerprint(net, size) != expected:
        raise _damaged(folder / WEIGHTS, f"its weights are not those that {CARD} describes")
    return Backbone.of(name, net, replace(options, image_size=size))


def _card(path: Path) -> dict[str, Any]:
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise StrokebookError(f"There is no {path}.", "Fine-tune the network first.") from error
    except (OSError, ValueError) as error:
        raise _damaged(path, str(error)) from error
    if not isinstance(card, dict) or card.get("format") != FORMAT:
        raise _damaged(path, f"it is not a backbone of format {FORMAT}")
    return card


def _filled(path: Path, kind: str, config: dict[str, Any]) -> Any:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from strokebook.vision.nets import build_net

    try:
        state = load_file(path)
        net = build_net(kind, config)
        net.load_state_dict(state)
    except (OSError, SafetensorError, RuntimeError, TypeError, ValueError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise _damaged(path, first) from error
    return net


def _damaged(path: Path, reason: str) -> StrokebookError:
    return StrokebookError(
        f"{path} cannot be used: {reason.rstrip('.')}.", "Delete its folder and fine-tune again."
    )
