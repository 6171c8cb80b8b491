"""Networks of every kind with random weights, to be filled from a file."""

from __future__ import annotations

from typing import Any

from strokebook.base.errors import StrokebookError
from strokebook.vision.backbones.hub_nets import hub_net
from strokebook.vision.backbones.nets import HUB, PageNet, efficientnet_lite0, resnet
from strokebook.vision.options import EFFICIENTNET


def build_net(kind: str, config: dict[str, Any]) -> PageNet:
    """A network of ``kind`` with random weights, to be filled from a file.

    Raises:
        StrokebookError: ``kind`` is not known.
    """
    if kind == EFFICIENTNET:
        return efficientnet_lite0()
    if kind == "resnet":
        return resnet(config)
    if kind == HUB:
        return hub_net(config)
    raise StrokebookError(f"There is no network of kind {kind!r}.", "Fine-tune again.")
