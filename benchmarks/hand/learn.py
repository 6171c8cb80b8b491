"""Command ``python -m benchmarks.hand.learn``: trains the default model on a hand.

The hand ``made`` is trained by ``strokebook run`` on its project; this is for the other two. Where
the lines are known that the drawings were simplified from, they are varied in training, as they
are in a project.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path
from typing import Any

from benchmarks.hand import hands
from benchmarks.hand.hands import Hand
from strokebook.cli.console import BarProgress
from strokebook.model.config import EVENING, PRESETS
from strokebook.model.training.result import TrainResult
from strokebook.model.training.train import train


def learn(hand: Hand, folder: Path, preset: str = "evening", **settings: Any) -> TrainResult:
    """Train the default model on a hand.

    Args:
        hand: Its lines are varied where they are known.
        folder: That the model goes to.
        preset: As in [project].
        settings: Of [train], in the preset's place.
    """
    options = dataclasses.replace(PRESETS[preset].train, **settings)
    return train(
        *(hand.train, hand.valid, PRESETS[preset].model, options, folder),
        progress=BarProgress(),
        name=hand.name,
        lines=hand.train_lines,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hand", choices=("artist", "sheep"))
    parser.add_argument("--model", type=Path, required=True, help="folder that the model goes to")
    parser.add_argument("--preset", choices=sorted(PRESETS), default="evening")
    parser.add_argument("--minutes", type=float, default=EVENING)
    parser.add_argument("--start-from", default="auto")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=NUMBER", help="of [train]")
    parser.add_argument("--no-lines", action="store_true", help="vary points instead of lines")
    arguments = parser.parse_args()
    hand = hands.artist() if arguments.hand == "artist" else hands.sheep()
    hands.check_frozen(hand)
    if arguments.no_lines:
        hand = dataclasses.replace(hand, train_lines=None)
    given = dict(setting.split("=", 1) for setting in arguments.set)
    settings = {
        "minutes": arguments.minutes,
        "seed": arguments.seed,
        "threads": arguments.threads,
        "start_from": arguments.start_from,
        **{key: json.loads(value) for key, value in given.items()},
    }
    learn(hand, arguments.model, arguments.preset, **settings)


if __name__ == "__main__":
    main()
