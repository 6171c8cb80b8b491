"""A recurrent cell by the name of its kind."""

from __future__ import annotations

from typing import cast

import torch

from strokebook.model.cells.base import Cell
from strokebook.model.cells.hyper_lstm import HyperLstm
from strokebook.model.cells.lstm import LayerNormLstm, LstmLayer

KINDS = ("lstm", "layer_norm", "hyper")


def make_cell(
    kind: str, inputs: int, units: int, constants: int = 0, seed: torch.Generator | None = None
) -> Cell:
    """A cell of one of :data:`KINDS`."""
    cells = {"lstm": LstmLayer, "layer_norm": LayerNormLstm, "hyper": HyperLstm}
    return cast(Cell, cells[kind](inputs, units, constants, seed))
