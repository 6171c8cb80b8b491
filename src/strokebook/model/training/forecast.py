"""Forecasts of a training: what it learns from, how long it may take, what a validation gained."""

from __future__ import annotations

from strokebook.model.config import AUTO, EVENING, TrainOptions
from strokebook.model.data.training_data import TrainingData
from strokebook.model.training.state import TrainState

TIMED = 5  # steps that are timed before the time is told; the one before them compiles


def outlook(data: TrainingData, options: TrainOptions, step: int) -> str:
    """What a training has before it, for its first line.

    Args:
        data: Its drawings.
        options: Its limits.
        step: Steps done already.
    """
    points = sum(map(len, data.train))
    held = f"{len(data.valid)} more judge it" if data.valid else "none are kept aside to judge it"
    ends = [f"{options.steps - step:,} steps"]
    if options.minutes == AUTO:
        ends.append(f"{EVENING:g} minutes in all")
    elif options.minutes:
        ends.append(f"{options.minutes:g} minutes in all")
    return (
        f"training: {len(data.train):,} drawings with {points:,} points to learn from, {held}; at"
        f" most {' or '.join(ends)}{_sooner(data, options)}"
    )


def _sooner(data: TrainingData, options: TrainOptions) -> str:
    if not (data.valid and options.ends_after):
        return ""
    steps = options.ends_after * options.validate_every
    return f", sooner once {steps:,} steps bring no better validation"


def seconds_left(pace: float, options: TrainOptions, loop: TrainState) -> float:
    """Most seconds from here to the end, at ``pace`` seconds a step."""
    left = pace * (options.steps - loop.step)
    most = options.most_seconds
    return max(min(left, most - loop.seconds), 0.0) if most else left


def duration_line(pace: float, options: TrainOptions, loop: TrainState) -> str:
    """How long the training will take, once a few steps have been timed."""
    left = duration(seconds_left(pace, options, loop))
    return f"training: a step takes {pace:.3f} s, so about {left} at most"


def gain(before: float | None, now: float) -> str:
    """By how much a validation is better than the one before, as a clause; empty for the first."""
    if before is None:
        return ""
    return f", {abs(before - now):.3f} {'better' if now <= before else 'worse'} than before"


def duration(seconds: float) -> str:
    """A duration in the unit that suits it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
