"""Rows times one matrix, many times over: in its own type, in packed bf16, or in 8 bits.

oneDNN multiplies fastest by a matrix that lies in its own blocked layout; PyTorch offers that
layout through operations that its compiler uses. Where they are missing, the plain product serves.

In 8 bits rows are uint8 codes around 128, each worth a number that the caller knows; a matrix's
columns are int8 codes, each column with its own worth. Sums are exact integers of 32 bits.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

CODES = 127  # greatest code
ZERO = 128  # the code of 0 in rows


class Matrix:
    """A matrix prepared for products with rows from the left.

    Args:
        matrix: ``(K, N)``.
        kind: Type of the product; of what ``times`` returns, unless coded.
        rows: How many there mostly are.
        worth: Of one step of the rows' codes; None: rows are numbers, not codes.
    """

    def __init__(
        self, matrix: Tensor, kind: torch.dtype, rows: int, worth: float | None = None
    ) -> None:
        self.kind, self.worth, self.width = kind, worth, matrix.shape[1]
        self._plain = matrix.to(kind)
        self._packed: Any = None
        if worth is not None:
            self._encode(matrix, rows)
        elif kind == torch.bfloat16 and _can_pack():
            across = self._plain.t().contiguous()
            self._packed = torch.ops.mkldnn._reorder_linear_weight(across, rows)

    def _encode(self, matrix: Tensor, rows: int) -> None:
        self._scales = (matrix.abs().amax(0) / CODES).clamp_min(torch.finfo(torch.float32).tiny)
        self._zeros = torch.zeros(self.width, dtype=torch.int64)
        codes = torch.round(matrix / self._scales).to(torch.int8).t().contiguous()
        self._packed = torch.ops.onednn.qlinear_prepack(codes, [rows, len(matrix)])

    def times(self, rows: Tensor) -> Tensor:
        """Rows ``(R, K)`` times the matrix, ``(R, N)``; of codes always float32."""
        out: Tensor
        if self.worth is not None:
            given = (self.worth, ZERO, self._packed, self._scales, self._zeros, None, 1.0, 0)
            out = torch.ops.onednn.qlinear_pointwise.default(
                rows, *given, torch.float32, "none", [], ""
            )
        elif self._packed is not None:
            out = torch.ops.mkldnn._linear_pointwise.default(
                rows, self._packed, None, "none", [], ""
            )
        else:
            out = rows @ self._plain
        return out


def _can_pack() -> bool:
    has_onednn = bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]
    return has_onednn and hasattr(torch.ops.mkldnn, "_reorder_linear_weight")
