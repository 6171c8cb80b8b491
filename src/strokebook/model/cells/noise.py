"""Random streams of the model: each number a pure function of a seed and a place.

A training step's noise depends on (seed, step) alone, so that a resumed run needs no saved state
of a random generator and draws what the unbroken run would have drawn.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from strokebook.base.array_types import Floats, Ints64
from strokebook.base.random_streams import RandomStream, generator
from strokebook.model.cells.base import Dropout
from strokebook.model.data.packing import Packing
from strokebook.model.distributions.normal import normal_quantile
from strokebook.model.kernels import dropout_mask

LEVELS = 1 << 16


class Noise:
    """Random arrays in the order they are asked for, fixed by seed, stream and key."""

    def __init__(self, seed: int, stream: RandomStream, *key: int) -> None:
        self.rng = generator(seed, stream, *key)
        self._drawings: Ints64 | None = None
        self._batch = 0

    def restrict(self, drawings: Ints64, batch: int) -> None:
        """From now on give some drawings of a batch what they have in the whole batch's noise.

        Args:
            drawings: Their numbers in the batch, ``(D,)``.
            batch: How many drawings that has.
        """
        self._drawings, self._batch = drawings, batch

    def normal(self, *shape: int, like: Tensor) -> Tensor:
        """Standard normal numbers on the device and in the type of ``like``; drawings first."""
        if self._drawings is None:
            levels = self.rng.random(shape)
        else:
            levels = self.rng.random((self._batch, *shape[1:]))[self._drawings]
        return torch.from_numpy(normal_quantile(levels)).to(like.dtype).to(like.device)

    def uniform(self, *shape: int) -> Floats:
        """Numbers in [0, 1)."""
        return self.rng.random(shape)

    def dropout(self, share: float, packing: Packing, units: int) -> Dropout | None:
        """A mask that keeps ``share`` of ``units`` numbers a row; None when all is kept.

        What falls depends on the drawing, the step and the unit, not on how they are packed.
        """
        level = round(share * LEVELS)
        if level >= LEVELS:
            return None
        key = int(self.rng.integers(1 << 32))
        drawing = packing.drawing.numpy(force=True)
        if self._drawings is not None:
            drawing = self._drawings[drawing]
        rows = (_mixed(drawing + np.uint32(1)) ^ np.uint32(key)) + (
            packing.step.numpy(force=True).astype(np.uint32)
        )
        kept = torch.empty(len(rows), units, dtype=torch.uint8)
        dropout_mask.fill(_mixed(rows), np.uint32(level), kept.numpy())
        return Dropout(kept.to(packing.step.device), LEVELS / level)


def _mixed(values: npt.NDArray[np.integer]) -> npt.NDArray[np.uint32]:
    """Integers scattered over 32 bits."""
    x = values.astype(np.uint32)
    for factor in (0x7FEB352D, 0x846CA68B):
        x = (x ^ (x >> np.uint32(16))) * np.uint32(factor)
    return x ^ (x >> np.uint32(16))
