"""Drawing with a trained model: new drawings, completions, reconstructions, interpolations.

Temperature τ: mixture weights and pen logits are divided by it, σ is multiplied by √τ (Ha & Eck
2017, section 3.3). Every function is a function of its seed: same seed, same machine, same result.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from strokebook.base.errors import UsageError
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.stroke3 import from_stroke3, to_stroke5
from strokebook.model.checkpoint import SketchModel
from strokebook.model.fitting import Fitted, fit
from strokebook.model.noise import Noise
from strokebook.model.pen import Chance, Hand, draw, follow, fresh

Rows = npt.NDArray[np.float32]
LEAST = 2  # points of a new drawing
CANDIDATES = 128  # z tried for a completion by a conditional model
PARALLEL = 0.9995  # cosine over which spherical interpolation is the same as straight


def sample(
    model: SketchModel,
    n: int = 9,
    temperature: float = 0.5,
    seed: int = 0,
    max_points: int | None = None,
) -> list[Drawing]:
    """New drawings, in units of the training data.

    A conditional model draws z from N(0, 1) for each.

    Args:
        model: Trained.
        n: How many.
        temperature: τ > 0.
        seed: Of every random choice.
        max_points: Drawings that have not ended are cut there; None: as long as the longest
            training drawing.

    Raises:
        UsageError: ``n``, ``temperature`` or ``max_points`` out of range.
    """
    most = max_points or model.facts.longest
    _check(n, temperature, most)
    rows = _draw(model, fresh(model.net, n, _prior(model, n, seed)), temperature, seed, most)
    return [_as_drawing(r, model.scale, seed, k) for k, r in enumerate(rows)]


def complete(
    model: SketchModel,
    start: Drawing,
    n: int = 9,
    temperature: float = 0.5,
    seed: int = 0,
    max_points: int | None = None,
    *,
    zoom: float | None = None,
    lifted: bool = False,
) -> list[Drawing]:
    """Different endings of one start.

    The start stays exactly as drawn, in its own coordinates; the line goes on from its last point.
    For the model it is fitted to the size that the first half of a training drawing has (see
    :func:`strokebook.model.fitting.fit`), read once, and its state copied to all n.

    A conditional model has to choose z. The encoder's z of the start would ask for a drawing that
    is the start and no more; so z is drawn from its posterior given the start: of 128 drawn from
    the prior, each is taken with the probability that the decoder gives the start under it
    (sampling importance resampling, Rubin 1987).

    Args:
        model: Trained.
        start: At least two different points.
        n: How many endings.
        temperature: τ > 0.
        seed: Of every random choice.
        max_points: Most points that are added; None: what the longest training drawing has left,
            at least half of it.
        zoom: Units of the training data per unit of the start, where known.
        lifted: The pen has left the paper after the start: the ending begins a new stroke.

    Returns:
        Drawings in the start's unit and frame, which an ending may leave; ``meta["start_points"]``
        says how many points are the start's.

    Raises:
        UsageError: ``n``, ``temperature`` or ``max_points`` out of range.
        StrokebookError: A start without extent.
    """
    fitted = fit(start, model.facts, model.facts.start_extent, zoom)
    longest = model.facts.longest
    most = max_points or max(longest - len(fitted.rows), longest // 2)
    _check(n, temperature, most)
    fitted.rows[-1, 2] = float(lifted)
    hand = _after(model, fitted.rows, n, seed)
    rows = _draw(model, hand, temperature, seed, most, started=True)
    return [_ending(start, fitted, r, lifted, seed, k) for k, r in enumerate(rows)]


def reconstruct(
    model: SketchModel,
    drawing: Drawing,
    temperature: float = 0.25,
    seed: int = 0,
    max_points: int | None = None,
    *,
    zoom: float | None = None,
) -> Drawing:
    """What a conditional model draws for the z (the posterior's mean) that it finds in a drawing.

    The result lies where the drawing lies, at its size.

    Raises:
        UsageError: ``temperature`` or ``max_points`` out of range.
        StrokebookError: A decoder-only model, or a drawing without extent.
    """
    most = max_points or model.facts.longest
    _check(1, temperature, most)
    z, fitted = _z_of(model, drawing, zoom)
    rows = _draw(model, fresh(model.net, 1, z), temperature, seed, most)[0]
    strokes = _placed(rows, fitted.origin, fitted.unit)
    again = drawing.with_strokes(strokes)
    return dataclasses.replace(again, meta={"seed": seed}, pen_width=drawing.pen_width)


def interpolate(
    model: SketchModel,
    a: Drawing,
    b: Drawing,
    steps: int = 9,
    temperature: float = 0.25,
    seed: int = 0,
    *,
    spherical: bool = True,
    max_points: int | None = None,
) -> list[Drawing]:
    """Drawings whose z lie on the way from a's to b's, both ends included.

    All are drawn with the same random numbers, so that what differs is z.

    Raises:
        UsageError: ``steps``, ``temperature`` or ``max_points`` out of range.
        StrokebookError: A decoder-only model, or a drawing without extent.
    """
    most = max_points or model.facts.longest
    _check(steps, temperature, most)
    first, last = _z_of(model, a, None)[0][0], _z_of(model, b, None)[0][0]
    way = torch.linspace(0.0, 1.0, steps, device=first.device).tolist()
    z = torch.stack([between(first, last, t, spherical) for t in way])
    rows = _draw(model, fresh(model.net, steps, z), temperature, seed, most, same=True)
    return [_as_drawing(r, model.scale, seed, k) for k, r in enumerate(rows)]


def between(a: Tensor, b: Tensor, t: float, spherical: bool) -> Tensor:
    """A point on the way from a (t = 0) to b (t = 1), along the sphere or straight."""
    cosine = float(torch.dot(a, b) / (a.norm() * b.norm()).clamp_min(1e-12))
    if not spherical or abs(cosine) > PARALLEL:
        return torch.lerp(a, b, t)
    angle = float(np.arccos(cosine))
    near, far = (float(np.sin(part * angle) / np.sin(angle)) for part in (1 - t, t))
    return near * a + far * b


def _check(n: int, temperature: float, most: int) -> None:
    if not 1 <= n <= 10_000:
        raise UsageError(f"{n} drawings were asked for.", "Ask for 1 to 10,000.")
    if not 0 < temperature <= 10:
        raise UsageError(f"The temperature is {temperature}.", "Use one over 0, up to 10.")
    if not LEAST <= most <= 100_000:
        raise UsageError(f"max_points is {most}.", f"Use {LEAST} to 100,000.")


def _prior(model: SketchModel, n: int, seed: int) -> Tensor | None:
    if not model.options.conditional:
        return None
    like = model.net.decoder.output.bias
    return torch.stack([Noise(seed, 5, k).normal(model.options.z, like=like) for k in range(n)])


def _z_of(model: SketchModel, drawing: Drawing, zoom: float | None) -> tuple[Tensor, Fitted]:
    """The mean of z ``(1, Z)`` that the encoder finds."""
    fitted = fit(drawing, model.facts, model.facts.extent, zoom)
    rows = _stroke5(fitted.rows, model.net.device)[:, None]
    lengths = torch.tensor([len(rows)], device=rows.device)
    with torch.no_grad():
        return model.net.encode(rows, lengths).mean, fitted


def _stroke5(rows: Rows, device: torch.device) -> Tensor:
    return torch.from_numpy(to_stroke5(rows, len(rows) + 1)[:-1]).to(device)


@torch.no_grad()
def _after(model: SketchModel, rows: Rows, n: int, seed: int) -> Hand:
    """All n hands, having drawn ``rows``."""
    given = _stroke5(rows, model.net.device)
    tried = CANDIDATES if model.options.conditional else 1
    hand = fresh(model.net, tried, _prior(model, tried, seed))
    hand, cost = follow(model.net, hand, given[:, None].expand(-1, tried, -1))
    share = (-cost.double()).softmax(0).cpu().numpy()
    chosen = [Noise(seed, 6, k).rng.choice(tried, p=share / share.sum()) for k in range(n)]
    return hand.copies(torch.tensor(np.array(chosen), device=given.device))


def _draw(
    model: SketchModel,
    hand: Hand,
    temperature: float,
    seed: int,
    most: int,
    *,
    started: bool = False,
    same: bool = False,
) -> list[Rows]:
    """Each hand's further points as stroke-3 in units of the net, its last point lifted."""
    chance = Chance.of(seed, len(hand.row), most, hand.row, same)
    least = 1 if started else LEAST
    with torch.no_grad():
        steps = draw(model.net, hand, chance, temperature, least, origin=not started)
        drawn = np.stack(list(steps), axis=1)  # (B, S, 5)
    return [_stroke3(rows) for rows in drawn]


def _stroke3(rows: Rows) -> Rows:
    real = rows[: len(rows) - int(rows[:, 4].sum())]
    out = np.concatenate((real[:, :2], real[:, 3:4]), axis=1)
    out[-1, 2] = 1.0
    return out


def _as_drawing(rows: Rows, scale: float, seed: int, place: int) -> Drawing:
    scaled = rows * np.array((scale, scale, 1.0), np.float32)
    return from_stroke3(scaled, meta={"seed": seed, "index": place})


def _placed(rows: Rows, origin: npt.NDArray[np.float64], unit: float) -> Iterable[Rows]:
    """Strokes whose first offset is taken from ``origin``."""
    points = origin + unit * np.cumsum(rows[:, :2], axis=0, dtype=np.float64)
    parts = np.split(points.astype(np.float32), np.flatnonzero(rows[:, 2] > 0.5) + 1)
    return [part for part in parts if len(part)]


def _ending(
    start: Drawing, fitted: Fitted, rows: Rows, lifted: bool, seed: int, place: int
) -> Drawing:
    """The start with the drawn rows after it, in its own coordinates."""
    new = list(_placed(rows, fitted.last, fitted.unit))
    old = list(start.strokes)
    if not lifted:
        old[-1:] = [np.concatenate((old[-1], new[0]))]
        new = new[1:]
    meta = start.meta | {"start_points": start.n_points, "seed": seed, "index": place}
    return dataclasses.replace(start.with_strokes([*old, *new]), meta=meta)
