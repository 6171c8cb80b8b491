"""Precision: the number type of matrix products; sums and weights always have 32 bits.

- ``fp32``: 32 bits.
- ``bf16``: 16 bits, for all products of recurrent layers.
- ``int8``: 8 bits for the products with recurrent weights, forward and backward, and for the
  weights' gradients, on a CPU: hidden states lie within ± 1, so codes of fixed steps suit them;
  a gradient's codes are scaled row by row, a weight's column by column. Sums are exact.
- ``auto``: bf16 where the processor has it and the layer is large enough to gain, else fp32.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import torch
from torch import Tensor

_ACTIVE: ContextVar[str] = ContextVar("precision", default="fp32")
# Units² · drawings from which bf16 gains more than its conversions cost (measured with 32 to 256
# units and 8 to 100 drawings, Zen 4: under it 5 to 100 % slower, over it 8 to 50 % faster).
LEAST_WORK = 400_000


@contextmanager
def computing(precision: str) -> Iterator[None]:
    """Within it, recurrent layers multiply as ``precision`` says."""
    token = _ACTIVE.set(precision)
    try:
        yield
    finally:
        _ACTIVE.reset(token)


def has_bf16(device: torch.device) -> bool:
    """Whether the device multiplies bf16 natively."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device.type == "cpu" and (
        _cpu_has("_is_avx512_bf16_supported") or _cpu_has("_is_amx_tile_supported")
    )


def product_type(weight: Tensor, units: int, batch: int) -> torch.dtype:
    """The type in which a layer of ``units`` multiplies a batch of ``batch`` drawings."""
    precision = _ACTIVE.get()
    if weight.dtype != torch.float32 or precision == "fp32":
        return weight.dtype
    pays = units * units * batch >= LEAST_WORK and has_bf16(weight.device)
    return torch.bfloat16 if precision in {"bf16", "int8"} or pays else weight.dtype


def in_codes(weight: Tensor) -> bool:
    """Whether a layer's products run in 8 bits."""
    wanted = _ACTIVE.get() == "int8" and weight.dtype == torch.float32
    return wanted and weight.device.type == "cpu" and _cpu_has("_is_vnni_supported")


def _cpu_has(check: str) -> bool:
    """What PyTorch knows of the processor; versions that do not know it say no."""
    has_feature = getattr(torch.cpu, check, None)
    return bool(has_feature()) if has_feature is not None else False
