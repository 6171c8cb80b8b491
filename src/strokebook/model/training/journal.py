"""Journal of a training: metrics, curves and pictures in its folder, and what it says."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from strokebook.base.progress import Progress
from strokebook.model.config import TrainOptions
from strokebook.model.data.statistics import DataStatistics
from strokebook.model.networks.sketch_rnn import SketchNet
from strokebook.model.training import forecast, metrics, samples
from strokebook.model.training.state import TrainState
from strokebook.model.training.validation import Scores


class Journal:
    """What one call of training writes down and says.

    Attributes:
        first: The step at which this call began.
    """

    def __init__(self, folder: Path, options: TrainOptions, progress: Progress) -> None:
        self.folder, self.options, self.progress = folder, options, progress
        self.first, self._before, self._warm = 0, 0.0, 0.0
        self._board: metrics.Board | None = None

    def open(self, loop: TrainState) -> None:
        """Go on from ``loop``: what an earlier call wrote of later steps is taken out."""
        metrics.rewind(self.folder, loop.step)
        samples.clear(self.folder, loop.step)
        if self.options.tensorboard:
            self._board = metrics.Board(self.folder, loop.step)
        self.first, self._before = loop.step, loop.seconds

    def close(self) -> None:
        """Write what is left."""
        if self._board:
            self._board.close()

    def time_steps(self, loop: TrainState) -> None:
        """Say how long it will take, once a few steps of this call have been timed."""
        done = loop.step - self.first
        if done == 1:
            self._warm = loop.seconds  # the first compiles
        elif done == 1 + forecast.TIMED:
            pace = (loop.seconds - self._warm) / forecast.TIMED
            self.progress.say(forecast.duration_line(pace, self.options, loop))

    def report(self, loop: TrainState, kl_weight: float, learning_rate: float) -> None:
        """Means of the losses since the last report, which begin anew."""
        reconstruction, kl = loop.take_means()
        self._record(
            {
                "kind": "train",
                "step": loop.step,
                "reconstruction": reconstruction,
                "kl": kl,
                "kl_weight": kl_weight,
                "learning_rate": learning_rate,
                "seconds": round(loop.seconds, 3),
            }
        )
        pace = (loop.seconds - self._before) / max(loop.step - self.first, 1)
        left = forecast.duration(forecast.seconds_left(pace, self.options, loop))
        self.progress.say(
            f"step {loop.step} of {self.options.steps}: reconstruction {reconstruction:.4f},"
            f" KL {kl:.3f}; {pace:.3f} s a step, at most {left} left"
        )

    def record_validation(self, step: int, scores: Scores) -> None:
        """A line of metrics, before the state counts the validation."""
        line = {"kind": "valid", "step": step, "per_point": scores.per_point}
        self._record(line | dataclasses.asdict(scores))

    def report_validation(self, loop: TrainState, scores: Scores, before: float | None) -> None:
        """Say what a validation found.

        Args:
            loop: It has counted the validation.
            scores: Of it.
            before: Nats a point of the validation before; None: it is the first.
        """
        gain, since = forecast.gain(before, scores.per_point), loop.since_best
        divergence = f", z {scores.divergence:.3f}" if scores.kl else ""
        self.progress.say(
            f"step {loop.step}: validation {scores.per_point:.3f} nats a point (position"
            f" {scores.position:.3f}, pen {scores.pen:.3f}{divergence}){gain},"
            f" {f'{since} since the best' if since else 'the best so far'}"
        )

    def draw(self, net: SketchNet, statistics: DataStatistics, loop: TrainState) -> None:
        """Pictures of what ``net`` draws by now and of the curves, every so many steps."""
        every = self.options.samples_every
        if every and loop.step % every == 0:
            samples.save_samples(net, statistics, self.folder, loop.step, self.options.seed)
            self.draw_curves(loop)

    def draw_curves(self, loop: TrainState) -> None:
        """The picture of the curves."""
        metrics.draw_curves(self.folder, loop.best_step)

    def _record(self, line: dict[str, Any]) -> None:
        metrics.append(self.folder, line)
        if self._board:
            self._board.add(line)
