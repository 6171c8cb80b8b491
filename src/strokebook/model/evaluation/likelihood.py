"""Negative log-likelihood of drawings, in nats: per real point, and as the paper's two losses.

An offset's density depends on the unit it is measured in, and whole coordinates let it grow
without bound on the values that repeat; so it is given in units of the data's scale, and of offsets
with uniform noise of one unit's width added, which makes it a bound on the probability of the whole
offsets (Theis, van den Oord & Bethge 2016, arXiv 1511.01844, section 3.1). The noise is on the
offsets that are predicted alone: what the model reads are the drawings as they are. This is the one
definition of "nats per point" in the package: training validates by it, ``strokebook evaluate``
reports it.

Shape letters: T rows of the batch, B drawings in it, D drawings in all, Z numbers of z.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log, pi

import numpy as np
import torch
from torch import Tensor

from strokebook.base.array_types import Floats
from strokebook.base.random_streams import RandomStream
from strokebook.geometry.drawing import Stroke3
from strokebook.model.cells.noise import Noise
from strokebook.model.data.batches import Batch, batch_of
from strokebook.model.distributions import mixture
from strokebook.model.networks.sketch_rnn import Posterior, SketchNet

BATCH = 64


@dataclass(frozen=True)
class FileNats:
    """Nats per real point, the mean over all points of all drawings.

    Attributes:
        position: Of the offsets, in units of the data's scale; a drawing's first point is its
            origin and costs nothing.
        pen: Of the pen's states, the end included.
        together: Their sum.
        error: Standard error of the sum, the drawings taken as independent of each other.
    """

    position: float
    pen: float
    together: float
    error: float


@dataclass(frozen=True)
class HeldOutNats:
    """Nats per real point of drawings that the model has not looked at; the less, the better.

    Attributes:
        together: Position and pen; for a model that needs z an upper bound, importance-weighted
            (Burda, Grosse & Salakhutdinov 2016, arXiv 1509.00519, eq. 8).
        error: Standard error, the drawings taken as independent of each other.
        position: Of the offsets alone; None for a bound, which does not divide.
        pen: Of the pen's states alone; likewise.
        draws: z drawn for each drawing; 0: exact, without z.
        elbo: Of a bound: the looser one without importance weights; None without z.
    """

    together: float
    error: float
    position: float | None = None
    pen: float | None = None
    draws: int = 0
    elbo: float | None = None


@dataclass(frozen=True, eq=False)
class Costs:
    """What each drawing costs, ``(D,)`` nats in units of the net, in order of length."""

    position: Floats
    pen: Floats
    padding: Floats
    points: Floats

    def per_point(self, stretch: float) -> FileNats:
        """The means, offsets measured in units that are ``stretch`` times the net's unit."""
        moved = self.position - 2.0 * log(stretch) * (self.points - 1)
        total, points = moved + self.pen, self.points.sum()
        return FileNats(
            float(moved.sum() / points),
            float(self.pen.sum() / points),
            float(total.sum() / points),
            ratio_error(total, self.points),
        )


@dataclass(frozen=True)
class PaperLosses:
    """L_R and L_KL as Ha & Eck 2017 define them (section 3.2), in units of the model's scale.

    L_R = L_s + L_p: L_s sums over the points, L_p over N_max rows, the end state of the rows after
    a drawing's end included; both are divided by N_max and averaged over drawings. L_KL is divided
    by the numbers of z. One z of each drawing is drawn from its posterior.
    """

    l_r: float
    l_s: float
    l_p: float
    l_kl: float
    n_max: int


def ratio_error(totals: Floats, counts: Floats) -> float:
    """Standard error of ``totals.sum() / counts.sum()`` over the drawings; 0 for a single one."""
    if len(totals) < 2:
        return 0.0
    rest = totals - counts * (totals.sum() / counts.sum())
    few = len(totals) / (len(totals) - 1)
    return float(np.sqrt(few * np.square(rest).sum()) / counts.sum())


def batches(drawings: Sequence[Stroke3], factor: float, rows: int = 0) -> Iterator[Batch]:
    """All drawings once, offsets times ``factor``, the short ones first, ``rows`` rows at least."""
    order = sorted(range(len(drawings)), key=lambda n: len(drawings[n]))
    for first in range(0, len(order), BATCH):
        part = [drawings[n].copy() for n in order[first : first + BATCH]]
        for drawing in part:
            drawing[:, :2] *= factor
        joined = batch_of(part)
        short = rows + 1 - len(joined.rows)
        yield joined if short <= 0 else _longer(joined, short)


def _longer(batch: Batch, count: int) -> Batch:
    end = torch.tensor((0.0, 0.0, 0.0, 0.0, 1.0)).expand(count, batch.rows.shape[1], 5)
    return Batch(torch.cat((batch.rows, end)), batch.lengths)


@torch.no_grad()
def costs(
    net: SketchNet,
    shown: Sequence[Stroke3],
    targets: Sequence[Stroke3],
    factor: float,
    seed: int | None = None,
    *,
    without_z: bool = False,
) -> Costs:
    """What drawings cost given the rows before each point, and z where there is one.

    With z, which is read from the drawing itself, these are reconstructions' costs.

    Args:
        net: The net.
        shown: What encoder and decoder read, in units of the data.
        targets: What is judged: the same drawings, with other offsets or the same.
        factor: Net units per unit of the data.
        seed: Of z's noise; None: z is the posterior's mean.
        without_z: Also of a model with an encoder.
    """
    noise = None if seed is None else Noise(seed, RandomStream.POSTERIOR)
    costs_by_batch = []
    for seen, right in zip(batches(shown, factor), batches(targets, factor), strict=True):
        read, wanted = seen.to(net.device), right.to(net.device)
        posterior = None if without_z else _posterior(net, read)
        z = None if posterior is None else posterior.draw(noise) if noise else posterior.mean
        cost = net.decoder.costs(read.inputs, wanted.targets, wanted.lengths, z)
        costs_by_batch.append((*cost, wanted.lengths))
    return Costs(*(_joined(part) for part in zip(*costs_by_batch, strict=True)))


@torch.no_grad()
def paper_losses(
    net: SketchNet, drawings: Sequence[Stroke3], factor: float, n_max: int, seed: int
) -> PaperLosses:
    """The paper's losses of drawings as they are.

    Args:
        net: The net.
        drawings: In units of the data, each of fewer than ``n_max`` points.
        factor: Net units per unit of the data.
        n_max: Rows of every drawing.
        seed: Of z's noise.
    """
    noise, costs_by_batch, divergence = Noise(seed, RandomStream.POSTERIOR), [], 0.0
    for batch in batches(drawings, factor, n_max):
        rows = batch.to(net.device)
        posterior = _posterior(net, rows)
        if posterior is not None:
            divergence += float(mixture.kl_loss(*posterior)) * len(rows.lengths)
        z = None if posterior is None else posterior.draw(noise)
        costs_by_batch.append(net.decoder.costs(rows.inputs, rows.targets, rows.lengths, z))
    position, pen, padding = (
        _joined(part).mean() / n_max for part in zip(*costs_by_batch, strict=True)
    )
    l_s, l_p = float(position), float(pen + padding)
    return PaperLosses(l_s + l_p, l_s, l_p, divergence / len(drawings), n_max)


@torch.no_grad()
def held_out_nats(
    net: SketchNet,
    drawings: Sequence[Stroke3],
    targets: Sequence[Stroke3],
    factor: float,
    stretch: float,
    draws: int,
    seed: int,
) -> HeldOutNats:
    """What drawings cost without having been looked at, the package's nats per point.

    Args:
        net: The net.
        drawings: What encoder and decoder read, in units of the data.
        targets: The same with noise, see :func:`.target_noise.with_noise`.
        factor: Net units per unit of the data.
        stretch: Net units in the unit in which offsets are measured.
        draws: z drawn for each drawing, by a model that needs z.
        seed: Of z's noise.
    """
    if net.draws_without_z:
        got = costs(net, drawings, targets, factor, without_z=True).per_point(stretch)
        return HeldOutNats(got.together, got.error, got.position, got.pen)
    noise, elbos, bounds, points = Noise(seed, RandomStream.BOUND), [], [], []
    for seen, right in zip(batches(drawings, factor), batches(targets, factor), strict=True):
        rows = Batch(seen.rows, seen.lengths).to(net.device)
        cost, weighted, divergence = _weigh(net, rows, right.to(net.device).targets, draws, noise)
        elbos.append(cost.mean(0) + divergence)
        bounds.append(log(draws) - torch.logsumexp(-weighted, 0))
        points.append(rows.lengths)
    count = _joined(points)
    moved = 2.0 * log(stretch) * (count - 1)
    weighted_nats = _joined(bounds) - moved
    return HeldOutNats(
        together=float(weighted_nats.sum() / count.sum()),
        error=ratio_error(weighted_nats, count),
        draws=draws,
        elbo=float((_joined(elbos) - moved).sum() / count.sum()),
    )


def _weigh(
    net: SketchNet, rows: Batch, targets: Tensor, draws: int, noise: Noise
) -> tuple[Tensor, Tensor, Tensor]:
    """For each z drawn the nats of the drawing, and of the drawing with z; and the divergence.

    Returns:
        Two ``(draws, B)`` tensors, -log p(x|z) and -log p(x|z) p(z) / q(z|x); and the divergence
        of the posterior from the prior, ``(B,)``.
    """
    posterior = net.encode(rows.targets, rows.lengths)
    mean, logvar = posterior.mean.double(), posterior.logvar.double()
    conditional, whole = [], []
    for _ in range(draws):
        z = posterior.draw(noise)
        nats = net.decoder.costs(rows.inputs, targets, rows.lengths, z)
        cost = (nats.position + nats.pen).double()
        prior = -0.5 * (z.double().square() + log(2.0 * pi)).sum(1)
        away = (z.double() - mean).square() * torch.exp(-logvar)
        posited = -0.5 * (away + logvar + log(2.0 * pi)).sum(1)
        conditional.append(cost)
        whole.append(cost - prior + posited)
    return torch.stack(conditional), torch.stack(whole), divergence_of(posterior)


def divergence_of(posterior: Posterior) -> Tensor:
    """KL divergence of each drawing's posterior from N(0, 1), in nats, ``(B,)``."""
    mean, logvar = posterior.mean.double(), posterior.logvar.double()
    return -0.5 * (1.0 + logvar - mean.square() - logvar.exp()).sum(1)


def _posterior(net: SketchNet, rows: Batch) -> Posterior | None:
    return None if net.encoder is None else net.encode(rows.targets, rows.lengths)


def _joined(parts: Sequence[Tensor]) -> Floats:
    return torch.cat(list(parts)).double().cpu().numpy()
