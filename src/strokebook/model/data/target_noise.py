"""Target noise: uniform noise within a rounding step on the offsets that a model has to predict.

Dequantisation: without it the density of whole offsets has no limit (Theis, van den Oord & Bethge
2016, arXiv 1511.01844, section 3.1). What the model reads stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from strokebook.base.random_streams import RandomStream, generator
from strokebook.geometry.drawing import Stroke3


def with_noise(drawings: Sequence[Stroke3], width: float, seed: int) -> list[Stroke3]:
    """Copies with uniform noise of ``width`` added to every offset but the first, the origin's.

    The noise of a drawing depends on the seed and its place in the list alone, so every model is
    shown the same.
    """
    out = []
    for place, drawing in enumerate(drawings):
        level = generator(seed, RandomStream.TARGET_NOISE, place).random((len(drawing), 2)) - 0.5
        noisy = drawing.copy()
        noisy[1:, :2] += (width * level[1:]).astype(np.float32)
        out.append(noisy)
    return out
