"""Packed sequences: drawings side by side, longest first, without padding.

Shape letters: T steps, B drawings, R rows in all (the sum of the drawings' lengths).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

Groups = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, eq=False)
class Packing:
    """Where each row of a batch lies in its packed form.

    Drawings are dealt into groups, each computed by a thread of its own; a group's rows lie
    together, step by step, and step t holds the drawings that have a row t: the first of them.

    Attributes:
        groups: For each group the number of drawings that have a row t, for every t; falling.
        order: The drawing in each place, group after group, ``(B,)``.
        step: Of each packed row, ``(R,)``.
        drawing: Of each packed row, ``(R,)``.
    """

    groups: Groups
    order: Tensor
    step: Tensor
    drawing: Tensor

    @classmethod
    def of(cls, lengths: Tensor, groups: int = 1) -> Packing:
        """Pack drawings of the given numbers of rows (each at least 1), ``(B,)``."""
        device, lengths = lengths.device, lengths.cpu()
        groups = max(1, min(groups, len(lengths)))
        order = torch.argsort(lengths, descending=True, stable=True)
        parts = [order[n::groups] for n in range(groups)]  # dealt out: alike in length
        counts, steps, drawings = [], [], []
        for part in parts:
            alive = lengths[part] > torch.arange(int(lengths[part[0]]))[:, None]  # (T, B)
            counts.append(tuple(alive.sum(1).tolist()))
            step, place = alive.nonzero(as_tuple=True)
            steps.append(step)
            drawings.append(part[place])
        whole = (torch.cat(p).to(device) for p in (parts, steps, drawings))
        return cls(tuple(counts), *whole)

    @classmethod
    def full(cls, steps: int, batch: int, device: torch.device, groups: int = 1) -> Packing:
        """Drawings that all have ``steps`` rows."""
        return cls.of(torch.full((batch,), steps, device=device), groups)

    def pack(self, rows: Tensor) -> Tensor:
        """``(T, B, ...)`` → ``(R, ...)``."""
        return rows[self.step, self.drawing]

    def unpack(self, packed: Tensor, steps: int) -> Tensor:
        """``(R, ...)`` → ``(T, B, ...)``, zeros where a drawing has no row."""
        out = packed.new_zeros(steps, len(self.order), *packed.shape[1:])
        return out.index_put((self.step, self.drawing), packed)

    def unsort(self, values: Tensor) -> Tensor:
        """Values of the places ``(B, ...)`` in the order of the drawings."""
        back = torch.empty_like(self.order)
        back[self.order] = torch.arange(len(back), device=back.device)
        return values[back]


def starts(counts: tuple[int, ...]) -> list[int]:
    """The packed row at which each step of a group begins."""
    out, row = [], 0
    for count in counts:
        out.append(row)
        row += count
    return out
