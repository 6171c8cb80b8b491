"""Vectors of drawings from a drawing model: what its encoder or its decoder makes of them.

A net with an encoder gives the mean of z. A decoder gives what its cell puts out, averaged over the
points read: over all of them, and over the first third, which is how a beginning is known. The
decoder reads without z; one that needs z starts from zeros.

Shape letters: D drawings, T points of the longest, U units.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from strokebook.base.array_types import Floats32
from strokebook.geometry.drawing import Stroke3
from strokebook.geometry.stroke3 import to_stroke5

if TYPE_CHECKING:
    from torch import Tensor

    from strokebook.model.checkpoints.checkpoint import SketchModel

    Read = Callable[[Tensor, Tensor], Tensor]  # rows and lengths to a vector of each drawing

BATCH = 64
MOST = 400  # points that are read; what is drawn later tells little more, and takes its time
THIRD = 1 / 3


def encoded(model: SketchModel, drawings: Sequence[Stroke3]) -> Floats32:
    """The encoder's mean of z, ``(D, Z)``, of drawings in the units of its data."""
    import torch

    def read(rows: Tensor, lengths: Tensor) -> Tensor:
        return torch.as_tensor(model.net.encode(rows[1:], lengths).mean)

    return _in_batches(model, drawings, read)


def pooled(model: SketchModel, drawings: Sequence[Stroke3]) -> Floats32:
    """The decoder's mean state over all points and over the first third, ``(D, 2 U)``."""
    import torch

    def read(rows: Tensor, lengths: Tensor) -> Tensor:
        states = model.net.decoder.states(rows, lengths)  # (T, B, U)
        sums = states.cumsum(0)
        some = torch.clamp((lengths * THIRD).round().long(), min=1)
        which = torch.arange(len(lengths))
        parts = [sums[n - 1, which] / n[:, None] for n in (lengths, some)]
        return torch.cat(parts, 1)

    return _in_batches(model, drawings, read)


def _in_batches(model: SketchModel, drawings: Sequence[Stroke3], read: Read) -> Floats32:
    import torch

    order = np.argsort([len(d) for d in drawings], kind="stable")
    out: Floats32 | None = None
    with torch.inference_mode():
        for first in range(0, len(order), BATCH):
            part = order[first : first + BATCH]
            values = read(*_rows(model, [drawings[k] for k in part])).cpu().numpy()
            if out is None:
                out = np.zeros((len(drawings), values.shape[1]), np.float32)
            out[part] = values
    return np.zeros((0, 0), np.float32) if out is None else out


def _rows(model: SketchModel, drawings: Sequence[Stroke3]) -> tuple[Tensor, Tensor]:
    """Start token and points, ``(T + 1, B, 5)``, and how many points each has."""
    import torch

    cut = [d[:MOST] for d in drawings]
    longest = max(len(d) for d in cut)
    rows = np.zeros((longest + 1, len(cut), 5), np.float32)
    rows[0, :, 2] = 1.0
    for k, drawing in enumerate(cut):
        scaled = np.asarray(drawing / (model.scale, model.scale, 1.0), np.float32)
        rows[1:, k] = to_stroke5(scaled, longest + 1)[:-1]
    lengths = torch.tensor([len(d) for d in cut])
    return torch.from_numpy(rows).to(model.net.device), lengths
