"""Exponential moving average of a net's weights (Polyak & Juditsky 1992; Tarvainen & Valpola 2017).

At a high learning rate weights wander about where they are best. Their average lies nearer to it,
and is what is judged and kept; training goes on with the weights themselves.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping

import torch
from torch import Tensor

from strokebook.model.networks.sketch_rnn import SketchNet

AVERAGE = "average."  # prefix of the averages in a checkpoint
WARM = 10  # steps t at which the decay is (1 + t) / (10 + t), where that is less


class AveragedNet:
    """A net whose weights are the average of another's.

    Attributes:
        net: With the averages; it is not trained itself.
    """

    def __init__(self, net: SketchNet, decay: float) -> None:
        """Begin with the weights as they are.

        Args:
            net: In training.
            decay: Share of the average that stays at each step, at least 0, below 1. In the first
                steps it is less, so that the first weights are soon forgotten.
        """
        self.net: SketchNet = copy.deepcopy(net).requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def update(self, net: SketchNet, step: int) -> None:
        """Take in the weights after step ``step``, from 0."""
        decay = min(self.decay, (1 + step) / (WARM + step))
        pairs = zip(self.net.parameters(), net.parameters(), strict=True)
        averages, weights = map(list, zip(*pairs, strict=True))
        torch._foreach_lerp_(averages, weights, 1.0 - decay)

    def reset(self, net: SketchNet) -> None:
        """Begin again with the weights as they are."""
        self.net.load_state_dict(net.state_dict())

    def state(self) -> dict[str, Tensor]:
        """The averages by name, for a checkpoint."""
        return {AVERAGE + name: value for name, value in self.net.state_dict().items()}

    def restore(self, tensors: Mapping[str, Tensor], net: SketchNet) -> None:
        """Take up the averages of :meth:`state`; a net's own weights where there are none."""
        known = net.state_dict()
        self.net.load_state_dict({name: tensors.get(AVERAGE + name, known[name]) for name in known})
