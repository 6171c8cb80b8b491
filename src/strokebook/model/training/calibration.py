"""Calibration of a chooser: what the model draws, set against what it learnt from.

Shape letters: D drawings of both kinds, F features.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from strokebook.base.array_types import Bools, Floats
from strokebook.base.progress import SILENT, Progress
from strokebook.base.random_streams import RandomStream
from strokebook.geometry.drawing import Stroke3
from strokebook.geometry.stroke3 import to_stroke3
from strokebook.model.cells.noise import Noise
from strokebook.model.checkpoints.checkpoint import SketchModel, load_model
from strokebook.model.choosing import chooser as choosing
from strokebook.model.choosing import chooser_file
from strokebook.model.choosing.chooser import Chooser
from strokebook.model.choosing.forest import Forest, mean_of, of_trees
from strokebook.model.sampling.stream import stream

SECONDS = 90.0
BUDGET = 1 / 8  # of the model's drawings are shown
TEMPERATURES = (0.5, 0.65, 0.8, 1.0)
# Drawings: of the artist's; of the model's at each temperature tried, and at the one chosen.
REAL, TRIED, GENERATED = 1200, 32, 1200
ENOUGH = 96  # of the model's at the temperature chosen: so many are drawn, however slowly
LEAST = 60  # drawings of either side, fewer than which tell nothing
BATCH = 32  # drawn between two looks at the clock
SHARES = (0.3, 0.8)  # of the time, until which temperatures are tried, and drawings drawn
FOLDS = 5
TREES, LEVELS, RATE, SUBSAMPLE, LEAF = 200, 3, 0.1, 0.7, 3
TAIL = 0.002  # share of drawings whose feature lies beyond either bound
STRANGE_QUANTILE, STRANGE_FACTOR, LEAST_STRANGE = 0.99, 2.0, 0.1


def calibrate(
    model: SketchModel,
    drawings: Sequence[Stroke3],
    seed: int = 0,
    seconds: float = SECONDS,
    *,
    progress: Progress = SILENT,
    stopped: Callable[[], bool] = lambda: False,
) -> Chooser | None:
    """Learn which of the model's drawings to show; choose the temperature that they are drawn at.

    Scores that the calibration rests on come from trees that had not learnt from the drawing
    (cross-fitting).

    Args:
        model: Trained.
        drawings: What it learnt from, stroke-3 in the data's units.
        seed: Of every random choice.
        seconds: The most it takes, about; the fewer, the fewer drawings it learns from.
        progress: Hears of the steps.
        stopped: Asked now and then; true: there will be no chooser.

    Returns:
        None where it was stopped, or drawings or time were too few.
    """
    if len(drawings) < LEAST:
        return None
    work = _Drawer(model, seed, time.monotonic(), seconds, stopped)
    order = Noise(seed, RandomStream.CALIBRATION, 0).rng.permutation(len(drawings))
    real = choosing.features([drawings[k] for k in order[:REAL]])
    progress.say(f"choosing: trying temperatures {', '.join(map(str, TEMPERATURES))}")
    tried = [work.draw(0, TRIED, t, SHARES[0], 1) for t in TEMPERATURES]
    if stopped():
        return None
    best = least_told(real, tried, seed)
    temperature = TEMPERATURES[best]
    progress.say(f"choosing: drawing at temperature {temperature}")
    more = work.draw(TRIED, GENERATED, temperature, SHARES[1], ENOUGH)
    generated = np.vstack((tried[best], more))
    if stopped() or len(generated) < LEAST:
        return None
    progress.say(f"choosing: learning from {len(real)} drawings and {len(generated)} drawn")
    chooser = learn(real, generated, seed, temperature=temperature, checkpoint=model.key)
    progress.say(
        f"choosing: told apart at {chooser.accuracy:.1%}; one drawing of"
        f" {1 / chooser.budget:.0f} will be shown"
    )
    return chooser


def calibrate_folder(
    folder: Path,
    device: str,
    drawings: Sequence[Stroke3],
    seed: int,
    seconds: float,
    *,
    progress: Progress,
    stopped: Callable[[], bool],
) -> None:
    """Put a chooser beside the best checkpoint of a folder, unless it has its own.

    Args:
        folder: Of the model.
        device: Where it draws.
        drawings: What it learnt from, in units of the net.
        seed: See :func:`calibrate`, as the others.
        seconds: The most it takes.
        progress: Hears of the steps.
        stopped: True: there will be no chooser.
    """
    model = load_model(folder, device)
    if model.chooser is not None:
        return
    scale = np.array((model.scale, model.scale, 1.0), np.float32)
    own = [d * scale for d in drawings]
    chooser = calibrate(model, own, seed, seconds, progress=progress, stopped=stopped)
    if chooser is not None:
        chooser_file.save(folder, chooser)


@dataclass(frozen=True, eq=False)
class _Drawer:
    """Draws as long as there is time, and measures what it drew."""

    model: SketchModel
    seed: int
    begun: float
    seconds: float
    stopped: Callable[[], bool]

    def draw(self, first: int, end: int, temperature: float, share: float, least: int) -> Floats:
        """Features of drawings ``first`` to ``end``, as many as come in that share of the time.

        Those before number ``least`` come whatever the time.
        """
        rows, longest = [], self.model.statistics.longest
        for at in range(first, end, BATCH):
            late = time.monotonic() - self.begun > share * self.seconds
            if self.stopped() or (late and at >= least):
                break
            drawn = stream(
                self.model, None, min(BATCH, end - at), temperature, self.seed, longest, first=at
            ).finish()
            finished = [np.asarray(to_stroke3(d), np.float32) for d in drawn.drawings()]
            rows.append(choosing.features(finished))
        names = choosing.features([np.zeros((1, 3), np.float32)])
        return np.vstack((names[:0], *rows))


def least_told(real: Floats, tried: Sequence[Floats], seed: int) -> int:
    """Which of some sets of drawings is least told from the real ones, by one classifier."""
    sizes = [len(rows) for rows in tried]
    values = np.vstack((real, *tried))
    scores, _ = cross_fit(values, np.arange(len(values)) < len(real), seed)
    parts = np.split(scores[len(real) :], np.cumsum(sizes)[:-1])
    return int(np.argmax([np.median(part) if len(part) else -np.inf for part in parts]))


def learn(
    real: Floats,
    generated: Floats,
    seed: int,
    *,
    budget: float = BUDGET,
    temperature: float = 1.0,
    checkpoint: str = "",
) -> Chooser:
    """The chooser of two sets of drawings' features, ``(D, F)`` each.

    Args:
        real: Of the artist's drawings.
        generated: Of the model's.
        seed: Of every random choice.
        budget: Share of the model's that is accepted on average.
        temperature: At which they were drawn.
        checkpoint: Digest of the weights that drew them.
    """
    values = np.vstack((real, generated))
    truth = np.arange(len(values)) < len(real)
    scores, forest = cross_fit(values, truth, seed)
    low, high = np.quantile(values, (TAIL, 1 - TAIL), axis=0)
    beyond = choosing.outside(values, low, high)
    right = (scores > 0) == truth
    return Chooser(
        forest,
        low,
        high,
        max(float(np.quantile(beyond, STRANGE_QUANTILE)) * STRANGE_FACTOR, LEAST_STRANGE),
        choosing.find_log_scale(scores[~truth], budget),
        budget,
        temperature,
        len(real),
        len(generated),
        float((right[truth].mean() + right[~truth].mean()) / 2),
        checkpoint,
    )


def cross_fit(values: Floats, truth: Bools, seed: int) -> tuple[Floats, Forest]:
    """Log odds of each drawing by trees that had not learnt from it, and the trees' mean.

    Both kinds weigh the same, so that the odds are density ratios.

    Args:
        values: ``(D, F)``.
        truth: Which are the artist's, ``(D,)``; at least 5 of either.
        seed: Of the folds and the trees.
    """
    from sklearn.model_selection import StratifiedKFold

    state = seed % (1 << 32)
    scores, forests = np.zeros(len(values)), []
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=state)
    for fold, (known, asked) in enumerate(folds.split(values, truth)):
        forest = _fit(values[known], truth[known], (state + fold) % (1 << 32))
        scores[asked] = forest(values[asked])
        forests.append(forest)
    return scores, mean_of(forests)


def _fit(values: Floats, truth: Bools, state: int) -> Forest:
    from sklearn.ensemble import GradientBoostingClassifier

    weight = np.where(truth, 0.5 / truth.mean(), 0.5 / (1 - truth.mean()))
    trees: Any = GradientBoostingClassifier(
        n_estimators=TREES,
        learning_rate=RATE,
        max_depth=LEVELS,
        subsample=SUBSAMPLE,
        max_features="sqrt",
        min_samples_leaf=LEAF,
        random_state=state,
    ).fit(values.astype(np.float32), truth, sample_weight=weight)
    return of_trees(trees.estimators_[:, 0], RATE, 0.0, LEVELS)
