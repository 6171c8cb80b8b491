"""Packed matmul: rows times one matrix that is laid out once and used many times.

oneDNN multiplies fastest by a matrix that lies in its own blocked layout; PyTorch offers that
layout through operations that its compiler uses. Where they are missing, the plain product serves.
Products in 8 bits are in :mod:`strokebook.model.kernels.int8_matmul`.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

# Rows or numbers of the matrix from which oneDNN's float32 products are faster than the plain ones:
# by 1.2 with 256 x 1024 numbers, by 1.3 to 2.5 with 512 x 2048; with 64 x 256 half as fast.
MANY_ROWS, LARGE = 512, 1 << 18


class PackedWeights:
    """A matrix prepared for products with rows from the left.

    Args:
        matrix: ``(K, N)``.
        kind: Type of the product.
        rows: How many there mostly are.
    """

    def __init__(self, matrix: Tensor, kind: torch.dtype, rows: int) -> None:
        self._packed: Any = None
        self._plain = matrix.to(kind)
        large = rows >= MANY_ROWS or matrix.numel() >= LARGE
        if _can_pack(kind) and (kind == torch.bfloat16 or large):
            across = self._plain.t().contiguous()
            self._packed = torch.ops.mkldnn._reorder_linear_weight(across, rows)

    def times(self, rows: Tensor, more: Tensor | None = None) -> Tensor:
        """Rows ``(R, K)`` times the matrix, ``(R, N)``, plus ``more``, ``(N,)``, if given."""
        if self._packed is None:
            return rows @ self._plain if more is None else torch.addmm(more, rows, self._plain)
        out: Tensor = torch.ops.mkldnn._linear_pointwise.default(
            rows, self._packed, more, "none", [], ""
        )
        return out


def _can_pack(kind: torch.dtype) -> bool:
    """Whether oneDNN lays out matrices of this type here; not every processor has 16 bits."""
    has_onednn = bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]
    if not has_onednn or not hasattr(torch.ops.mkldnn, "_reorder_linear_weight"):
        return False
    if kind == torch.bfloat16:
        return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    return kind == torch.float32
