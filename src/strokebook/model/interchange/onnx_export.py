"""One step of the decoder as an ONNX graph, for programs without PyTorch.

Inputs (B drawings side by side, any B): ``row`` ``(B, 5)``, the stroke-5 row before, offsets in
units of the net; the state, ``hidden`` and ``cell``; ``z`` where the model is conditional.
Outputs: the mixture of the next row, ``pen`` and ``pi`` as logits (so that a temperature can
divide them), ``mu_x``, ``mu_y``, ``sigma_x``, ``sigma_y``, ``rho``; the state after the step,
``next_hidden`` and ``next_cell``; and, where there is a z, ``first_hidden`` and ``first_cell``, the
state that z gives before the first row. A decoder without z begins with zeros. The metadata say
the scale, the longest drawing and the first row.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from strokebook import __version__
from strokebook.base.errors import StrokebookError
from strokebook.base.files import write_bytes
from strokebook.model.cells.base import State
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.data.batches import START
from strokebook.model.distributions import mixture
from strokebook.model.interchange import formats
from strokebook.model.networks.sketch_rnn import ROW, Decoder

MIXTURE = ("pen", "pi", "mu_x", "mu_y", "sigma_x", "sigma_y", "rho")
TRACED = 2  # drawings in the example that the graph is recorded with; 1 would be taken for fixed


class OnnxStep(nn.Module):
    """The decoder's step with the mixture taken apart."""

    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(
        self, row: Tensor, hidden: Tensor, cell: Tensor, z: Tensor | None = None
    ) -> tuple[Tensor, ...]:
        """See the module."""
        first, offset = self.decoder.start(row.shape[0], z)
        layer = self.decoder.cell
        state = layer.step(row, State(hidden, cell), offset)
        predicted = mixture.split(self.decoder.output(layer.output(state)))
        outputs = (
            predicted.pen,
            predicted.weight,
            predicted.mean_x,
            predicted.mean_y,
            predicted.log_sigma_x.exp(),
            predicted.log_sigma_y.exp(),
            predicted.rho.tanh(),
            *state,
        )
        return outputs if z is None else (*outputs, *first)


def write_onnx(model: SketchModel, path: Path, name: str) -> None:
    """Write the step's graph with its weights.

    Args:
        model: Trained, with any of the recurrent cells.
        path: The ``.onnx`` file.
        name: Of what it draws; goes into the metadata.

    Raises:
        StrokebookError: The packages ``onnx`` and ``onnxscript`` are missing, or the decoder is
            none that takes a row at a time.
    """
    _check(model)
    assert isinstance(model.net.decoder, Decoder)
    step = OnnxStep(model.net.decoder).eval()
    example = _example(model)
    state = ("next_hidden", "next_cell")
    first = ("first_hidden", "first_cell") if "z" in example else ()
    with _quietly():
        program = torch.onnx.export(
            step,
            kwargs=example,
            input_names=list(example),
            output_names=[*MIXTURE, *state, *first],
            dynamic_shapes={key: {0: "batch"} for key in example},
            dynamo=True,
            verbose=False,
        )
    if program is None:
        raise StrokebookError("PyTorch gave no ONNX graph.", "Install a newer PyTorch.")
    proto = program.model_proto
    for key, value in _statistics(model, name).items():
        proto.metadata_props.add(key=key, value=value)
    write_bytes(path, proto.SerializeToString())


def _check(model: SketchModel) -> None:
    formats.check("onnx", model.options)
    missing = [p for p in ("onnx", "onnxscript") if importlib.util.find_spec(p) is None]
    if missing:
        raise StrokebookError(
            f"Writing ONNX needs what is not installed: {' and '.join(missing)}.",
            "Install it: pip install 'strokebook[onnx]'.",
        )


def _example(model: SketchModel) -> dict[str, Tensor]:
    like = model.net.decoder.output.bias
    state = model.net.decoder.cell.zero_state(TRACED)
    example = {
        "row": like.new_zeros(TRACED, ROW),
        "hidden": state.hidden.clone(),
        "cell": state.cell.clone(),
    }
    if model.options.conditional:
        example["z"] = like.new_zeros(TRACED, model.options.z)
    return example


def _statistics(model: SketchModel, name: str) -> dict[str, str]:
    statistics: dict[str, Any] = {
        "strokebook": __version__,
        "name": name,
        "scale": model.scale,  # units of the drawings per unit of the net
        "longest": model.statistics.longest,
        "mixtures": model.options.mixtures,
        "first_row": START,
        "first_point": "its offset is (0, 0)",
    }
    return {k: v if isinstance(v, str) else json.dumps(v) for k, v in statistics.items()}


@contextmanager
def _quietly() -> Iterator[None]:
    """Without the exporter's remarks on packages it would like and operators it left alone."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
