"""Stage ``draw``: what the model makes of starts it has not seen, of drawings, and of nothing."""

from __future__ import annotations

import dataclasses
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from strokebook.base import owned
from strokebook.base.files import file_digest
from strokebook.dataset.splits import Part
from strokebook.geometry.animate import animate
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.render import render, sheet
from strokebook.geometry.stroke3 import from_stroke3
from strokebook.geometry.svg.io import write_layers
from strokebook.pipeline.output.pictures import completion_picture, save_picture
from strokebook.pipeline.project import Project
from strokebook.pipeline.settings import DrawOptions, fingerprint
from strokebook.pipeline.stage import Outcome, Timer, is_done, key_of
from strokebook.pipeline.stages.dataset import load_dataset
from strokebook.pipeline.stages.dataset_figures import figure_names, framed_figures, traced_line
from strokebook.pipeline.stages.train import STAGE as TRAIN
from strokebook.pipeline.stages.train import model_folder

if TYPE_CHECKING:
    from strokebook.model.checkpoints.checkpoint import SketchModel

STAGE, VERSION = "draw", "5"
STARTS, RECONSTRUCTED = 3, 6
CELL = 240
REDRAWN, VARIATIONS = ("reconstructions.png", "interpolation.png"), "variations.png"
VARIED = 5  # of each drawing
OF = 8  # times as many are drawn as are wanted, at most; not by the clock: a rerun draws the same


@owned.owning(STAGE)
def draw_with_model(project: Project) -> Outcome:
    """Completions, new drawings, and what the model makes of drawings, as pictures and SVG."""
    outcome, timer = Outcome(STAGE), Timer()
    card = model_folder(project) / "best.json"
    if not card.exists():
        outcome.notes.append("there is no model, so nothing was drawn.")
        return outcome
    o, key = project.settings.draw, draw_key(project)
    folder = project.at("drawn")
    if is_done(project, STAGE, "all", key) and (folder / "completions.png").exists():
        outcome.ready = 1
        return outcome
    model = _drawing_model(project)
    unseen = _unseen_drawings(project, max(STARTS, RECONSTRUCTED))
    _completions(project, model, [d.start(o.start_share) for d in unseen[:STARTS]])
    _samples(project, model)
    for name in (*REDRAWN, VARIATIONS):
        if (folder / name).exists():
            owned.remove(folder / name)  # of a former model
    if model.net.draws_without_z:
        _variations(project, model, unseen[:STARTS])
    if model.net.encoder is None or not model.net.draws_without_z:
        _reconstructions(project, model, unseen[:RECONSTRUCTED])
    outcome.worked, outcome.seconds = 1, timer.seconds
    project.catalogue.put_result(STAGE, "all", key, timer.seconds, {})
    return outcome


def draw_key(project: Project) -> str:
    """The key of what the model draws: the model, the settings, the seed."""
    card, o = model_folder(project) / "best.json", project.settings.draw
    with_ = [drawn_with(project)] if drawn_with(project) != "model" else []
    seed = str(project.options.seed)
    return key_of(STAGE, VERSION, fingerprint(o), seed, file_digest(card), *with_)


def drawn_with(project: Project) -> str:
    """What draws the pictures: ``model``, or ``starter`` where that was better (as trained)."""
    result = project.catalogue.result(TRAIN, "all")
    return str(result.summary.get("drawn_with", "model")) if result else "model"


def _drawing_model(project: Project) -> SketchModel:
    """The project's model, or the starter in the units of the project's drawings."""
    from strokebook.model.checkpoints import starter
    from strokebook.model.checkpoints.checkpoint import load_model

    own = load_model(model_folder(project))
    if drawn_with(project) == "model":
        return own
    return dataclasses.replace(load_model(starter.FOLDER), statistics=own.statistics)


def _unseen_drawings(project: Project, count: int) -> list[Drawing]:
    """Drawings that the model has not learnt from, where there are such, in units of the data.

    They are shown, and begin completions, as the artist drew them: the points that a model learns
    from are the corners of a polygon. Only a data set without figures has nothing else.
    """
    data = load_dataset(project)
    parts: list[Part] = ["test", "valid"] if data.test or data.valid else ["train"]
    drawings: list[Drawing] = []
    for part in parts:
        rows = getattr(data, part)[: count - len(drawings)]
        figures = framed_figures(project, figure_names(project, part)[: len(rows)])
        for row, figure in zip_longest(rows, figures):
            points = from_stroke3(np.asarray(row, np.float32))
            drawings.append(points if figure is None else traced_line(project, figure))
    return drawings


def _completions(project: Project, model: SketchModel, starts: list[Drawing]) -> None:
    from strokebook.model.sampling import complete, shown

    o, folder = project.settings.draw, project.at("drawn")
    cells: list[Image.Image] = []
    titles: list[str] = []
    for number, start in enumerate(starts, start=1):
        endings = complete(
            model,
            start,
            o.completions,
            _temperature(o),
            project.options.seed,
            zoom=1.0,
            of=OF * o.completions,
        )
        completions = shown(model, endings)
        write_layers(
            [(f"{n} completion", d) for n, d in enumerate(completions, start=1)],
            folder / f"completions-{number}.svg",
        )
        cells += [
            render(start, (CELL, CELL), 2.5),
            *(completion_picture(d, CELL) for d in completions),
        ]
        titles += ["start", *(f"{n}" for n in range(1, len(completions) + 1))]
        if number == 1:
            animate(completions, folder / "completions.gif", size=200)
    save_picture(sheet(cells, o.completions + 1, CELL, titles), folder / "completions.png")


def _temperature(options: DrawOptions) -> float | None:
    """None: what suits the model best."""
    return None if options.temperature == "auto" else options.temperature


def _samples(project: Project, model: SketchModel) -> None:
    from strokebook.model.sampling import sample, shown

    o = project.settings.draw
    drawn = sample(model, 16, _temperature(o), project.options.seed, of=OF * 16)
    samples = shown(model, drawn)
    save_picture(sheet(samples, 8, 200), project.at("drawn", "samples.png"))


def _variations(project: Project, model: SketchModel, drawings: list[Drawing]) -> None:
    from strokebook.model.sampling import shown, vary

    temperature = _temperature(project.settings.draw)
    cells: list[Image.Image] = []
    titles: list[str] = []
    for drawing in drawings:
        varied = vary(model, drawing, VARIED, 0.5, temperature, project.options.seed, zoom=1.0)
        cells += [
            render(drawing, (CELL, CELL), 2.5),
            *(completion_picture(d, CELL) for d in shown(model, varied)),
        ]
        titles += ["given", *(f"{n}" for n in range(1, VARIED + 1))]
    save_picture(sheet(cells, VARIED + 1, CELL, titles), project.at("drawn", VARIATIONS))


def _reconstructions(project: Project, model: SketchModel, drawings: list[Drawing]) -> None:
    from strokebook.model.sampling import interpolate, reconstruct, shown

    seed = project.options.seed
    temperature = _temperature(project.settings.draw)
    again = shown(model, [reconstruct(model, d, temperature, seed, zoom=1.0) for d in drawings])
    pairs = [cell for pair in zip(drawings, again, strict=True) for cell in pair]
    titles = ["given", "reconstructed"] * len(drawings)
    save_picture(sheet(pairs, 6, 200, titles), project.at("drawn", REDRAWN[0]))
    if len(drawings) > 1:
        way = shown(model, interpolate(model, drawings[0], drawings[1], 8, temperature, seed))
        save_picture(sheet(way, 8, 200), project.at("drawn", REDRAWN[1]))
