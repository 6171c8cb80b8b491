"""The trained model against the untouched starter: which draws, and whether drawings were too few.

A model of a few dozen drawings may be worse than the starter that it began from. Both are scored
on the same validation drawings in the same units, so that the better one can draw the pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from strokebook.geometry.drawing import Stroke3
from strokebook.model.checkpoints import starter
from strokebook.model.checkpoints.checkpoint import load_model
from strokebook.model.config import TrainOptions
from strokebook.model.data.training_data import prepare
from strokebook.model.training.result import TrainResult
from strokebook.model.training.validation import Scores, score

# From the starter, 300 drawings of another hand went on improving for as long as they were trained;
# 100 were learnt by heart after 100 steps (EXPERIMENTS.md, "Starting from it").
ENOUGH, FEW = 300, 150


@dataclass(frozen=True)
class ModelVerdict:
    """What to draw with after a training, and what to say of it.

    Attributes:
        drawn_with: ``model`` or ``starter``.
        starter_per_point: The starter's nats a point; None where the two cannot be compared.
        remark: One sentence for the artist; empty where there is nothing to say.
    """

    drawn_with: str
    starter_per_point: float | None
    remark: str


def judge_model(
    result: TrainResult,
    options: TrainOptions,
    train: Sequence[Stroke3],
    valid: Sequence[Stroke3],
) -> ModelVerdict:
    """Compare a model with the starter by the score that chose its best step.

    Args:
        result: Of the training.
        options: Of the training.
        train: Stroke-3 arrays ``(N, 3)`` that it learnt from.
        valid: Those kept aside; without any there is nothing to compare by.
    """
    untouched = starter_scores(options, train, valid) if result.best else None
    costs = None
    if untouched is not None and result.best is not None:
        one, two = untouched.per_point, result.best.per_point
        costs = (one, two) if one < two else None
    return ModelVerdict(
        "starter" if costs else "model",
        untouched.per_point if untouched else None,
        _remark(result, costs, len(train), len(valid)),
    )


def starter_scores(
    options: TrainOptions,
    train: Sequence[Stroke3],
    valid: Sequence[Stroke3],
) -> Scores | None:
    """Scores of the starter, its net in the units of the training's scale.

    Returns:
        None where there is nothing to compare by.
    """
    net = load_model(starter.FOLDER).net
    data = prepare(train, valid, options.max_points)
    if not data.valid:
        return None
    return score(net, data.valid, data.statistics.n_max, options.batch, options.seed, data.unit)


def _remark(
    result: TrainResult, costs: tuple[float, float] | None, drawings: int, held: int
) -> str:
    """The sentence on too few drawings, with their number and what would help.

    ``costs`` are the starter's and the model's where the starter's is less.
    """
    early = 2 * result.best_step <= result.steps and result.best is not None
    if costs is None and not (early and drawings < FEW):
        return ""
    what = "1 drawing is" if drawings == 1 else f"{drawings} drawings are"
    text = f"{what} too few to learn from" if drawings < ENOUGH else "The training did not help"
    text += f": the best model came at step {result.best_step} of {result.steps}"
    if early:
        text += ", and from there on it only learnt its drawings by heart"
    if costs is not None:
        text += (
            f"; the untouched starter does better on the {held} drawings kept aside (nats a"
            f" point {costs[0]:.3f} against {costs[1]:.3f}), so it drew the pictures"
        )
    if drawings < ENOUGH:
        return f"{text}; more pages help most, to about {ENOUGH} drawings."
    return f"{text}; look at the drawings kept, and at [train] in the settings."
