"""Validation: nats per point of the drawings that are held out, by the package's one definition.

See :mod:`strokebook.model.evaluation.likelihood`: every drawing counts by its points, padding
never; the offsets to be predicted have noise of one rounding step's width.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from strokebook.base.random_streams import RandomStream
from strokebook.geometry.drawing import Stroke3
from strokebook.model.cells.noise import Noise
from strokebook.model.data.batches import in_order
from strokebook.model.data.target_noise import with_noise
from strokebook.model.distributions import mixture
from strokebook.model.networks.sketch_rnn import SketchNet


@dataclass(frozen=True)
class Scores:
    """Losses over a set of drawings.

    Attributes:
        reconstruction: The paper's L_R without its padding: nats / N_max, mean over drawings.
        kl: The paper's L_KL (0 where no z is needed).
        position: Nats per real point of where it lies, mean over all points of all drawings, in
            units of the data's scale (divide offsets by the scale).
        pen: Nats per real point of the pen's state, the end included.
        by_drawing: Position and pen nats per point, first averaged within each drawing.
        divergence: KL divergence of z, nats per real point; what z tells the decoder of the drawing
            that it predicts has to be paid for.
    """

    reconstruction: float
    kl: float
    position: float
    pen: float
    by_drawing: float
    divergence: float = 0.0

    @property
    def per_point(self) -> float:
        """Nats per real point: exact without z, else an upper bound (one z of each drawing)."""
        return self.position + self.pen + self.divergence


@torch.no_grad()
def score(
    net: SketchNet,
    drawings: Sequence[Stroke3],
    n_max: int,
    batch: int,
    seed: int,
    unit: float = 0.0,
) -> Scores:
    """Scores of scaled drawings; z is drawn from the encoder with noise of its own ``seed``.

    Args:
        net: The net.
        drawings: Offsets in units of the data's scale; at least one drawing.
        n_max: As in training.
        batch: Drawings at a time.
        seed: Of z and of the noise on the offsets to be predicted.
        unit: Width of that noise, a rounding step of the data, in units of the net.
    """
    noise = Noise(seed, RandomStream.VALIDATION)
    position, pen, count, kls = [], [], [], 0.0
    noisy = with_noise(drawings, unit, seed)
    for rows, wanted in zip(in_order(drawings, batch), in_order(noisy, batch), strict=True):
        part, targets = rows.to(net.device), wanted.to(net.device).targets
        z = None
        if not net.draws_without_z:
            posterior = net.encode(part.targets, part.lengths)
            z = posterior.draw(noise)
            kls += float(mixture.kl_loss(*posterior)) * len(part.lengths)
        costs = net.decoder.costs(part.inputs, targets, part.lengths, z)
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
        divergence=kls * net.options.z / float(counts.sum()),
    )
