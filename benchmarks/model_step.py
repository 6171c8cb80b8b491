"""Time of one training step: ours, an autograd Python-cell loop, torch.nn.LSTM; in one run.

    python -m benchmarks.model_step [--steps 3] [--threads 2] [--sizes small,standard]

All three do the same work on the same batches: bidirectional encoder, decoder, mixture loss,
backward, clipping, Adam. The Python loop has recurrent dropout as ours has; torch.nn.LSTM cannot
have it and runs without. Batches are random walks with lengths like a data set's, in our buckets;
the first step of each is not timed. Ratios are what to quote: seconds depend on the machine.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from strokebook.geometry.drawing import Stroke3
from strokebook.model.batches import Batch, Epochs
from strokebook.model.config import PRESETS, ModelOptions, TrainOptions
from strokebook.model.lstm import FORGET_BIAS, LstmLayer, State
from strokebook.model.nets import SketchNet
from strokebook.model.stepper import Stepper

SIZES = {
    # name: model, batch, shortest and longest drawing
    "small": (PRESETS["small"].model, PRESETS["small"].train.batch, 40, 120),
    "standard": (PRESETS["standard"].model, PRESETS["standard"].train.batch, 40, 200),
}


class PythonCell(LstmLayer):
    """The same cell, step by step under autograd, as most ports have it."""

    def forward(  # noqa: D102
        self, inputs: Tensor, state: State, offset: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, State]:
        hidden, cell = state
        hiddens = []
        for t, row in enumerate(inputs):
            gates = row @ self.input_weight.t() + offset + hidden @ self.recurrent_weight.t()
            i, f, o, g = gates.chunk(4, dim=1)
            g = torch.tanh(g) if mask is None else torch.tanh(g) * mask[t]
            cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * g
            hidden = torch.sigmoid(o) * torch.tanh(cell)
            hiddens.append(hidden)
        return torch.stack(hiddens), State(hidden, cell)


class TorchCell(nn.Module):
    """torch.nn.LSTM in the layer's place: z is concatenated to every row, dropout impossible."""

    def __init__(self, inputs: int, units: int, constants: int = 0) -> None:
        super().__init__()
        self.units = units
        self.lstm = nn.LSTM(inputs + constants, units)
        with torch.no_grad():
            self.lstm.bias_ih_l0[units : 2 * units] = FORGET_BIAS

    def blank(self, batch: int) -> State:  # noqa: D102
        zeros = self.lstm.bias_ih_l0.new_zeros(batch, self.units)
        return State(zeros, zeros)

    def offset(self, batch: int, constant: Tensor | None = None) -> Tensor | None:  # noqa: D102
        del batch
        return constant

    def forward(  # noqa: D102
        self, inputs: Tensor, state: State, offset: Tensor | None, mask: Tensor | None = None
    ) -> tuple[Tensor, State]:
        del mask
        if offset is not None:
            inputs = torch.cat((inputs, offset.expand(len(inputs), -1, -1)), dim=2)
        hiddens, (hidden, cell) = self.lstm(inputs, (state.hidden[None], state.cell[None]))
        return hiddens, State(hidden[0], cell[0])


def net_of(options: ModelOptions, cell: Callable[..., nn.Module] | None) -> SketchNet:
    net = SketchNet(options, torch.Generator().manual_seed(0))
    if cell is not None:
        z = options.z if options.conditional else 0
        net.decoder.cell = cell(5, options.decoder, z)  # type: ignore[assignment]
        if net.encoder is not None:
            net.encoder.onward = cell(5, options.encoder)  # type: ignore[assignment]
            net.encoder.back = cell(5, options.encoder)  # type: ignore[assignment]
    return net


def walks(count: int, least: int, most: int) -> list[Stroke3]:
    rng = np.random.default_rng(0)
    drawings = []
    for _ in range(count):
        rows = rng.normal(size=(int(rng.integers(least, most + 1)), 3)).astype(np.float32)
        rows[:, 2] = rng.random(len(rows)) < 0.05
        drawings.append(rows)
    return drawings


def seconds(steppers: dict[str, Stepper], batches: list[Batch]) -> dict[str, float]:
    """Mean seconds a step of each; they take turns, so that other load falls on all alike."""
    spent = dict.fromkeys(steppers, 0.0)
    for step, batch in enumerate([batches[0], *batches]):
        for name, stepper in steppers.items():
            begun = time.perf_counter()
            stepper.step(step, batch, 1.0)
            spent[name] += (time.perf_counter() - begun) * (step > 0)
    return {name: total / len(batches) for name, total in spent.items()}


def compare(name: str, steps: int) -> None:
    options, size, least, most = SIZES[name]
    epochs = Epochs(walks(size * 20, least, most), size, seed=0)
    batches = [epochs[k] for k in range(steps)]
    rows = sum(b.rows.shape[0] * b.rows.shape[1] for b in batches) / steps
    kind = f"encoder {options.encoder}, z {options.z}" if options.conditional else "decoder only"
    print(f"{name}: decoder {options.decoder}, {kind}, batch {size}, {rows:.0f} rows a step")
    cells = {"ours": None, "torch.nn.LSTM": TorchCell, "Python loop": PythonCell}
    steppers = {
        n: Stepper(net_of(options, cell), TrainOptions(), most + 1) for n, cell in cells.items()
    }
    times = seconds(steppers, batches)
    for n, found in times.items():
        ratio = found / times["ours"]
        print(f"  {n:14} {found:7.3f} s a step {ratio:6.2f} × ours {size / found:7.0f} drawings/s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--sizes", default="small,standard")
    given = parser.parse_args()
    if given.threads:
        torch.set_num_threads(given.threads)
    for name in given.sizes.split(","):
        compare(name, given.steps)


if __name__ == "__main__":
    main()
