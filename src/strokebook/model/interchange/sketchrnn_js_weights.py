"""Weights of our decoder ↔ those of the plain LSTM in ``@magenta/sketch``.

The two begin differently. The library starts from a state of zeros, reads the start token, and
what it predicts then is the way to a drawing's second point: the start token stands for the first.
Ours may start from a state that z gives, and reads the start token and then the first point.
So both ways the first step needs gates of its own. Units that are added to the LSTM give it them:
a *marker* is 0 before the first step and the same number ever after, so that its weights to the
gates are a bias which the first step lacks.

Shape letters: T rows, H units, B drawings, M mixtures.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from strokebook.base.array_types import Floats
from strokebook.base.errors import UsageError
from strokebook.base.random_streams import RandomStream
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.stroke3 import to_stroke5
from strokebook.model.cells.lstm import LstmLayer
from strokebook.model.cells.noise import Noise
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.data.batches import START
from strokebook.model.data.rescale import fit
from strokebook.model.distributions import mixture
from strokebook.model.interchange import formats, sketchrnn_js
from strokebook.model.interchange.added_units import (
    CANDIDATE,
    FORGET,
    INPUT,
    MARKERS,
    OPEN,
    OUTPUT,
    by_gate,
    flat,
    from_net,
    logit,
    marked,
    sigmoid,
)
from strokebook.model.interchange.sketchrnn_js import BrowserModel
from strokebook.model.sampling.rollout import PresampledNoise, draw, initial_batch

REACH = 0.999  # of a cell after one step from zeros, which cannot pass 1
STEPS = 10  # that a new file is compared over
TRIALS = 4  # drawings it is compared on


@dataclass(frozen=True, eq=False)
class Export:
    """A model for the browser, and how near it comes to ours.

    Differences are the largest of any mixture parameter (π, μ, σ, ρ, pen; over 1, in parts of
    it) within ten steps of a few drawings, with the weights as the file gives them back.

    Attributes:
        model: To be written.
        clipped: Weights beyond ± 10, which the file cannot hold.
        unreached: Units whose first state no single step from zeros reaches.
        difference: As the library is usually used.
        exact: From the first state that the file carries along; None where it carries none.
        as_imported: The numbers are those of the published file that the model was imported from.
    """

    model: BrowserModel
    clipped: int
    unreached: int
    difference: float
    exact: float | None
    as_imported: bool = False


def prior_z(model: SketchModel, seed: int) -> Tensor | None:
    """The z, ``(1, Z)``, of the first drawing that ``sample`` draws with ``seed``."""
    if not model.options.conditional:
        return None
    like = model.net.decoder.output.bias
    return Noise(seed, RandomStream.PRIOR, 0).normal(1, model.options.z, like=like)


def posterior_z(model: SketchModel, drawing: Drawing) -> Tensor:
    """The z, ``(1, Z)``, that the encoder finds in a drawing (its mean).

    Raises:
        StrokebookError: A decoder-only model, or a drawing without extent.
    """
    rows = fit(drawing, model.statistics, model.statistics.extent).rows
    rows5 = torch.from_numpy(to_stroke5(rows, len(rows) + 1)[:-1])[:, None].to(model.net.device)
    with torch.no_grad():
        return model.net.encode(rows5, torch.tensor([len(rows)], device=rows5.device)).mean


@torch.no_grad()
def to_browser(model: SketchModel, z: Tensor | None, name: str, *, plain: bool = False) -> Export:
    """A plain LSTM decoder with z fixed, as the library runs it.

    The constant z · W_z goes into the biases; the state after the first point is what the
    library's own first step gives, through biases that hold at that step alone. That is exact
    unless a cell's state there is over 1 (which a step from zeros cannot give): such a unit gets
    its right hidden state and a nearly right cell. The exact state is carried in the file's
    ``info.strokebook``. An imported model that was not trained since becomes its file again.

    Args:
        model: Trained; a plain LSTM decoder with 20 mixtures.
        z: ``(1, Z)``; None for a decoder-only model.
        name: Of what it draws.
        plain: Only the weights as they are and z in the biases: for programs that feed the start
            token and then the first point (0, 0, 1, 0, 0). What z says by the state before the
            start token is lost then.

    Raises:
        StrokebookError: The format cannot express the model, or z is missing.
    """
    _check(model, z)
    published = None if plain else from_net(model)
    if published is not None:
        return _as_imported(model, published, name)
    decoder = model.net.decoder
    row = decoder.output.weight.new_tensor([START])
    state: Any
    state, offset = decoder.start(1, z)
    for _ in range(2):  # the start token; then the first point, where the drawing's origin is
        state = decoder.cell.step(row, state, offset)
    hidden, cell = (part[0].cpu().double().numpy() for part in state)
    exported = _without_state(model, offset, name)
    if not plain:
        exported = _with_state(exported, hidden, cell)
    inputs, wanted = _trials(model, z)
    again = sketchrnn_js.as_written(exported)
    zeros = np.zeros(exported.units)
    skipped = 0 if plain else 1  # rows that the library does not read
    usual = _difference(again, inputs[skipped:], wanted[1:], zeros, zeros)
    exact = None
    if not plain:
        exact = _difference(again, inputs[2:], wanted[2:], *first_state(again))
    return Export(
        model=exported,
        clipped=sketchrnn_js.clipped(exported),
        unreached=0 if plain else int((np.abs(cell) > 1.0).sum()),
        difference=usual,
        exact=exact,
    )


def _as_imported(model: SketchModel, published: BrowserModel, name: str) -> Export:
    """The published model itself; another name goes into its facts, if one is asked for."""
    info = dict(published.info)
    if info and name != published.name:
        info["name"] = name
    inputs, wanted = _trials(model, None)
    zeros = np.zeros(published.units)
    return Export(
        model=dataclasses.replace(published, name=name, info=info),
        clipped=0,
        unreached=0,
        difference=_difference(published, inputs[1:], wanted[1:], zeros, zeros),
        exact=None,
        as_imported=True,
    )


def _check(model: SketchModel, z: Tensor | None) -> None:
    formats.check("magenta", model.options)
    if model.options.conditional and z is None:
        raise UsageError("The model is conditional, so a z is needed.", "Name a drawing or a seed.")


def _without_state(model: SketchModel, offset: Tensor, name: str) -> BrowserModel:
    """Our decoder's weights in the library's layout."""
    decoder, layer = model.net.decoder, cast(LstmLayer, model.net.decoder.cell)
    bias = by_gate(offset.t())[0]
    bias[FORGET] -= 1.0  # the library adds it
    return BrowserModel(
        name=name,
        scale=float(model.scale),
        longest=max(model.statistics.longest - 1, 2),  # the start token is a drawing's first point
        output=decoder.output.weight.detach().cpu().numpy().T.copy(),
        output_bias=decoder.output.bias.detach().cpu().numpy().copy(),
        rows=flat(by_gate(layer.input_weight)),
        recurrent=flat(by_gate(layer.recurrent_weight)),
        bias=flat(bias[None])[0],
    )


def _with_state(plain: BrowserModel, hidden: Floats, cell: Floats) -> BrowserModel:
    """The same with markers after its H units, whose first step gives the state ``(H,)``."""
    units, size = plain.units, plain.units + MARKERS
    rows = plain.rows.astype(np.float64).reshape(5, 4, units)
    steady = plain.bias.astype(np.float64).reshape(4, units)
    first = _first_biases(hidden, cell, steady, rows[START.index(1.0)])
    recurrent = np.zeros((size, 4, size))
    recurrent[:units, :, :units] = plain.recurrent.reshape(units, 4, units)
    recurrent[units:, :, :units] = (steady - first) / (MARKERS * marked())
    recurrent[units:, FORGET, units:] = -OPEN
    bias = np.full((4, size), OPEN)
    bias[FORGET] = -OPEN
    bias[:, :units] = first
    more = np.ones(MARKERS)
    state = {
        "c": _digits(np.concatenate((cell, sigmoid(OPEN) * np.tanh(OPEN) * more))),
        "h": _digits(np.concatenate((hidden, marked() * more))),
    }
    return dataclasses.replace(
        plain,
        output=np.pad(plain.output, ((0, MARKERS), (0, 0))),
        rows=flat(np.pad(rows, ((0, 0), (0, 0), (0, MARKERS)))),
        recurrent=flat(recurrent),
        bias=flat(bias[None])[0],
        more={"strokebook": {"first": state}},
    )


def _first_biases(hidden: Floats, cell: Floats, steady: Floats, row: Floats) -> Floats:
    """Biases ``(4, H)`` with which the start token gives a state from zeros.

    From zeros a cell becomes σ(i) · tanh(g); the input gate is left as it would be and the
    candidate solved for, unless that asks for too much: then both do the same share.

    Args:
        hidden: Wanted, ``(H,)``.
        cell: Wanted, ``(H,)``.
        steady: Biases of all later steps, ``(4, H)``.
        row: What the start token adds to each gate, ``(4, H)``.
    """
    reached = np.clip(cell, -REACH, REACH)
    let_in = np.maximum(sigmoid(steady[INPUT] + row[INPUT]), np.sqrt(np.abs(reached)))
    squashed = np.tanh(reached)
    shown = np.divide(
        hidden, squashed, where=squashed != 0, out=sigmoid(steady[OUTPUT] + row[OUTPUT])
    )
    wanted = steady + row
    wanted[INPUT] = logit(let_in)
    wanted[CANDIDATE] = np.arctanh(np.clip(reached / let_in, -0.9999, 0.9999))
    wanted[OUTPUT] = logit(shown)
    return np.asarray(wanted - row)


def unroll(model: BrowserModel, rows: npt.ArrayLike, hidden: Floats, cell: Floats) -> Floats:
    """The library's arithmetic: output rows ``(T, 123)`` after each input row ``(T, 5)``."""
    outputs, bias = [], model.bias.astype(np.float64).reshape(4, -1)
    bias[FORGET] += 1.0
    for row in np.asarray(rows, np.float64):
        gates = (row @ model.rows + hidden @ model.recurrent).reshape(4, -1) + bias
        let_in = sigmoid(gates[INPUT]) * np.tanh(gates[CANDIDATE])
        cell = sigmoid(gates[FORGET]) * cell + let_in
        hidden = sigmoid(gates[OUTPUT]) * np.tanh(cell)
        outputs.append(hidden @ model.output + model.output_bias)
    return np.array(outputs)


def first_state(model: BrowserModel) -> tuple[Floats, Floats]:
    """Hidden and cell state after the first point, as the file carries them."""
    first: dict[str, Any] = model.more["strokebook"]["first"]
    return np.array(first["h"], np.float64), np.array(first["c"], np.float64)


def parameters(outputs: Tensor) -> Tensor:
    """π, μ, σ, ρ and pen of output rows ``(T, 3 + 6M)``, side by side."""
    predicted = mixture.split(outputs)
    return torch.cat(
        (
            predicted.weight.softmax(-1),
            predicted.mean_x,
            predicted.mean_y,
            predicted.log_sigma_x.exp(),
            predicted.log_sigma_y.exp(),
            predicted.rho.tanh(),
            predicted.pen.softmax(-1),
        ),
        dim=-1,
    )


def _trials(model: SketchModel, z: Tensor | None) -> tuple[Floats, Tensor]:
    """Rows of a few drawings of the model's own, and what the model says after each.

    Returns:
        Start token, first point and ten more steps, ``(T, TRIALS, 5)``, and the output rows
        ``(T, TRIALS, 123)``.
    """
    net = model.net
    many = z.expand(TRIALS, -1) if z is not None else None
    decoders = initial_batch(net, TRIALS, many)
    draws = PresampledNoise.of(0, TRIALS, STEPS, decoders.row)
    drawn = list(draw(net, decoders, draws, 0.5, STEPS, origin=True))[1:]
    token = np.broadcast_to(np.array(START, np.float32), drawn[0].shape)
    inputs = np.stack([token, token, *drawn])  # the library's drawings begin with the pen down
    outputs = net.decoder(torch.from_numpy(inputs).to(net.device), many, None)
    return inputs.astype(np.float64), outputs.cpu().double()


def _difference(
    written: BrowserModel, inputs: Floats, wanted: Tensor, hidden: Floats, cell: Floats
) -> float:
    """How far the library's parameters are from ours over the last of its rows."""
    worst = 0.0
    for place in range(inputs.shape[1]):
        outputs = unroll(written, inputs[:, place], hidden, cell)[-len(wanted) :]
        right = parameters(wanted[:, place])
        off = (parameters(torch.from_numpy(outputs)) - right).abs() / right.abs().clamp_min(1.0)
        worst = max(worst, float(off.max()))
    return worst


def _digits(values: Floats) -> list[float]:
    return [float(f"{v:.7g}") for v in values]
