"""Cool-down: the last part of a training, in which the learning rate falls to nothing.

The rate stays as it is until validation has stopped improving or most of the time is over, and
falls then as 1 - √progress (Hägele et al. 2024, arXiv 2405.18392: as good as a cosine over the
whole training, whose length one would have to know at the start).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

TIME_SHARE = 0.7  # of minutes or steps, after which the cool-down begins at the latest
LENGTH = 0.4  # steps of a cool-down, as a share of the steps before it
LEAST_RATE = 0.01  # share of the learning rate at the end


@dataclass(frozen=True)
class Cooldown:
    """Where a training's cool-down begins and ends.

    Attributes:
        step: The step before its first.
        seconds: Of training up to there.
        last_step: Its last.
        last_second: Its last, if there is a limit of time; 0: none.
    """

    step: int
    seconds: float
    last_step: int
    last_second: float

    def progress(self, step: int, seconds: float) -> float:
        """How much of it is over: 0 to 1, by steps or time, whichever is farther."""
        shares = [(step - self.step) / max(self.last_step - self.step, 1)]
        if self.last_second:
            shares.append((seconds - self.seconds) / max(self.last_second - self.seconds, 1e-9))
        return min(1.0, max(0.0, *shares))

    def factor(self, step: int, seconds: float) -> float:
        """What the learning rate is multiplied by."""
        return max(LEAST_RATE, 1.0 - sqrt(self.progress(step, seconds)))


def begin(step: int, seconds: float, most_steps: int, most_seconds: float) -> Cooldown:
    """A cool-down from here on, within the limits; ``most_seconds`` 0: none."""
    last = min(most_steps, step + max(1, round(LENGTH * step)))
    return Cooldown(step, seconds, last, most_seconds)


def is_late(step: int, seconds: float, most_steps: int, most_seconds: float) -> bool:
    """Whether so much of the steps or of the time is over that it has to begin."""
    late = step >= TIME_SHARE * most_steps
    return late or (most_seconds > 0 and seconds >= TIME_SHARE * most_seconds)
