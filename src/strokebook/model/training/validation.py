"""Validation losses: every drawing counts once, padding never."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from strokebook.base.random_streams import RandomStream
from strokebook.geometry.drawing import Stroke3
from strokebook.model.cells.noise import Noise
from strokebook.model.data.batches import in_order
from strokebook.model.distributions import mixture
from strokebook.model.networks.sketch_rnn import SketchNet


@dataclass(frozen=True)
class Scores:
    """Losses over a set of drawings; a model with an encoder sees the drawing it predicts.

    Attributes:
        reconstruction: The paper's L_R without its padding: nats / N_max, mean over drawings.
        kl: The paper's L_KL (0 for a decoder-only model).
        position: Nats per real point of where it lies, mean over all points of all drawings, in
            units of the data's scale (divide offsets by the scale).
        pen: Nats per real point of the pen's state, the end included.
        by_drawing: Position and pen nats per point, first averaged within each drawing.
    """

    reconstruction: float
    kl: float
    position: float
    pen: float
    by_drawing: float

    @property
    def per_point(self) -> float:
        """Nats per real point, position and pen."""
        return self.position + self.pen

    def cost(self, kl_weight: float, kl_floor: float) -> float:
        """What the best model has least of: the training loss at its last KL weight."""
        return self.reconstruction + kl_weight * max(self.kl, kl_floor)


@torch.no_grad()
def score(net: SketchNet, drawings: Sequence[Stroke3], n_max: int, batch: int, seed: int) -> Scores:
    """Scores of scaled drawings; z is drawn from the encoder with noise of its own ``seed``.

    Args:
        net: The net.
        drawings: Offsets in units of the data's scale; at least one drawing.
        n_max: As in training.
        batch: Drawings at a time.
        seed: Of z's noise.
    """
    noise = Noise(seed, RandomStream.VALIDATION)
    position, pen, count, kls = [], [], [], 0.0
    for rows in in_order(drawings, batch):
        part = rows.to(net.device)
        z = None
        if net.encoder is not None:
            posterior = net.encode(part.targets, part.lengths)
            z = posterior.draw(noise)
            kls += float(mixture.kl_loss(*posterior)) * len(part.lengths)
        costs = net.decoder.costs(part.inputs, part.targets, part.lengths, z)
        position.append(costs.position.cpu().double())
        pen.append(costs.pen.cpu().double())
        count.append(part.lengths.cpu().double())
    positions, pens, counts = torch.cat(position), torch.cat(pen), torch.cat(count)
    total = positions + pens
    return Scores(
        reconstruction=float(total.mean()) / n_max,
        kl=kls / len(drawings),
        position=float(positions.sum() / counts.sum()),
        pen=float(pens.sum() / counts.sum()),
        by_drawing=float((total / counts).mean()),
    )
