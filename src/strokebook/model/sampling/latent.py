"""Reconstruction, variation and interpolation: through z, or along the drawings themselves.

A model without an encoder redraws what it is given (:mod:`~strokebook.model.sampling.redraw`).

Shape letters: Z numbers of z.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import torch
from torch import Tensor

from strokebook.base.errors import UsageError
from strokebook.base.random_streams import RandomStream
from strokebook.geometry.drawing import Drawing
from strokebook.model.cells.noise import Noise
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.data.rescale import Rescaled, fit
from strokebook.model.distributions.temperature import Temperature
from strokebook.model.sampling.redraw import morph, redraw
from strokebook.model.sampling.rollout import PresampledNoise, initial_batch
from strokebook.model.sampling.starts import cut, read_start, stroke5
from strokebook.model.sampling.stream import (
    LEAST,
    ZOOM,
    Stream,
    check_count,
    check_most,
    placed,
    stream,
)

LATENT_TEMPERATURE = 0.25  # through z: what the model finds likeliest
REDRAW_TEMPERATURE = 1.0  # of what is tried along a drawing: what leads off it does not go on
PARALLEL = 0.9995  # cosine over which spherical interpolation is the same as straight


def default_temperature(model: SketchModel, *, varied: bool = False) -> float:
    """At which a model reconstructs and interpolates, or varies, where nobody says."""
    if model.net.encoder is None:
        return REDRAW_TEMPERATURE
    return model.temperature if varied and model.net.draws_without_z else LATENT_TEMPERATURE


def reconstruct(
    model: SketchModel,
    drawing: Drawing,
    temperature: Temperature | float | None = None,
    seed: int = 0,
    max_points: int | None = None,
    *,
    zoom: float | None = None,
) -> Drawing:
    """The drawing as the model draws it, where it lies and at its size.

    A conditional model draws for the z (the posterior's mean) that it finds in it; a model without
    an encoder follows it as nearly as it can.

    Args:
        model: Trained.
        drawing: At least two different points.
        temperature: τ > 0; one for all, or for mixture and pen apart; None: 0.25 through z, else 1.
        seed: Of every random choice.
        max_points: Most points; None: what suits the model.
        zoom: Units of the training data per unit of the drawing, where known.

    Raises:
        UsageError: ``temperature`` or ``max_points`` out of range.
        StrokebookError: A drawing without extent.
    """
    temperature = default_temperature(model) if temperature is None else temperature
    if model.net.encoder is None:
        return redraw(model, drawing, 1, 0.0, temperature, seed, max_points, zoom)[0]
    z, fitted = _z_of(model, drawing, zoom)
    stream = _stream(model, z, temperature, seed, max_points)
    return _in_place(stream, drawing, fitted)[0]


def vary(
    model: SketchModel,
    drawing: Drawing,
    n: int = 9,
    strength: float = 0.5,
    temperature: Temperature | float | None = None,
    seed: int = 0,
    max_points: int | None = None,
    *,
    zoom: float | None = None,
) -> list[Drawing]:
    """Variations around a drawing, where it lies and at its size.

    A model without an encoder redraws the whole, the less near the higher the strength s; 0 gives
    the drawing as it is. A model with one that draws without z keeps the drawing's first points,
    the share 1 - s of them, as they were given, and draws the rest anew, for its z says too little
    of a drawing to bring the same figure back.

    For a model that needs z each is drawn for z' = √(1 - s²) z + s ε, with z the posterior's mean,
    ε from N(0, 1): 0 draws the same again, 1 anything that the model knows; between them z' keeps
    the spread that the decoder is used to, which z + s ε would leave.

    Args:
        model: Trained.
        drawing: At least two different points.
        n: How many.
        strength: 0 to 1.
        temperature: τ > 0; one for all, or for mixture and pen apart; None: 1 for redrawing, what
            suits the model for a new end, through z 0.25.
        seed: Of every random choice.
        max_points: Most points; None: what suits the model.
        zoom: Units of the training data per unit of the drawing, where known.

    Raises:
        UsageError: A number out of range.
        StrokebookError: A drawing without extent.
    """
    check_count(n)
    if not 0 <= strength <= 1:
        raise UsageError(
            f"The strength must be 0 to 1, and {strength} was given.",
            "Use 0 (the same again) to 1 (anything).",
        )
    if strength == 0 and model.net.draws_without_z:
        return _unchanged(drawing, n, seed)
    if temperature is None:
        temperature = default_temperature(model, varied=True)
    if model.net.encoder is None:
        return redraw(model, drawing, n, strength, temperature, seed, max_points, zoom)
    if model.net.draws_without_z:
        return _end_anew(model, drawing, n, strength, temperature, seed, max_points, zoom)
    mean, fitted = _z_of(model, drawing, zoom)
    noise = torch.stack(
        [Noise(seed, RandomStream.VARIATION, k).normal(mean.shape[1], like=mean) for k in range(n)]
    )
    z = (1.0 - strength**2) ** 0.5 * mean + strength * noise
    return _in_place(_stream(model, z, temperature, seed, max_points), drawing, fitted)


def _unchanged(drawing: Drawing, n: int, seed: int) -> list[Drawing]:
    """The drawing n times as it was given: all of it is the person's."""
    meta = {"start_points": drawing.n_points, "seed": seed}
    return [dataclasses.replace(drawing, meta=meta | {"index": k}) for k in range(n)]


def _end_anew(
    model: SketchModel,
    drawing: Drawing,
    n: int,
    strength: float,
    temperature: Temperature | float,
    seed: int,
    max_points: int | None,
    zoom: float | None,
) -> list[Drawing]:
    """The drawing n times, its last points, a share of ``strength``, drawn by the model."""
    kept = max(LEAST, round((1.0 - strength) * drawing.n_points))
    if kept >= drawing.n_points:
        return _unchanged(drawing, n, seed)
    side = float(np.ptp(drawing.points.astype(np.float64), axis=0).max())
    if zoom is None and side > 0:  # the whole is fitted to the training drawings, not its start
        zoom = model.statistics.extent / side
    beginning, lifted = cut(drawing, kept)
    start = read_start(model, beginning, seed, zoom=zoom, lifted=lifted)
    return stream(model, start, n, temperature, seed, max_points).finish().drawings()


def interpolate(
    model: SketchModel,
    a: Drawing,
    b: Drawing,
    steps: int = 9,
    temperature: Temperature | float | None = None,
    seed: int = 0,
    *,
    spherical: bool = True,
    max_points: int | None = None,
) -> list[Drawing]:
    """Drawings on the way from a to b, both ends included.

    Those of a conditional model have z on the way from a's to b's; a model without an encoder
    redraws what lies between the two (:func:`~strokebook.model.sampling.redraw.morph`). All are
    drawn with the same random numbers, so that what differs is z, or the guide.

    Args:
        model: Trained.
        a: At least two different points.
        b: Likewise.
        steps: How many.
        temperature: τ > 0; None: 0.25 through z, else 1.
        seed: Of every random choice.
        spherical: Whether z go along the sphere or straight.
        max_points: Most points; None: what suits the model.

    Raises:
        UsageError: ``steps``, ``temperature`` or ``max_points`` out of range.
        StrokebookError: A drawing without extent.
    """
    check_count(steps)
    temperature = default_temperature(model) if temperature is None else temperature
    if model.net.encoder is None:
        return morph(model, a, b, steps, temperature, seed, max_points)
    first, last = _z_of(model, a, None)[0][0], _z_of(model, b, None)[0][0]
    way = torch.linspace(0.0, 1.0, steps).tolist()
    z = torch.stack([between(first, last, t, spherical) for t in way])
    return _stream(model, z, temperature, seed, max_points, same=True).drawings()


def between(a: Tensor, b: Tensor, t: float, spherical: bool) -> Tensor:
    """A point on the way from a (t = 0) to b (t = 1), along the sphere (White 2016) or straight.

    Along the sphere (Shoemake 1985) the lengths in between are those of the ends, as those of
    normal numbers are; the straight way leads through shorter ones, which are hardly ever drawn.
    """
    cosine = float(torch.dot(a, b) / (a.norm() * b.norm()).clamp_min(1e-12))
    if not spherical or abs(cosine) > PARALLEL:
        return torch.lerp(a, b, t)
    angle = float(np.arccos(cosine))
    near, far = (float(np.sin(part * angle) / np.sin(angle)) for part in (1 - t, t))
    return near * a + far * b


def _z_of(model: SketchModel, drawing: Drawing, zoom: float | None) -> tuple[Tensor, Rescaled]:
    """The mean of z ``(1, Z)`` that the encoder finds."""
    fitted = fit(drawing, model.statistics, model.statistics.extent, zoom)
    rows = stroke5(fitted.rows, model.net.device)[:, None]
    lengths = torch.tensor([len(rows)], device=rows.device)
    with torch.no_grad():
        return model.net.encode(rows, lengths).mean, fitted


def _stream(
    model: SketchModel,
    z: Tensor,
    temperature: Temperature | float,
    seed: int,
    max_points: int | None,
    *,
    same: bool = False,
) -> Stream:
    """The drawings of ``(n, Z)``, drawn; ``same``: with the same random numbers for all."""
    temperature, most = Temperature.of(temperature), check_most(max_points, model)
    decoders = initial_batch(model.net, len(z), z)
    draws = PresampledNoise.of(seed, len(z), most, decoders.row, same)
    return Stream(model, decoders, draws, temperature, seed).finish()


def _in_place(stream: Stream, drawing: Drawing, fitted: Rescaled) -> list[Drawing]:
    """What was drawn, where ``drawing`` lies."""
    varied, zoom = [], stream.scale / fitted.unit
    for index, rows in enumerate(stream.rows()):
        again = drawing.with_strokes(placed(rows, fitted.origin, fitted.unit))
        meta = {"seed": stream.seed, "index": index, ZOOM: zoom}
        varied.append(dataclasses.replace(again, meta=meta))
    return varied
