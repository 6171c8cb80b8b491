"""Fixtures of the browser's engine: small nets, and what Python draws and measures with them.

``python tests/browser/engine_fixtures.py FOLDER [NAME...]`` (or :func:`make_fixtures`) writes for
each net ``NAME.strokebook.safetensors``, its model file, and ``NAME.json``, what an engine has to
reproduce with the model that this file gives back; and ``random.json``, which no net is needed for.
Drawings are lists of strokes ``[[x, y, x, y, ...], ...]``, rows stroke-3 ``[dx, dy, lifted]``.

``NAME.json``:

- ``name``, ``options``, ``statistics``, ``digest``.
- ``read``: drawings that are read, each with ``rows`` (units of the net), ``mean`` (of z, null for
  a decoder-only net) and ``runs``: without z where the net draws without, and with z = ``mean``
  where it has one. A run has ``z`` (list or null), ``steps`` and ``nats`` (``position`` and
  ``pen``, of the whole drawing, its end included). A step of the plain decoder is what it says
  after an input row (the start token, then each row; so one step more than rows): ``pen`` (logits)
  and ``mixture``: ``weight`` (logits), ``mean_x``, ``mean_y``, ``log_x``, ``log_y``, ``rho``
  (before its tanh). A step of the local-frame decoder is what it says after a row: ``pen`` (logits
  of that point's pen), ``down`` (a mixture, with ``logistic``: 1 where a component is) and
  ``jump``, both of the next offset; their weights are log probabilities.
- ``fit``: drawings as they are rescaled: ``strokes``, ``target``, ``zoom`` (or null), ``rows``,
  ``origin``, ``last``, ``unit``.
- ``complete``: raw endings: ``start``, ``lifted``, ``zoom``, ``seed``, ``n``, ``temperature``,
  ``pen_temperature``, ``max_points`` (null: as Python has it), ``start_rows`` (as the net read it),
  ``shares`` (of the particles that read it; one where the net draws without z), ``particles`` (that
  the endings go on from) and ``drawings``. Each of these has ``strokes`` (the start included),
  ``rows`` (what was drawn, in units of the net), ``nats`` (a point), ``start_points``, ``shown``
  (strokes with the artist's line) and ``margin``: how near a uniform number came to another
  component or pen state, the least of all steps; where it is about 1e-5 or less, rounding may draw
  another line.
- ``sample``: the same without a start.
- ``choice``: drawings of which some are chosen, without a chooser: ``seed``, ``n``, ``of``,
  ``temperature``, ``max_points``, ``start`` (or null), ``start_points``, ``drawings``, ``nats``,
  and the numbers chosen as ``likely`` and as ``different``.
- ``latent`` (conditional nets; else null): ``temperature``, ``seed``, ``max_points``, ``a`` (a
  drawing), ``reconstruct`` (of it), ``vary`` (``n``, ``strength``, ``drawings``),
  ``interpolate`` (``from``, ``to``, ``steps``, ``spherical``, ``straight``).
- ``chooser`` (nets that have one; else null): ``measured``, drawings with ``rows`` (units of the
  data), ``features``, ``score``, ``outside``; ``pools``, each with ``start``, ``seed``,
  ``temperature``, ``max_points``, ``most``, ``wanted``, ``drawings``, ``nats``, ``scores``,
  ``outside``, ``log_scale`` (that was used), ``accepted``, ``trusted``, ``best`` (numbers shown).
- ``line``: ``strokes``, ``units``, ``start_points``, ``restored``.

``random.json``: ``streams``: the two words of each stream's name; ``draws``: ``seed``, ``stream``,
``key``, ``uniform``, ``normal`` (of the same uniforms, 64 bits); ``choices``: ``rng.choice`` by
``shares``, as an ending finds its particle.
"""

from __future__ import annotations

import dataclasses
import multiprocessing
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from fixture_json import exact, numbers, strokes, write
from fixture_nets import CHOOSER, blobs, nets, sheep, starts, trained, with_chooser
from fixture_random import random_numbers
from fixture_reading import drawings_to_read, fits, read_drawing, restored_lines

from strokebook.base.random_streams import RandomStream
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.stroke3 import from_stroke3
from strokebook.model.cells.noise import Noise
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.choosing.chooser import find_log_scale
from strokebook.model.distributions import inverse_cdf
from strokebook.model.distributions.temperature import Temperature
from strokebook.model.interchange import web_card, web_file
from strokebook.model.sampling import (
    interpolate,
    reconstruct,
    rejection,
    rollout,
    selection,
    shown,
    vary,
)
from strokebook.model.sampling.starts import Start, read_start
from strokebook.model.sampling.stream import Stream, stream


def make_fixtures(folder: Path, only: Sequence[str] = (), processes: int = 2) -> list[str]:
    """Write the files of all nets, or of those named; see the module.

    Returns:
        The nets' names.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = [n for n in nets() if not only or n in only]
    write(folder / "random.json", random_numbers())
    if min(processes, len(names)) < 2:
        for name in names:
            make_one(folder, name)
        return names
    context = multiprocessing.get_context("spawn")  # PyTorch's threads do not survive a fork
    with ProcessPoolExecutor(processes, context) as pool:
        list(pool.map(make_one, [folder] * len(names), names))
    return names


def make_one(folder: Path, name: str) -> None:
    """Write the two files of one net."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        model = trained(nets()[name])
        if name == CHOOSER:
            model = with_chooser(model)
        path = folder / f"{name}{web_file.SUFFIX}"
        web_file.write(path, model, web_card.card_of(model, name, name=name))
        write(folder / f"{name}.json", expected(name, web_file.read(path)))
    finally:
        torch.set_num_threads(before)


def expected(name: str, model: SketchModel) -> dict[str, Any]:
    """What an engine has to reproduce with ``model``."""
    return {
        "name": name,
        "options": dataclasses.asdict(model.options),
        "statistics": dataclasses.asdict(model.statistics),
        "digest": model.key,
        "read": [read_drawing(model, rows) for rows in drawings_to_read(model)],
        "fit": fits(model),
        "complete": completions(model),
        "sample": samples(model),
        "choice": choices(model),
        "latent": latent(model) if model.options.conditional else None,
        "chooser": chooser_fixture(model) if model.chooser else None,
        "line": restored_lines(model),
    }


# Drawing ------------------------------------------------------------------------------------


def completions(model: SketchModel) -> list[dict[str, Any]]:
    """Nine raw endings of each start."""
    found = []
    for seed, start in enumerate(starts(model)):
        drawing = Drawing.of(start["strokes"])
        temperature = Temperature(0.5, 0.5 if seed < 2 else 0.3)
        read = read_start(model, drawing, seed, zoom=start["zoom"], lifted=start["lifted"])
        with margins() as least:
            drawn = stream(model, read, 9, temperature, seed, None, weighed=True).finish()
        found.append(
            {
                "start": strokes(drawing),
                "lifted": start["lifted"],
                "zoom": start["zoom"],
                "start_rows": numbers(read.fitted.rows),
                "shares": exact(read.shares),
                "particles": [particle(read, k) for k in range(9)],
                **said_of(model, drawn, temperature, None, least),
            }
        )
    return found


def particle(read: Start, number: int) -> int:
    """Which of the decoders that read a start an ending goes on from."""
    rng = Noise(read.seed, RandomStream.PARTICLE_CHOICE, number).rng
    return int(rng.choice(len(read.shares), p=read.shares))


def samples(model: SketchModel) -> list[dict[str, Any]]:
    """Raw drawings from nothing."""
    found = []
    for seed, n, most in ((0, 9, None), (2**40 + 7, 3, 25)):
        temperature = Temperature(0.5, 0.5)
        with margins() as least:
            drawn = stream(model, None, n, temperature, seed, most, weighed=True).finish()
        found.append(said_of(model, drawn, temperature, most, least))
    return found


def said_of(
    model: SketchModel,
    drawn: Stream,
    temperature: Temperature,
    most: int | None,
    least: list[Any],
) -> dict[str, Any]:
    """A finished stream's drawings, and by what they were drawn."""
    margin = np.min(least, axis=0) if least else np.ones(drawn.n)
    drawings = drawn.drawings()
    bent = shown(model, drawings)
    return {
        "seed": drawn.seed,
        "n": drawn.n,
        "temperature": temperature.mixture,
        "pen_temperature": temperature.pen,
        "max_points": most,
        "drawings": [
            {
                "strokes": strokes(d),
                "rows": numbers(rows),
                "nats": float(nats),
                "start_points": d.meta.get("start_points", 0),
                "shown": strokes(b),
                "margin": float(m),
            }
            for d, b, rows, nats, m in zip(
                drawings, bent, drawn.rows(), drawn.per_point, margin, strict=False
            )
        ],
    }


@contextmanager
def margins() -> Iterator[list[Any]]:
    """Notes how near each step's uniform numbers come to another choice, while it lasts.

    Yields:
        A list of ``(16,)`` arrays, one a step, of one block of drawings. What a drawing draws after
        its end, or as a jump that it does not make, counts as well, so that a margin may be too
        small, never too large.
    """
    index, make, noted = inverse_cdf.choose_class, rollout.InverseCdf, []

    def noting(*arguments: Any) -> Any:
        noted.append(np.ones(rollout.BLOCK))
        return make(*arguments)

    def measuring(logits: Any, level: Any) -> Any:
        edges = logits.softmax(-1).cumsum(-1)[:, :-1]
        near = (edges - level[:, None]).abs().amin(1).numpy()
        noted[-1] = np.minimum(noted[-1], near)
        return index(logits, level)

    inverse_cdf.choose_class, rollout.InverseCdf = measuring, noting  # type: ignore[assignment,misc]
    try:
        yield noted
    finally:
        inverse_cdf.choose_class, rollout.InverseCdf = index, make  # type: ignore[misc]


def choices(model: SketchModel) -> list[dict[str, Any]]:
    """The likeliest and the most different of some drawings, without a chooser."""
    found = []
    for start in (None, starts(model)[0]):
        read = read_start(model, Drawing.of(start["strokes"]), 5) if start else None
        drawn = stream(model, read, 16, 0.7, 5, 30, weighed=True).finish()
        drawings, nats = drawn.drawings(), drawn.per_point
        found.append(
            {
                "seed": 5,
                "n": 4,
                "of": 16,
                "temperature": 0.7,
                "max_points": 30,
                "start": start and strokes(Drawing.of(start["strokes"])),
                "drawings": [strokes(d) for d in drawings],
                "start_points": drawings[0].meta.get("start_points", 0),
                "nats": numbers(nats),
                "likely": selection.chosen(drawings, nats, 4, "likely"),
                "different": selection.chosen(drawings, nats, 4, "different"),
            }
        )
    return found


def latent(model: SketchModel) -> dict[str, Any]:
    """Reconstruction, variations and a way between two drawings."""
    one, two = (from_stroke3(rows) for rows in blobs(2, seed=78))
    placed = one.with_strokes(s * np.float32(2.5) + np.float32(40) for s in one.strokes)
    settings = {"temperature": 0.25, "seed": 3, "max_points": 40}
    varied = vary(model, placed, 5, 0.6, **settings)  # type: ignore[arg-type]
    way = {s: interpolate(model, one, two, 5, **settings, spherical=s) for s in (True, False)}  # type: ignore[arg-type]
    return settings | {
        "a": strokes(placed),
        "reconstruct": strokes(reconstruct(model, placed, **settings)),  # type: ignore[arg-type]
        "vary": {"n": 5, "strength": 0.6, "drawings": [strokes(d) for d in varied]},
        "interpolate": {
            "from": strokes(one),
            "to": strokes(two),
            "steps": 5,
            "spherical": [strokes(d) for d in way[True]],
            "straight": [strokes(d) for d in way[False]],
        },
    }


# Choosing -----------------------------------------------------------------------------------


def chooser_fixture(model: SketchModel) -> dict[str, Any]:
    """What a chooser says of drawings, and which of a pool it accepts."""
    chooser = model.chooser
    assert chooser is not None
    drawings = [*blobs(4, seed=79), *sheep(), np.zeros((1, 3), np.float32)]
    values = chooser.features(drawings)
    scores, outside = chooser.scores(values), chooser.outside(values)
    pools = [pool(model, None, chooser.temperature), pool(model, None, 0.9)]
    pools.append(pool(model, starts(model)[0], chooser.temperature))
    return {
        "measured": [
            {"rows": numbers(d), "features": exact(v), "score": float(s), "outside": float(o)}
            for d, v, s, o in zip(drawings, values, scores, outside, strict=True)
        ],
        "pools": pools,
    }


def pool(model: SketchModel, start: dict[str, Any] | None, temperature: float) -> dict[str, Any]:
    """A pool of drawings, and the first accepted."""
    chooser = model.chooser
    assert chooser is not None
    read = read_start(model, Drawing.of(start["strokes"]), 4) if start else None
    wanted, most = 5, 64
    settings = Temperature.of(temperature)
    drawn = rejection.draw_pool(
        model,
        read,
        wanted,
        settings,
        4,
        40,
        most=most,
        seconds=float("inf"),
        least=wanted,
        weighed=True,
    )
    same = read is None and settings == Temperature.of(chooser.temperature)
    head = np.array(drawn.scores[: rejection.CALIBRATED_ON])
    return {
        "start": start and strokes(Drawing.of(start["strokes"])),
        "seed": 4,
        "temperature": temperature,
        "max_points": 40,
        "most": most,
        "wanted": wanted,
        "drawings": [strokes(d) for d in drawn.drawings],
        "nats": numbers(drawn.nats),
        "scores": exact(drawn.scores),
        "outside": exact(drawn.outside),
        "log_scale": chooser.log_scale if same else find_log_scale(head, chooser.budget),
        "accepted": drawn.accepted,
        "trusted": drawn.trusted,
        "best": rejection.best(drawn, wanted),
    }


if __name__ == "__main__":
    print(*make_fixtures(Path(sys.argv[1]), sys.argv[2:]), sep="\n")
