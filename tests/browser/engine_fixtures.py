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
  ``pen_temperature``, ``max_points`` (null: as Python has it), ``start_rows`` (as the net read it)
  and ``drawings``. Each of these has ``strokes`` (the start included), ``rows`` (what was drawn, in
  units of the net), ``nats`` (a point), ``start_points``, ``shown`` (strokes with the artist's
  line) and ``margin``: how near a uniform number came to another component or pen state, the least
  of all steps; where it is about 1e-5 or less, rounding may draw another line.
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
import hashlib
import json
import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from strokebook.base.random_streams import RandomStream
from strokebook.geometry.drawing import Drawing, Stroke3
from strokebook.geometry.stroke3 import from_stroke3, to_stroke3
from strokebook.model.cells.noise import Noise
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.choosing.chooser import find_log_scale
from strokebook.model.config import ModelOptions, TrainOptions
from strokebook.model.data.batches import Epochs, batch_of
from strokebook.model.data.rescale import fit
from strokebook.model.data.statistics import measure
from strokebook.model.distributions import inverse_cdf, mixture
from strokebook.model.distributions.normal import normal_quantile
from strokebook.model.distributions.temperature import Temperature
from strokebook.model.interchange import web_card, web_file
from strokebook.model.networks.local_frame_decoder import LocalFrameDecoder
from strokebook.model.networks.sketch_rnn import SketchNet
from strokebook.model.sampling import (
    interpolate,
    reconstruct,
    rejection,
    rollout,
    sample,
    selection,
    shown,
    vary,
)
from strokebook.model.sampling.starts import read_start
from strokebook.model.sampling.stream import Stream, stream
from strokebook.model.training import calibration
from strokebook.model.training.step import Stepper

CELLS = ("lstm", "layer_norm", "hyper")
CHOOSER = "local-layer_norm-alone"  # the net that has a chooser
MANY, FEW = (24, 24), (6, 6)  # steps and drawings in a batch; a hyper cell is ten times as slow
SHAKEN = 0.03  # standard deviation of what is added to each weight
OTHER_HALF = {"lstm": "layer_norm", "layer_norm": "lstm", "hyper": "hyper"}  # of the encoder


def nets() -> dict[str, ModelOptions]:
    """The architectures by name."""
    found = {}
    for cell in CELLS:
        common: dict[str, Any] = {
            "decoder": {"lstm": 36, "layer_norm": 32, "hyper": 24}[cell],
            "decoder_cell": cell,
            "encoder": 16,
            "encoder_cell": OTHER_HALF[cell],
            "z": 6,
        }
        for name, conditional in (("alone", False), ("both", True)):
            found[f"plain-{cell}-{name}"] = ModelOptions(
                conditional=conditional, mixtures=5, **common
            )
            found[f"local-{cell}-{name}"] = ModelOptions(
                conditional=conditional, local_frame=True, mixtures=7, **common
            )
        found[f"local-{cell}-dropout"] = ModelOptions(
            local_frame=True, mixtures=6, z_dropout=0.5, **common
        )
    return found


def blobs(count: int, seed: int = 0) -> list[Stroke3]:
    """Made drawings: a wobbly ring with two or three short strokes in it, on whole coordinates."""
    rng, out = np.random.default_rng(seed), []
    for _ in range(count):
        points = int(rng.integers(12, 22))
        turn = np.linspace(0, 2 * np.pi, points) + rng.uniform(0, 2)
        radius = rng.uniform(30, 50) * (1 + 0.12 * rng.normal(size=points))
        ring = np.stack((radius * np.cos(turn), 1.3 * radius * np.sin(turn)), 1)
        strokes = [ring]
        strokes += [
            place + np.cumsum(rng.normal(0, 6, (int(rng.integers(2, 5)), 2)), 0)
            for place in rng.uniform(-20, 20, (int(rng.integers(2, 4)), 2))
        ]
        whole = Drawing.of([np.round(s) for s in strokes])
        out.append(np.asarray(to_stroke3(whole), np.float32))
    return out


def trained(options: ModelOptions) -> SketchModel:
    """A net of these sizes after a few steps on made drawings, then shaken a little.

    What begins as zeros and hardly moved in so few steps would be tested by nothing.
    """
    drawings = blobs(96)
    statistics = measure(drawings)
    units = np.array((statistics.scale, statistics.scale, 1.0), np.float32)
    steps, batch = FEW if options.decoder_cell == "hyper" else MANY
    settings = TrainOptions(batch=batch, learning_rate=0.01, clip_norm=1.0, kl_weight=0.02)
    seed = torch.Generator().manual_seed(1)
    net = SketchNet(options, seed)
    stepper = Stepper(net, settings, statistics.n_max)
    epochs = Epochs([d / units for d in drawings], settings.batch, 0, 0.1, 0.0, None)
    for step in range(steps):
        stepper.step(step, epochs[step], 1.0)
    with torch.no_grad():
        for weight in net.parameters():
            weight.add_(SHAKEN * torch.randn(weight.shape, generator=seed))
    return SketchModel(net.eval().requires_grad_(False), options, statistics, {"name": "blobs"})


def with_chooser(model: SketchModel) -> SketchModel:
    """The same with a chooser learnt from few drawings, by few trees."""
    before = calibration.TREES
    calibration.TREES = 20
    try:
        drawn = sample(model, 60, 0.65, seed=9, choose="raw")
        real, own = (
            model_features([np.asarray(r, np.float32) for r in rows])
            for rows in (blobs(80, 3), map(to_stroke3, drawn))
        )
        chooser = calibration.learn(real, own, 0, temperature=0.65, unit=1.0)
    finally:
        calibration.TREES = before
    return dataclasses.replace(model, chooser=chooser)


def model_features(drawings: Sequence[Stroke3]) -> Any:
    """The chooser's features of drawings in units of the data."""
    from strokebook.model.choosing.chooser import features

    return features(drawings, 1.0)


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


def write(path: Path, value: Any) -> None:
    """Write JSON on one line."""
    path.write_text(json.dumps(value, allow_nan=False), "utf-8")


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


# Reading ------------------------------------------------------------------------------------


def sheep() -> list[Stroke3]:
    """A few drawings of others, where there are; for reading only."""
    root = Path(__file__).resolve().parents[2]
    path = (
        Path(os.environ.get("STROKEBOOK_SHARED", root.parent / "shared")) / "data/aaron_sheep.npz"
    )
    if not path.is_file():
        return []
    with np.load(path, allow_pickle=True, encoding="latin1") as data:
        return [np.asarray(d[:48], np.float32) for d in data["test"][:1]]


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


# Drawing ------------------------------------------------------------------------------------


def starts(model: SketchModel) -> list[dict[str, Any]]:
    """Starts as people draw them: few points, many, two strokes, lifted, another unit."""
    turn = np.linspace(0, 4, 90)
    bow = np.stack((300 + 80 * np.cos(turn), 200 + 60 * np.sin(turn)), 1)
    nose = np.stack((np.linspace(300, 320, 30), np.linspace(180, 230, 30)), 1)
    few = [[(0, 0), (30, 10), (40, 40)]]
    return [
        {"strokes": few, "lifted": False, "zoom": None},
        {"strokes": [bow], "lifted": False, "zoom": None},
        {"strokes": [bow, nose], "lifted": True, "zoom": model.statistics.extent / 160},
    ]


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
                **said_of(model, drawn, temperature, None, least),
            }
        )
    return found


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
    index, make, noted = inverse_cdf._index, rollout.InverseCdf, []

    def noting(*arguments: Any) -> Any:
        noted.append(np.ones(rollout.BLOCK))
        return make(*arguments)

    def measuring(logits: Any, level: Any) -> Any:
        edges = logits.softmax(-1).cumsum(-1)[:, :-1]
        near = (edges - level[:, None]).abs().amin(1).numpy()
        noted[-1] = np.minimum(noted[-1], near)
        return index(logits, level)

    inverse_cdf._index, rollout.InverseCdf = measuring, noting  # type: ignore[assignment,misc]
    try:
        yield noted
    finally:
        inverse_cdf._index, rollout.InverseCdf = index, make  # type: ignore[misc]


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


# Line and scale -----------------------------------------------------------------------------


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


# Random numbers -----------------------------------------------------------------------------


def random_numbers() -> dict[str, Any]:
    """Streams, their first numbers, and choices by shares."""
    keys = ((0, ()), (0, (0,)), (0, (3,)), (1, (0, 0)), (12345, (7,)), (2**32 + 5, (2**33 + 1,)))
    used = (
        RandomStream.PRIOR,
        RandomStream.PARTICLES,
        RandomStream.RESAMPLING,
        RandomStream.PARTICLE_CHOICE,
        RandomStream.VARIATION,
        RandomStream.COMPONENT_AND_PEN,
        RandomStream.OFFSET,
        RandomStream.ACCEPTANCE,
    )
    return {
        "streams": {s.name: name_words(s) for s in RandomStream},
        "draws": [first_numbers(seed, s, key) for s in used for seed, key in keys],
        "choices": [choice_of(k, count) for k in range(4) for count in (1, 3, 16)],
    }


def name_words(stream: RandomStream) -> list[int]:
    """The two words by which a stream's name enters the spawn key."""
    name = hashlib.blake2b(stream.value.encode(), digest_size=8).digest()
    return [int.from_bytes(name[at : at + 4], "little") for at in (0, 4)]


def first_numbers(seed: int, name: RandomStream, key: tuple[int, ...]) -> dict[str, Any]:
    """The first uniform numbers of a stream, and the normal ones of them."""
    uniform = Noise(seed, name, *key).uniform(8)
    return {
        "seed": seed,
        "stream": name.name,
        "key": list(key),
        "uniform": exact(uniform),
        "normal": exact(normal_quantile(uniform)),
    }


def choice_of(number: int, count: int) -> dict[str, Any]:
    """Which particle an ending goes on from."""
    shares = np.random.default_rng(count).dirichlet(np.ones(count))
    rng = Noise(6, RandomStream.PARTICLE_CHOICE, number).rng
    chosen = int(rng.choice(count, p=shares))
    return {"seed": 6, "number": number, "shares": exact(shares), "chosen": chosen}


# JSON ---------------------------------------------------------------------------------------


def numbers(values: Any) -> Any:
    """Arrays and tensors as lists, each number to the nine digits that tell float32 apart."""
    array = np.asarray(values, np.float64)
    return [numbers(v) for v in array] if array.ndim > 1 else [float(f"{v:.9g}") for v in array]


def exact(values: Any) -> list[float]:
    """Numbers of 64 bits as they are."""
    return [float(v) for v in values]


def strokes(drawing: Drawing) -> list[list[float]]:
    """Strokes, x and y in turn."""
    return [numbers(s.ravel()) for s in drawing.strokes]


if __name__ == "__main__":
    print(*make_fixtures(Path(sys.argv[1]), sys.argv[2:]), sep="\n")
