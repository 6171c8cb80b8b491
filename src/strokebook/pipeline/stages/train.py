"""Stage ``train``: SketchRNN on the data set."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from strokebook.base import owned, trees
from strokebook.base.files import file_digest
from strokebook.dataset.splits import Rows
from strokebook.geometry.drawing import Drawing
from strokebook.library.edits import trash
from strokebook.model.config import ModelOptions, TrainOptions
from strokebook.pipeline.line_rule import lines_by_rule
from strokebook.pipeline.locks import RunStopped, check_stop, editing
from strokebook.pipeline.output.pictures import counted
from strokebook.pipeline.project import Project
from strokebook.pipeline.settings import fingerprint
from strokebook.pipeline.stage import Outcome, Timer, is_done, key_of
from strokebook.pipeline.stages.artist_line import fit_line
from strokebook.pipeline.stages.dataset import load_dataset, npz_file
from strokebook.pipeline.stages.dataset_figures import figure_names, framed_figures

if TYPE_CHECKING:
    from strokebook.model.checkpoints.checkpoint import Checkpoint
    from strokebook.model.data.training_lines import TrainingLines
    from strokebook.model.training.result import TrainResult

STAGE, VERSION = "train", "2"
DEAR = 60.0  # seconds of training that are worth keeping
LEAST = 10  # drawings to learn from; with fewer a model only repeats them


def model_folder(project: Project) -> Path:
    """Where the project's model lies."""
    return project.at("models", "drawings")


@owned.owning(STAGE)
def train_model(project: Project) -> Outcome:
    """Train, go on with a training that was cut short, or leave a model that is up to date.

    A data set that has changed since gives a new training. It goes on from the model there is only
    where drawings were added and none of those that one learnt from has gone: what was dropped or
    made private would else stay in its weights. Every other training begins afresh, from what
    ``[train] start_from`` names.
    """
    outcome, timer = Outcome(STAGE), Timer()
    if not npz_file(project).exists():
        outcome.notes.append("there is no data set, so nothing was trained.")
        return outcome
    with editing(project):
        key = training_key(project)
        if is_done(project, STAGE, "all", key) and (model_folder(project) / "best.json").exists():
            outcome.ready = 1
            return outcome
        data = load_dataset(project)
    if len(data.train) < LEAST:
        outcome.notes.append(
            f"{len(data.train)} drawings to learn from are too few for a model "
            f"(at least {LEAST}); scan more pages."
        )
        return outcome
    result, remark = _train(project, key, data.train, data.valid)
    if result.ended == "interrupted":
        raise KeyboardInterrupt
    # The model lands under the key of what it learned from, so that nothing of it is lost; where an
    # edit has changed that meanwhile, the next run trains again.
    if not npz_file(project).exists() or training_key(project) != key:
        outcome.notes.append("the data set changed while the model was trained; run again.")
    if remark:
        outcome.notes.append(remark)
    outcome.worked, outcome.seconds = 1, timer.seconds
    return outcome


def training_key(project: Project) -> str:
    """The key of a training: the settings, the data set's content."""
    s = project.settings
    return key_of(STAGE, VERSION, fingerprint(s.model, s.train), file_digest(npz_file(project)))


def _train(
    project: Project, key: str, train_rows: Sequence[Rows], valid_rows: Sequence[Rows]
) -> tuple[TrainResult, str]:
    """Train and put the model in place; the result, and what to say of it."""
    from strokebook.model.training.against_starter import judge_model
    from strokebook.model.training.train import train

    folder, work = model_folder(project), project.at("models", f".training-{key}")
    before, sizes = _start(project)
    _take_over(project, work, train_rows, valid_rows, sizes)
    _clear_others(project, work)
    former = _former(project, folder, sizes)
    if former is not None:
        goes_on, why = goes_on_from(former, train_rows, project.settings.train)
        if project.catalogue.purges():
            goes_on, why = False, "The model begins afresh: a page that it knew is private now."
        before = folder if goes_on else before
        if not (work / "last.json").exists():  # a training that was cut short has begun already
            project.progress.say(why)
    try:
        result = train(
            train_rows,
            valid_rows,
            sizes,
            project.settings.train,
            work,
            progress=project.progress,
            start_from=before,
            name=project.folder.name,
            lines=training_lines(project),
        )
        if result.ended != "interrupted":
            verdict = judge_model(result, project.settings.train, train_rows, valid_rows)
            _learn_line(project, work)
            with editing(project):
                check_stop(project)
                _put_in_place(project, work, folder)
                facts = _facts(result) | dataclasses.asdict(verdict)
                project.catalogue.put_result(STAGE, "all", key, result.seconds, facts)
    except RunStopped:
        # Somebody needs what it learned from gone: not even its last checkpoint may stay.
        trees.remove_tree(work)
        raise
    return result, verdict.remark if result.ended != "interrupted" else ""


def goes_on_from(
    former: Checkpoint, rows: Sequence[Rows], options: TrainOptions
) -> tuple[bool, str]:
    """Whether a training may go on from the former model, and a sentence that says why.

    Args:
        former: The model there is, with the digests of what it learnt from.
        rows: The drawings to learn from now, stroke-3 ``(N, 3)``.
        options: Of the training; ``start_from = "nothing"`` always holds.
    """
    from strokebook.model.checkpoints.starter import NOTHING
    from strokebook.model.data.training_data import drawing_digest

    if options.start_from in NOTHING:
        return False, "The model begins from nothing, as start_from in [train] says."
    learnt = former.info.get("learnt")
    if not isinstance(learnt, list):
        return False, "The model begins afresh: of the former one it is not known what it learnt."
    now, then = {drawing_digest(r) for r in rows}, set(map(str, learnt))
    if gone := len(then - now):
        drawings = "1 drawing" if gone == 1 else f"{gone} drawings"
        return False, (
            f"The model begins afresh: {drawings} that the former one learnt from"
            f" {'is' if gone == 1 else 'are'} no longer there to learn from, and would stay in its"
            " weights."
        )
    if now == then:
        return False, "The model begins afresh: the drawings are the same, the settings are not."
    added = len(now - then)
    return True, (
        f"The training goes on from the former model: {counted(added, 'drawing')} came, none went."
    )


def training_lines(project: Project) -> TrainingLines:
    """The lines of the training drawings, to make them anew in every epoch, and their rule.

    No lines where they are not asked for, too many, or of another data set; the rule always.
    """
    from strokebook.model.data.training_lines import MOST_LINES

    options = project.settings.dataset
    names = figure_names(project, "train")
    lines: list[Drawing | None] = []
    if project.settings.train.line_augment and 0 < len(names) <= MOST_LINES:
        figures = framed_figures(project, names)
        lines = [None if figure is None else figure.drawing for figure in figures]
    return lines_by_rule(lines, len(load_dataset(project).train), options)


def _learn_line(project: Project, folder: Path) -> None:
    """The artist's line between the points, beside the weights; a training resumed has it."""
    from strokebook.model.line.stored_line import NAME

    if not (folder / NAME).exists() and not fit_line(project, folder):
        project.progress.say(
            "There were too few traced lines to learn how this hand draws between the points; the"
            " model draws with the line that comes with strokebook."
        )


def _start(project: Project) -> tuple[Path | None, ModelOptions]:
    """The model that a first training starts from, if any, and the sizes of the project's model."""
    from strokebook.model.checkpoints import checkpoint, starter

    name, sizes = project.settings.train.start_from, project.settings.model
    folder = starter.named(name, sizes, project.folder)
    if folder is None:
        return None, sizes
    options = checkpoint.read(folder, "best").options
    if options != sizes:
        project.progress.say(
            f"The model gets the sizes of {name}, which it starts from; [model] in the settings is"
            ' not used (it is with start_from = "nothing").'
        )
    return folder, options


def _former(project: Project, folder: Path, sizes: ModelOptions) -> Checkpoint | None:
    """The model there is, if it has the sizes."""
    from strokebook.base.errors import StrokebookError
    from strokebook.model.checkpoints.checkpoint import read

    if not (folder / "best.json").exists():
        return None
    try:
        former = read(folder, "best")
    except StrokebookError as error:
        project.progress.say(f"The former model is not used: {error}")
        return None
    return former if former.options == sizes else None


def _take_over(
    project: Project, work: Path, train: Sequence[Rows], valid: Sequence[Rows], sizes: ModelOptions
) -> None:
    """Go on with a training that was cut short, where only settings like its minutes changed."""
    from strokebook.model.training.resume import can_resume

    if work.exists():
        return
    for other in sorted(work.parent.glob(".training-*")):
        if can_resume(other, train, valid, sizes, project.settings.train):
            trees.move_tree(other, work)
            project.progress.say("The training that was cut short goes on with its new limits.")
            return


def _clear_others(project: Project, work: Path) -> None:
    """Take trainings away that were begun on data or settings that are no longer so."""
    for other in sorted(work.parent.glob(".training-*")):
        if other != work and _seconds(other) > DEAR:
            why = "the data set or the settings changed"
            trash.keep(project.folder, [other], what="training, cut short", why=why, stage=STAGE)
        elif other != work:
            trees.remove_tree(other)
    for old in work.parent.glob(".old-*"):  # left by a kill of an earlier version
        trees.remove_tree(old)


def _seconds(folder: Path) -> float:
    """How long a training had worked when it was saved last."""
    try:
        return float(json.loads((folder / "last.json").read_text("utf-8"))["loop"]["seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0.0


def _put_in_place(project: Project, work: Path, folder: Path) -> None:
    """Put the trained folder where the model stands, which goes to the trash.

    After a kill in between the training is still there, complete, and a rerun mends it.
    """
    if folder.exists():
        why = "a new training replaced it"
        trash.keep(project.folder, [folder], what="model", why=why, stage=STAGE)
    trees.move_tree(work, folder)


def _facts(result: Any) -> dict[str, Any]:
    best = result.best
    return {
        "ended": result.ended,
        "steps": result.steps,
        "best_step": result.best_step,
        "seconds": result.seconds,
        "skipped": result.skipped,
        "scores": None
        if best is None
        else {**dataclasses.asdict(best), "per_point": best.per_point},
    }
