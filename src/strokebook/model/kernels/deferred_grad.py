"""Deferred weight gradients: products in a loop whose weight gradient is one product at the end.

Autograd would make, at every step, a gradient as large as the weight and add it up; here the
steps' factors are kept, and multiplied once when the last of them has been reached.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from strokebook.model.kernels.precision import product_type


class _DeferredGradients:
    """A weight in the products' type, and the factors of its gradient so far."""

    def __init__(self, weight: Tensor, kind: torch.dtype) -> None:
        self.source = weight  # kept, so that its identity stays its own
        self.weight = weight.detach().to(kind)
        self.inputs: list[Tensor] = []
        self.grads: list[Tensor] = []
        self.token: Tensor = _Root.apply(weight, self)  # type: ignore[no-untyped-call]


_ACTIVE: ContextVar[dict[int, _DeferredGradients] | None] = ContextVar("deferred", default=None)


@contextmanager
def deferring() -> Iterator[None]:
    """Within it, :func:`product` puts off the gradients of its weights."""
    token = _ACTIVE.set({})
    try:
        yield
    finally:
        _ACTIVE.reset(token)


def product(inputs: Tensor, weight: Tensor) -> Tensor:
    """``(B, D)`` times ``(G, D)`` transposed, in the active precision."""
    books = _ACTIVE.get()
    if books is None:
        return inputs @ weight.t()
    book = books.get(id(weight))
    if book is None:
        kind = product_type(weight, weight.shape[1], len(inputs))
        book = books[id(weight)] = _DeferredGradients(weight, kind)
    out: Tensor = _DeferredMatmul.apply(inputs, book.token, book)  # type: ignore[no-untyped-call]
    return out


class _Root(torch.autograd.Function):
    """Stands for the weight in the graph: its backward comes after that of all products."""

    @staticmethod
    def forward(ctx: Any, weight: Tensor, book: _DeferredGradients) -> Tensor:
        """A token that every product takes."""
        ctx.book = book
        return weight.new_zeros(())

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        """The weight's gradient, ``(G, D)``."""
        del grad  # the products' factors are in the book
        book = ctx.book
        weight_grad = torch.cat(book.grads).t() @ torch.cat(book.inputs)
        book.inputs, book.grads = [], []
        return weight_grad.to(book.source.dtype), None


class _DeferredMatmul(torch.autograd.Function):
    """One product."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, token: Tensor, book: _DeferredGradients) -> Tensor:
        """``(B, D)`` → ``(B, G)``."""
        factor = inputs.to(book.weight.dtype)
        ctx.book, ctx.kind = book, token.dtype
        ctx.save_for_backward(factor)
        return (factor @ book.weight.t()).to(inputs.dtype)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None]:
        """The inputs' gradient; what the weight's needs goes into the book."""
        (factor,) = ctx.saved_tensors
        converted = grad.to(factor.dtype)
        ctx.book.inputs.append(factor)
        ctx.book.grads.append(converted)
        back = (converted @ ctx.book.weight).to(grad.dtype)
        return back, torch.zeros((), dtype=ctx.kind, device=grad.device), None
