"""Training loop: validation, early stopping, and resuming to the very step."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from strokebook.base import owned
from strokebook.base.errors import StrokebookError
from strokebook.base.progress import SILENT, Progress
from strokebook.geometry.drawing import Stroke3
from strokebook.model.checkpoints import checkpoint, starter
from strokebook.model.checkpoints.folder import mark_model
from strokebook.model.config import ModelOptions, TrainOptions
from strokebook.model.data.batches import Prefetch
from strokebook.model.data.training_data import TrainingData, prepare
from strokebook.model.data.training_lines import TrainingLines, training_epochs
from strokebook.model.networks.sketch_rnn import SketchNet
from strokebook.model.training import forecast, metrics, model_card
from strokebook.model.training.averaging import AveragedNet
from strokebook.model.training.calibration import SECONDS, calibrate_folder
from strokebook.model.training.cooldown import begin, is_late
from strokebook.model.training.interrupts import Interrupts
from strokebook.model.training.journal import Journal
from strokebook.model.training.result import TrainResult
from strokebook.model.training.resume import changes
from strokebook.model.training.state import TrainState, restored
from strokebook.model.training.step import Stepper
from strokebook.model.training.validation import Scores, score

MOST_BAD = 5  # steps in a row without a finite loss after which training is given up
SAVE_SECONDS = 60.0  # a kill costs at most this much training


def train(
    train: Sequence[Stroke3],
    valid: Sequence[Stroke3],
    model: ModelOptions,
    options: TrainOptions,
    folder: Path,
    *,
    progress: Progress = SILENT,
    resume: bool = True,
    start_from: Path | None = None,
    name: str | None = None,
    lines: TrainingLines | None = None,
) -> TrainResult:
    """Train a model into ``folder``; go on where an earlier call with the same data stopped.

    The folder gets ``best`` and ``last`` checkpoints, ``metrics.jsonl``, ``curve.png``, pictures
    of samples, the model's card and, where there are drawings enough, the chooser. Ctrl-C saves
    and ends; calling again goes on with the very next step.

    Args:
        train: Stroke-3 arrays ``(N, 3)`` in any unit.
        valid: The same, none of them in ``train``; may be empty.
        model: Sizes of the net.
        options: Schedule and limits.
        folder: Where the model goes.
        progress: Hears of every step and shows the losses.
        resume: False: what the folder holds is replaced.
        start_from: Folder of a model of the same sizes whose weights training starts with; default:
            what ``options.start_from`` names. It may be ``folder`` itself (with ``resume`` false).
        name: What the model's card calls it; default: its folder's name.
        lines: What the training drawings were simplified from, where known and
            ``options.line_augment`` wants them.

    Raises:
        StrokebookError: Data that cannot be used, a folder that holds another training, or losses
            that stay not finite.
    """
    data = prepare(train, valid, options.max_points)
    if lines is not None:
        data = data.with_rule(lines.step, lines.tolerance)
    for warning in data.warnings:
        progress.say(str(warning))
    before = torch.get_num_threads()
    if options.threads:
        torch.set_num_threads(options.threads)
    if start_from is None:
        start_from = starter.named(options.start_from, model)
    try:
        name = name or folder.resolve().name
        run = _Run(data, model, options, folder, progress, name, lines)
        try:
            run.open(resume, start_from)
            return run.go()
        finally:
            run.batches.close()
    finally:
        torch.set_num_threads(before)


class _Run:
    """One call of :func:`train`."""

    def __init__(
        self,
        data: TrainingData,
        model: ModelOptions,
        options: TrainOptions,
        folder: Path,
        progress: Progress,
        name: str,
        lines: TrainingLines | None,
    ) -> None:
        self.data, self.options, self.folder, self.progress = data, options, folder, progress
        net = SketchNet(model, torch.Generator().manual_seed(options.seed))
        self.stepper = Stepper(
            net.to(_device(options.device)), options, data.statistics.n_max, data.unit
        )
        self.averaged = AveragedNet(net, options.ema_decay) if options.ema_decay else None
        self.batches = Prefetch(training_epochs(data, options, lines))
        self.loop = TrainState()
        self.journal = Journal(folder, options, progress)
        self.mark = self.saved = time.monotonic()
        self.info: dict[str, Any] = {
            "train": dataclasses.asdict(options),
            "data": data.key,
            "name": name,
            "learnt": list(data.learnt),
            "valid_drawings": len(data.valid),
            "started_from": None,
        }

    @property
    def judged(self) -> SketchNet:
        """The net that is validated and kept as the best: the average, where there is one."""
        return self.averaged.net if self.averaged else self.stepper.net

    def open(self, resume: bool, start_from: Path | None) -> None:
        """Begin anew, from another model, or where the folder's last checkpoint stands."""
        if self.options.tensorboard:
            metrics.need_board()  # before anything is replaced
        mark_model(self.folder)
        if resume and checkpoint.has(self.folder, "last"):
            self._resume(checkpoint.read(self.folder, "last"))
        else:
            if start_from is not None:  # read first: it may be the very model that is replaced
                which: checkpoint.Which = "best" if checkpoint.has(start_from, "best") else "last"
                source = checkpoint.read(start_from, which)
                self._fill(source.tensors, start_from)
                self.info["started_from"] = start_from.resolve().name
            for old in ("last.json", "best.json", "*.safetensors"):
                for file in self.folder.glob(old):
                    owned.remove(file)
        self.journal.open(self.loop)
        self.mark = time.monotonic()

    def _fill(self, tensors: dict[str, Tensor], where: Path) -> None:
        """Put a checkpoint's weights into the net, and begin to average with them."""
        checkpoint.fill(self.stepper.net, tensors, where)
        if self.averaged:
            self.averaged.reset(self.stepper.net)

    def _resume(self, last: checkpoint.Checkpoint) -> None:
        net = self.stepper.net
        changed = changes(last, net.options, self.options, self.data.key)
        if changed:
            raise StrokebookError(
                f"{self.folder} holds a model that was trained otherwise: {', '.join(changed)}"
                " changed since.",
                "Train into another folder, or begin this one anew (then it is replaced).",
            )
        checkpoint.fill(net, last.tensors, self.folder)
        self.stepper.restore(last.tensors)
        if self.averaged:
            self.averaged.restore(last.tensors, net)
        self.loop = restored(last.loop, self.folder / "last.json")
        self.info["started_from"] = last.info.get("started_from")

    def go(self) -> TrainResult:
        """Train until something ends it; leave checkpoints, curves and card."""
        with Interrupts() as interrupts:
            try:
                ended = self._until_end(interrupts)
            except KeyboardInterrupt:  # raised by a callback, between two steps
                if interrupts.asked:  # a second Ctrl-C, in mid-step: what is on disk is whole
                    raise
                ended = "interrupted"
            if ended != "interrupted" and self.loop.validated < self.loop.step:
                self._validate()
            self._tick()
            if ended != "interrupted" and not self._learn_chooser(interrupts):
                ended = "interrupted"
            if self.loop.step > self.journal.first or not checkpoint.has(self.folder, "last"):
                self._save_last()
                self.journal.draw_curves(self.loop)
            result = self._result(ended)
            model_card.write(
                result, self.stepper.net.options, self.options, self.data.statistics, self.info
            )
        self.journal.close()
        self.progress.say(result.summary())
        return result

    def _learn_chooser(self, interrupts: Interrupts) -> bool:
        """Learn which drawings of the best model to show, unless that is known; false: stopped.

        It takes no longer than the training did.
        """
        try:
            calibrate_folder(
                self.folder,
                str(self.stepper.net.device),
                self.data.train,
                self.options.seed,
                min(SECONDS, self.loop.seconds),
                progress=self.progress,
                stopped=lambda: interrupts.asked,
            )
        except KeyboardInterrupt:
            if interrupts.asked:
                raise
            return False
        self.mark = time.monotonic()
        return not interrupts.asked

    def _until_end(self, interrupts: Interrupts) -> str:
        ended = self._why_end()
        if ended:
            return ended
        left = range(self.loop.step, self.options.steps)
        self.progress.say(forecast.outlook(self.data, self.options, self.loop.step))
        for _ in self.progress.track(left, "training", len(left)):
            self._one_step()
            self.journal.time_steps(self.loop)
            if self.loop.step % self.options.validate_every == 0:
                self._validate()
            self.journal.draw(self.judged, self.data.statistics, self.loop)
            if interrupts.asked:
                return "interrupted"
            ended = self._why_end()
            if ended:
                return ended
            if time.monotonic() - self.saved > SAVE_SECONDS:
                self._save_last()
        return "steps"

    def _why_end(self) -> str:
        options, loop = self.options, self.loop
        if loop.step >= options.steps:
            return "steps"
        if options.schedule == "cooldown":
            if loop.is_cooled():
                return "cooldown"
            if not loop.cooldown and (self._is_out_of_patience() or is_late(*self._limits())):
                self._begin_cooldown()
        elif self._is_out_of_patience():
            return "patience"
        return "minutes" if 0 < options.most_seconds <= loop.seconds else ""

    def _is_out_of_patience(self) -> bool:
        return 0 < self.options.ends_after <= self.loop.since_best

    def _limits(self) -> tuple[int, float, int, float]:
        """Where training stands and where it ends at the latest: steps and seconds of both."""
        options, loop = self.options, self.loop
        return loop.step, loop.seconds, options.steps, options.most_seconds

    def _begin_cooldown(self) -> None:
        """Let the learning rate fall from now on; from the best weights, where others followed."""
        loop = self.loop
        if loop.since_best and checkpoint.has(self.folder, "best"):
            self._fill(checkpoint.read(self.folder, "best").tensors, self.folder)
        loop.cooldown = dataclasses.asdict(begin(*self._limits()))
        self.progress.say(f"step {loop.step}: the learning rate falls to nothing from here on")

    def _one_step(self) -> None:
        loop = self.loop
        losses = self.stepper.step(loop.step, self.batches[loop.step], loop.rate_factor())
        if self.averaged and losses is not None:
            self.averaged.update(self.stepper.net, loop.step)
        loop.step += 1
        self._tick()
        if losses is None:
            self._skip()
        else:
            loop.record_step(*losses)
        if loop.step % self.options.report_every == 0 and loop.sums[2]:
            self._report()

    def _skip(self) -> None:
        loop = self.loop
        loop.bad, loop.skipped, loop.factor = loop.bad + 1, loop.skipped + 1, loop.factor / 2
        if loop.bad >= MOST_BAD:
            raise StrokebookError(
                f"Training stopped at step {loop.step}: the loss was not finite {MOST_BAD} times in"
                " a row.",
                "Lower learning_rate, or look at the drawings for wild points; the last whole"
                " checkpoint is kept.",
            )
        self.progress.say(
            f"step {loop.step}: the loss is not finite; step skipped, learning rate halved"
        )

    def _report(self) -> None:
        loop, last = self.loop, self.loop.step - 1
        rate = self.stepper.learning_rate(last) * loop.rate_factor()
        self.journal.report(loop, self.stepper.kl_weight(last), rate)

    def _validate(self) -> None:
        loop = self.loop
        loop.validated = loop.step
        if not self.data.valid:
            loop.best_step = loop.step
            self._save("best", None)
            self._save_last()
            return
        data, options = self.data, self.options
        scores = score(
            self.judged, data.valid, data.statistics.n_max, options.batch, options.seed, data.unit
        )
        values = dataclasses.asdict(scores)
        self.journal.record_validation(loop.step, scores)
        best = Scores(**loop.best) if loop.best else None
        better = best is None or scores.per_point < best.per_point
        overfits = loop.record_validation(better, values)
        before, loop.last_per_point = loop.last_per_point, scores.per_point
        if better:
            self._save("best", values)
        self._save_last()
        self.journal.report_validation(loop, scores, before)
        if overfits:
            self.progress.say(overfits)

    def _save_last(self) -> None:
        self.saved = time.monotonic()
        self._save("last", self.loop.best)

    def _save(self, which: checkpoint.Which, scores: dict[str, float] | None) -> None:
        loop, more = self.loop, None
        if which == "last":
            more = self.stepper.state() | (self.averaged.state() if self.averaged else {})
        checkpoint.save(
            self.folder,
            which,
            self.stepper.net if which == "last" else self.judged,
            self.data.statistics,
            info=self.info | {"scores": scores, "step": loop.step},
            loop=dataclasses.asdict(loop),
            more=more,
        )

    def _tick(self) -> None:
        """Count the time since the last tick."""
        now = time.monotonic()
        if self.loop.step > self.journal.first:  # a call that finds nothing to do changes nothing
            self.loop.seconds += now - self.mark
        self.mark = now

    def _result(self, ended: str) -> TrainResult:
        loop = self.loop
        best = Scores(**loop.best) if loop.best else None
        return TrainResult(
            self.folder,
            ended,
            loop.step,
            loop.seconds,
            loop.best_step,
            best,
            loop.skipped,
            loop.overfits,
            self.data.warnings,
        )


def _device(name: str) -> torch.device:
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(name)
