"""Starts: a partial drawing is read once, for any number of endings.

Shape letters: N points, C candidates for z, Z numbers of z.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from strokebook.base.array_types import Floats, Ints64
from strokebook.base.errors import UsageError
from strokebook.base.random_streams import RandomStream
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.stroke3 import to_stroke5
from strokebook.model.cells.noise import Noise
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.data.rescale import Rescaled, fit
from strokebook.model.kernels.precision import computing
from strokebook.model.sampling.rollout import (
    DecoderBatch,
    PresampledNoise,
    Rows,
    draw,
    initial_batch,
    teacher_force,
)

# So many z read the start up to that row; the time to the first point is what more would cost.
READERS = ((8, 64), (48, 32), (None, 16))
Shares = Floats


@dataclass(frozen=True, eq=False)
class Start:
    """A start that the model has read.

    Attributes:
        drawing: As given.
        lifted: Whether the pen has left the paper after it.
        fitted: As the net read it.
        decoders: One for each z that may have led to it.
        shares: Their probabilities, ``(C,)``.
        seed: Of the random choices made in reading.
    """

    drawing: Drawing
    lifted: bool
    fitted: Rescaled
    decoders: DecoderBatch
    shares: Shares
    seed: int

    def decoders_for(self, n: int, first: int = 0) -> DecoderBatch:
        """One for each of n endings from number ``first`` on; each is the same for every n."""
        chosen = [
            Noise(self.seed, RandomStream.PARTICLE_CHOICE, k).rng.choice(
                len(self.shares), p=self.shares
            )
            for k in range(first, first + n)
        ]
        return self.decoders.copies(torch.tensor(np.array(chosen), device=self.decoders.row.device))


def read_start(
    model: SketchModel,
    drawing: Drawing,
    seed: int = 0,
    *,
    zoom: float | None = None,
    lifted: bool = False,
) -> Start:
    """Read what is drawn so far.

    It is fitted to the size that the first half of a training drawing has (see
    :func:`strokebook.model.data.rescale.fit`).

    A model that needs z has to choose one: the encoder's z of the start would ask for a drawing
    that is the start and no more; so z comes from its posterior given the start, as the decoder
    sees it: 64 are drawn from the prior and read the first 8 points; 32 are drawn from these with
    the probabilities that the decoder gives those points under them, and read on up to the 48th,
    then 16 likewise; each ending takes one by what it gives the last rows (sequential importance
    resampling, Gordon et al. 1993, of a number that does not move).

    Args:
        model: Trained.
        drawing: At least two different points.
        seed: Of every random choice.
        zoom: Units of the training data per unit of the start, where known.
        lifted: The pen has left the paper after the start: an ending begins a new stroke.

    Raises:
        StrokebookError: A start without extent.
    """
    fitted = fit(drawing, model.statistics, model.statistics.start_extent, zoom)
    fitted.rows[-1, 2] = float(lifted)
    rows5 = stroke5(fitted.rows, model.net.device)[:, None]
    if model.net.draws_without_z:
        decoders, _ = teacher_force(model.net, initial_batch(model.net, 1, None), rows5)
        return Start(drawing, lifted, fitted, decoders, np.ones(1), seed)
    with computing("auto"):
        decoders, shares = _posterior(model, rows5, seed)
    return Start(drawing, lifted, fitted, decoders, shares, seed)


def _posterior(model: SketchModel, rows5: Tensor, seed: int) -> tuple[DecoderBatch, Shares]:
    """Hands that have read ``(N, 1, 5)``, and their probabilities."""
    count = READERS[0][1]
    like = model.net.decoder.output.bias
    decoders = initial_batch(
        model.net,
        count,
        Noise(seed, RandomStream.PARTICLES).normal(count, model.options.z, like=like),
    )
    shares, row = np.full(count, 1.0 / count), 0
    for stage, (end, count) in enumerate(READERS):
        if row >= len(rows5):
            break
        if stage:
            kept = _resampled(shares, count, Noise(seed, RandomStream.RESAMPLING, stage))
            decoders = decoders.copies(torch.from_numpy(kept).to(rows5.device))
        decoders, shares = _weighed(model, decoders, rows5[row:end])
        row = len(rows5) if end is None else end
    return decoders, shares


def _weighed(
    model: SketchModel, decoders: DecoderBatch, rows: Tensor
) -> tuple[DecoderBatch, Shares]:
    """The decoders after rows ``(T, 1, 5)``, and their probabilities by those."""
    decoders, cost = teacher_force(model.net, decoders, rows.expand(-1, len(decoders.row), -1))
    shares = (-cost.double()).softmax(0).cpu().numpy()
    return decoders, shares / shares.sum()


def _resampled(shares: Shares, count: int, noise: Noise) -> Ints64:
    """``count`` places, each as often as its share says (systematic resampling)."""
    at = (np.arange(count) + noise.uniform(1)) / count
    return np.minimum(np.searchsorted(np.cumsum(shares), at), len(shares) - 1)


def prior(model: SketchModel, n: int, seed: int, first: int = 0) -> Tensor | None:
    """Values of z from N(0, 1) of drawings from number ``first`` on, ``(n, Z)``.

    None where the decoder draws without.
    """
    if model.net.draws_without_z:
        return None
    like = model.net.decoder.output.bias
    return torch.stack(
        [
            Noise(seed, RandomStream.PRIOR, k).normal(model.options.z, like=like)
            for k in range(first, first + n)
        ]
    )


def stroke5(rows: Rows, device: torch.device) -> Tensor:
    """Stroke-3 ``(N, 3)`` as ``(N, 5)`` on a device."""
    return torch.from_numpy(to_stroke5(rows, len(rows) + 1)[:-1]).to(device)


def cut(drawing: Drawing, point: int) -> tuple[Drawing, bool]:
    """A drawing up to a point, and whether the drawing's pen left the paper there.

    Args:
        drawing: Of at least ``point`` points.
        point: Number of the last point that is kept, in drawn order, from 1.

    Raises:
        UsageError: The drawing has no such point, or it is the first.
    """
    if not 2 <= point <= drawing.n_points:
        raise UsageError(
            f"The drawing has {drawing.n_points} points, so it cannot be continued from point"
            f" {point}.",
            f"Use 2 to {drawing.n_points}."
            if drawing.n_points > 1
            else "Use a drawing of at least two points.",
        )
    strokes, left = [], point
    for stroke in drawing.strokes:
        strokes.append(stroke[:left])
        if left <= len(stroke):
            return drawing.with_strokes(strokes), left == len(stroke)
        left -= len(stroke)
    raise AssertionError("the points were counted")


def warm_up(model: SketchModel) -> None:
    """Load what drawing needs, so that the first point of the first drawing comes at once.

    Compiled code is read from disk (made, on the first run), threads are started.
    """
    count = 2 * READERS[0][0]
    points = np.stack([np.arange(count), np.arange(count) % 3], 1) * model.statistics.offset
    decoders = read_start(model, Drawing.of([points])).decoders_for(2)
    for _ in draw(
        model.net, decoders, PresampledNoise.of(0, 2, 2, decoders.row), 0.5, 1, origin=False
    ):
        pass
