"""Every random number of the model as a pure function of a seed and a place.

A training step's noise depends on (seed, step) alone, so that a resumed run needs no saved state
of a random generator and draws what the unbroken run would have drawn.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

LEVELS = 1 << 16  # a mask is drawn from 16 random bits a number: ten times faster than bernoulli_


class Noise:
    """Random arrays in the order they are asked for, fixed by ``key``."""

    def __init__(self, *key: int) -> None:
        self.rng = np.random.Generator(np.random.SFC64(np.random.SeedSequence(key)))

    def normal(self, *shape: int, like: Tensor) -> Tensor:
        """Standard normal numbers on the device and in the type of ``like``."""
        return torch.from_numpy(self.rng.standard_normal(shape)).to(like.dtype).to(like.device)

    def uniform(self, *shape: int) -> npt.NDArray[np.float64]:
        """Numbers in [0, 1)."""
        return self.rng.random(shape)

    def keep(self, share: float, *shape: int, like: Tensor) -> Tensor | None:
        """Dropout factors: 1 / share where kept, otherwise 0; None when all is kept."""
        level = round(share * LEVELS)
        if level >= LEVELS:
            return None
        bits = np.frombuffer(self.rng.bytes(2 * int(np.prod(shape))), np.uint16).reshape(shape)
        return torch.from_numpy(bits < level).to(like).mul_(LEVELS / level)
