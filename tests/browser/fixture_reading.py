"""What the engine's fixtures say of given drawings: a net's steps, scale and line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from fixture_json import exact, numbers, strokes
from fixture_nets import blobs, sheep, starts

from strokebook.geometry.drawing import Drawing, Stroke3
from strokebook.geometry.stroke3 import from_stroke3
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.data.batches import batch_of
from strokebook.model.data.rescale import fit
from strokebook.model.distributions import mixture
from strokebook.model.networks.local_frame_decoder import LocalFrameDecoder


def drawings_to_read(model: SketchModel) -> list[Stroke3]:
    """Drawings not learnt from, in units of the net, the last point lifted."""
    units = np.array((model.scale, model.scale, 1.0), np.float32)
    found = [d / units for d in [*blobs(2, seed=77), *sheep()]]
    for rows in found:
        rows[0, :2] = 0.0
        rows[-1, 2] = 1.0
    return found


def read_drawing(model: SketchModel, rows: Stroke3) -> dict[str, Any]:
    """One drawing as the net reads it, without z and with, as the net allows."""
    joined = batch_of([rows])
    mean = None
    if model.net.encoder is not None:
        mean = model.net.encode(joined.targets, joined.lengths).mean
    ways = [None] if model.net.draws_without_z else []
    ways += [] if mean is None else [mean]
    return {
        "rows": numbers(rows),
        "mean": None if mean is None else numbers(mean[0]),
        "runs": [run(model, rows, z) for z in ways],
    }


def run(model: SketchModel, rows: Stroke3, z: Any) -> dict[str, Any]:
    """What a net says along a drawing, and what the drawing costs it."""
    joined = batch_of([rows])
    local = isinstance(model.net.decoder, LocalFrameDecoder)
    cost = model.net.decoder.costs(joined.inputs, joined.targets, joined.lengths, z)
    return {
        "z": None if z is None else numbers(z[0]),
        "steps": list((local_steps if local else plain_steps)(model, rows, z)),
        "nats": {"position": float(cost.position[0]), "pen": float(cost.pen[0])},
    }


def plain_steps(model: SketchModel, rows: Stroke3, z: Any) -> Iterator[dict[str, Any]]:
    """Of the plain decoder: after the start token and after each row."""
    decoder = model.net.decoder
    inputs = batch_of([rows]).inputs  # (N + 1, 1, 5): the start token first
    state, offset = decoder.start(1, z)
    for row in inputs:
        state = decoder.cell.step(row, state, offset)
        said = mixture.split(decoder.output(decoder.cell.output(state)))
        yield {"pen": numbers(said.pen[0]), "mixture": mixture_of(said)}


def local_steps(model: SketchModel, rows: Stroke3, z: Any) -> Iterator[dict[str, Any]]:
    """Of the local-frame decoder: after each row."""
    decoder = model.net.decoder
    assert isinstance(decoder, LocalFrameDecoder)
    state, offset = decoder.start(1, z)
    lifted = True
    for row in torch.from_numpy(rows):
        state = decoder.step(state, offset, row[None, :2], torch.tensor([lifted]))
        lifted = bool(row[2] > 0.5)
        down, jump = decoder.pen_down_mixture(state), decoder.jump_mixture(state)
        yield {
            "pen": numbers(decoder.pen(state.context)[0]),
            "down": mixture_of(down.components) | {"logistic": down.logistic.int().tolist()},
            "jump": mixture_of(jump.components),
        }


def mixture_of(said: mixture.Mixture) -> dict[str, list[float]]:
    """One drawing's mixture."""
    names = ("weight", "mean_x", "mean_y", "log_x", "log_y", "rho")
    return {n: numbers(part[0]) for n, part in zip(names, said[1:], strict=True)}


def restored_lines(model: SketchModel) -> list[dict[str, Any]]:
    """The artist's line put between points."""
    found = []
    for rows, units, given in ((blobs(1, 80)[0], 1.0, 0), (blobs(1, 81)[0], 0.4, 6)):
        drawing = from_stroke3(rows)
        found.append(
            {
                "strokes": strokes(drawing),
                "units": units,
                "start_points": given,
                "restored": strokes(model.line.restore(drawing, units, given)),
            }
        )
    return found


def fits(model: SketchModel) -> list[dict[str, Any]]:
    """Starts and whole drawings as they are rescaled for the net."""
    found = []
    facts = model.statistics
    for start in starts(model):
        drawing = Drawing.of(start["strokes"])
        for target in (facts.start_extent, facts.extent):
            got = fit(drawing, facts, target, start["zoom"])
            found.append(
                {
                    "strokes": strokes(drawing),
                    "target": target,
                    "zoom": start["zoom"],
                    "rows": numbers(got.rows),
                    "origin": exact(got.origin),
                    "last": exact(got.last),
                    "unit": got.unit,
                }
            )
    return found
