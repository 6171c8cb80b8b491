"""Output loss: output layer, mixture loss and their gradients, chunk by chunk.

    outputs = hiddens @ weightᵀ + bias    (R, O) = (R, H) @ (H, O) + (O,), in the weight's type
    d_hiddens = d_outputs @ weight, d_weight = d_outputsᵀ @ hiddens    in the type of the hiddens

A chunk's outputs exist only until their gradients are written: all rows' would not fit the cache.

Shape letters: R packed rows, H units, O numbers of an output row.
"""

from __future__ import annotations

from functools import partial
from math import log, pi
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from strokebook.model.distributions.mixture import LOG_SIGMA, PENS, RHO
from strokebook.model.kernels import mixture_loss, threads
from strokebook.model.kernels.buffer_pool import PooledBuffers
from strokebook.model.kernels.packed_matmul import PackedWeights

CHUNK = 2048  # rows that are in the cache from their product to their gradient


def nats(
    hiddens: Tensor, weight: Tensor, bias: Tensor, targets: Tensor, placed: Tensor
) -> tuple[Tensor, Tensor]:
    """Position and pen nats of all rows, each summed.

    Args:
        hiddens: ``(R, H)``; in bf16 the gradients' products are bf16 too.
        weight: Of the output layer, ``(O, H)``.
        bias: ``(O,)``.
        targets: Stroke-5, ``(R, 5)``.
        placed: Rows whose position counts, bool ``(R,)``.
    """
    position, pen = _OutputLoss.apply(hiddens, weight, bias, targets, placed)  # type: ignore[no-untyped-call]
    return position, pen


class _OutputLoss(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, hiddens: Tensor, weight: Tensor, bias: Tensor, targets: Tensor, placed: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Position and pen nats; the outputs' gradients are made at once and kept."""
        ctx.lease = PooledBuffers()
        grads = ctx.lease.empty(len(hiddens), len(weight), dtype=weight.dtype)
        parts = [slice(n, n + CHUNK) for n in range(0, len(hiddens), CHUNK)]
        sums = np.zeros((len(parts), 2))
        matrix = PackedWeights(weight.detach().t(), weight.dtype, min(CHUNK, len(hiddens)))
        threads.run(
            [
                partial(
                    _chunk,
                    hiddens.detach()[part],
                    matrix,
                    bias.detach(),
                    targets.detach()[part],
                    placed[part],
                    grads[part],
                    sums[n],
                )
                for n, part in enumerate(parts)
            ]
        )
        ctx.save_for_backward(hiddens, weight)
        ctx.grads, ctx.parts = grads, parts
        position, pen = sums.sum(0).tolist()
        return weight.new_tensor(position), weight.new_tensor(pen)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_position: Tensor, d_pen: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients of hidden states, weight and bias."""
        (hiddens, weight), grads = ctx.saved_tensors, ctx.grads
        scales = torch.cat((d_pen.expand(PENS), d_position.expand(len(weight) - PENS)))
        d_hiddens = torch.empty_like(hiddens)
        narrow = weight.to(hiddens.dtype)
        part_grads: list[tuple[Tensor, Tensor]] = []

        def back(part: slice) -> None:
            scaled = grads[part] * scales
            narrow_grads = scaled.to(hiddens.dtype)
            torch.mm(narrow_grads, narrow, out=d_hiddens[part])
            part_grads.append(((narrow_grads.t() @ hiddens[part]).to(weight.dtype), scaled.sum(0)))

        threads.run([partial(back, part) for part in ctx.parts])
        d_weight = torch.stack([w for w, _ in part_grads]).sum(0)
        d_bias = torch.stack([b for _, b in part_grads]).sum(0)
        return d_hiddens, d_weight, d_bias, None, None


def _chunk(
    hiddens: Tensor,
    matrix: PackedWeights,
    bias: Tensor,
    targets: Tensor,
    placed: Tensor,
    grads: Tensor,
    sums: np.ndarray[Any, Any],
) -> None:
    outputs = matrix.times(hiddens.to(bias.dtype), bias).numpy()
    limits = np.array([1.0, LOG_SIGMA, RHO, log(2.0 * pi)], outputs.dtype)
    mixtures = (outputs.shape[1] - PENS) // 6
    mixture_loss.rows(
        outputs,
        targets.contiguous().numpy(),
        placed.to(torch.uint8).numpy(),
        grads.numpy(),
        sums,
        limits,
        mixtures,
    )
