"""Units added to a published LSTM when it becomes one of ours, and taken away when it goes back.

Our decoder reads one row more than the library's before a drawing's second point, so an imported
net has units more, which set the first point (see :mod:`.sketchrnn_js_weights` for markers). What
they are follows from the published weights alone; so a net that still is as it was imported is
known by making it anew, and goes back without them, to the bit.

Shape letters: H units of the published net, X inputs.
"""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from strokebook.base.array_types import Floats, Floats32
from strokebook.model.cells.lstm import GATES, LstmLayer
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.config import ModelOptions
from strokebook.model.data.batches import START
from strokebook.model.distributions import mixture
from strokebook.model.interchange import sketchrnn_js
from strokebook.model.interchange.sketchrnn_js import BrowserModel
from strokebook.model.networks.sketch_rnn import SketchNet

LIBRARY = ("input", "candidate", "forget", "output")  # its order of the gates
INPUT, CANDIDATE, FORGET, OUTPUT = range(4)
MARKERS = 2  # each weight is at most 10, so one marker alone could move a gate by 7.6 only
OPEN = 10.0  # a pre-activation that saturates its gate
SHUT = -9.0  # an input gate that lets nothing in
HALF_OPEN = 5.0  # one that lets almost all in, and that two markers can shut
ADDED = MARKERS + 1
DOWN = START.index(1.0)  # of a row: the pen is on the paper


def marked() -> float:
    """A marker's hidden state after every step."""
    return float(sigmoid(OPEN) * np.tanh(sigmoid(OPEN) * np.tanh(OPEN)))


def to_net(source: BrowserModel) -> SketchNet:
    """A decoder-only net that draws what a published model draws.

    Our first step sets the first point down and must leave the model as the library starts it:
    units are added. Markers keep all input gates shut at the first step; one unit more is on
    after that step alone, and its weights put the pen down. None passes the format's ± 10, so
    that the net, fine-tuned, can go back to the browser.
    """
    units, size = source.units, source.units + ADDED
    options = ModelOptions(
        conditional=False, decoder=size, decoder_cell="lstm", mixtures=sketchrnn_js.MIXTURES
    )
    net = SketchNet(options)
    markers, once = slice(units, units + MARKERS), size - 1
    rows = np.zeros((5, 4, size))
    rows[:, :, :units] = source.rows.reshape(5, 4, units)
    bias = np.full((4, size), OPEN)
    bias[FORGET] = -OPEN
    bias[:, :units] = source.bias.reshape(4, units)
    bias[INPUT, :units] = SHUT - rows[DOWN, INPUT, :units]
    bias[INPUT, once] = HALF_OPEN
    recurrent = np.zeros((size, 4, size))
    recurrent[:units, :, :units] = source.recurrent.reshape(units, 4, units)
    lacking = source.bias[:units] - bias[INPUT, :units]
    recurrent[markers, INPUT, :units] = lacking / (MARKERS * marked())
    recurrent[markers, FORGET, units:] = -OPEN
    recurrent[markers, INPUT, once] = -OPEN
    output = np.zeros((size, mixture.width(sketchrnn_js.MIXTURES)))
    output[:units] = source.output
    output[once, : mixture.PENS] = (OPEN, -OPEN, -OPEN)  # down, up, end
    cell = cast(LstmLayer, net.decoder.cell)
    with torch.no_grad():
        cell.input_weight.copy_(to_ours(rows))
        cell.recurrent_weight.copy_(to_ours(recurrent))
        cell.bias.copy_(to_ours(bias[None])[:, 0])
        net.decoder.output.weight.copy_(torch.from_numpy(output.T.copy()))
        net.decoder.output.bias.copy_(torch.from_numpy(source.output_bias))
    return net.eval().requires_grad_(False)


def from_net(model: SketchModel) -> BrowserModel | None:
    """The published model that a net was made of by :func:`to_net`, if it still is that one.

    Args:
        model: Any. Facts that an import noted (``info["imported"]``) come with the weights.

    Returns:
        None where the net is of another kind, or was trained since: then it has units of its own
        that no published file had.
    """
    options = model.options
    if (
        options.conditional
        or options.local_frame
        or options.decoder_cell != "lstm"
        or options.mixtures != sketchrnn_js.MIXTURES
        or options.decoder <= ADDED
    ):
        return None
    published = _without_added(model)
    again = to_net(sketchrnn_js.as_written(published)).state_dict()  # in a file's whole steps
    same = all(torch.equal(t.cpu(), again[n]) for n, t in model.net.state_dict().items())
    return published if same else None


def _without_added(model: SketchModel) -> BrowserModel:
    """The weights of the first H units, and the input gates' biases as they were."""
    decoder, layer = model.net.decoder, cast(LstmLayer, model.net.decoder.cell)
    units = model.options.decoder - ADDED
    rows = by_gate(layer.input_weight)[:, :, :units]
    recurrent = by_gate(layer.recurrent_weight)
    bias = by_gate(layer.bias[:, None])[0, :, :units]
    marker = recurrent[units, INPUT, :units] * MARKERS * marked()
    bias[INPUT] = _on_grid(SHUT - rows[DOWN, INPUT] + marker)
    imported = model.info.get("imported") or {}
    return BrowserModel(
        name=str(imported.get("name", "")),
        scale=float(model.scale),
        longest=max(model.statistics.longest - 1, 2),  # ours count the first point
        output=decoder.output.weight.detach().cpu().numpy().T[:units].copy(),
        output_bias=decoder.output.bias.detach().cpu().numpy().copy(),
        rows=flat(rows),
        recurrent=flat(recurrent[:units, :, :units]),
        bias=flat(bias[None])[0],
        more=sketchrnn_js.plain_info(imported.get("says")),
        info=sketchrnn_js.plain_info(imported.get("info")),
    )


def _on_grid(values: Floats) -> Floats:
    """Weights as a file holds them, in whole steps; what is off by rounding is there again."""
    return np.asarray(np.rint(values / sketchrnn_js.LEVEL) * sketchrnn_js.LEVEL)


def by_gate(weight: Tensor) -> Floats:
    """Our ``(4H, X)`` → the library's ``(X, 4, H)``."""
    ours = weight.detach().cpu().double().numpy()
    parts = dict(zip(GATES, np.split(ours, 4), strict=True))
    return np.stack([parts[gate].T for gate in LIBRARY], axis=1)


def to_ours(weight: Floats) -> Tensor:
    """The library's ``(X, 4, H)`` → our ``(4H, X)``."""
    parts = dict(zip(LIBRARY, weight.swapaxes(0, 1), strict=True))
    return torch.from_numpy(np.concatenate([parts[gate].T for gate in GATES]))


def flat(weights: Floats) -> Floats32:
    """``(X, 4, H)`` → the file's ``(X, 4H)``."""
    return weights.reshape(len(weights), -1).astype(np.float32)


def sigmoid(values: npt.ArrayLike) -> Floats:
    """The logistic function."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(values, np.float64))))


def logit(share: Floats) -> Floats:
    """Its inverse, of shares kept a little from 0 and 1."""
    inside = np.clip(share, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(inside / (1.0 - inside)))
