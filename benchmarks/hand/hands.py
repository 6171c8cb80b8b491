"""Hands: the drawings of three, split, near copies removed, with frozen test sets."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks import line_sets
from strokebook.dataset.load import read_npz
from strokebook.geometry.drawing import Drawing, Stroke3
from strokebook.model.data.training_lines import TrainingLines
from strokebook.model.evaluation import novelty

TWIN = 2.5  # units of a frame of 200: drawings nearer than that are the same one, drawn twice
# SHA-256 of the test sets: rows as float32, in their order. Another set is another benchmark.
FROZEN = {
    "artist": "06ce19124221e6c436e8137f20428808dbfed19821743b95c17b47786537c9b2",
    "made": "298700641c5da9d6a1eac1a5e125418d057f23f5872a4bb82b2b5098cc95f730",
    "sheep": "2228773555a7b21d94aa3ee4805a1888b03e139a5fa87c6554f058e474226511",
}
# Test sets that were frozen before, by digest; results name theirs.
FORMER = {
    "b62a661d0d5ec0720ff4f5685400530bdd4a37b4dd3814aeced15c28f797ef80": "made, until 2026-11-30:"
    " 214 drawings, scribbles off bad scans among them",
    "b1ac00199a1840dda788a1335c04372e27c88204ce7240dbc2d7c18768c6443a": "artist, until 2026-11-30:"
    " 299 drawings, their polygons simplified by RDP at one unit (results/artist-rdp-0.json)",
    "055825502d2cbc995c7e773e1cfa67c8c3ae3bd597ea08ba4752960876fe1c00": "made, until 2026-11-30:"
    " 210 drawings of pages with a thousand points and RDP alone (results/made-thousand-0-*)",
}


@dataclass(frozen=True, eq=False)
class Hand:
    """The drawings of one hand.

    Attributes:
        name: ``artist``, ``made`` or ``sheep``.
        train: Stroke-3 ``(N, 3)`` in units of the data.
        valid: What is chosen by.
        test: What is reported; frozen.
        lines: The test drawings' lines as they were traced, not simplified; empty where there are
            none.
        train_lines: What the training drawings were simplified from, where known.
        removed: Twins of test drawings taken out of training and validation, and twins within
            the test set.
    """

    name: str
    train: list[Stroke3]
    valid: list[Stroke3]
    test: list[Stroke3]
    lines: tuple[Drawing, ...] = ()
    train_lines: TrainingLines | None = None
    removed: int = 0

    @property
    def digest(self) -> str:
        """Of the test set."""
        digest = hashlib.sha256()
        for rows in self.test:
            digest.update(np.ascontiguousarray(rows, np.float32).tobytes())
            digest.update(b"|")
        return digest.hexdigest()


def load(name: str, project: Path | None) -> Hand:
    """The hand of that name; ``made`` is read from a project."""
    if name == "made":
        if project is None:
            raise SystemExit("made needs --project: 1,000 pages of make-sample --seed 777.")
        return sample_library(project)
    return artist() if name == "artist" else sheep()


def artist() -> Hand:
    """The artist's figures (``look_i16``), joined, spliced and bent, without twins."""
    sets = line_sets.look()
    places = {id(rows): place for place, rows in enumerate(sets.train)}
    hand = without_twins(Hand("artist", sets.train, sets.valid, sets.test))
    lines = line_sets.look_lines().at([places[id(rows)] for rows in hand.train])
    return replace(hand, train_lines=lines)


def sheep() -> Hand:
    """The Sheep Market's split as published."""
    arrays = read_npz(line_sets.SHARED / "aaron_sheep.npz")
    return Hand("sheep", list(arrays.train), list(arrays.valid), list(arrays.test))


def sample_library(project: Path) -> Hand:
    """The data set of a project over ``make-sample --pages 1000 --seed 777``, split by page."""
    from strokebook.pipeline.project import open_project
    from strokebook.pipeline.stages.dataset import npz_file
    from strokebook.pipeline.stages.dataset_figures import framed_figures, traced_line
    from strokebook.pipeline.stages.train import training_lines

    with open_project(project) as opened:
        npz = npz_file(opened)
        parts = read_npz(npz)
        with np.load(npz.with_name(f"{npz.stem}.flat.npz")) as flat:
            names = [str(name) for name in flat["test_ids"]]
        figures = framed_figures(opened, names)
        lines = tuple(traced_line(opened, figure) for figure in figures if figure is not None)
        varied = training_lines(opened)
    return Hand("made", list(parts.train), list(parts.valid), list(parts.test), lines, varied)


def without_twins(hand: Hand) -> Hand:
    """Test drawings that are nearly alike once; none of their like in the other parts."""
    test = [hand.test[k] for k in _singles(hand.test)]
    train, valid = ([d for d, far in zip(p, _far(p, test), strict=True) if far]
                    for p in (hand.train, hand.valid))  # fmt: skip
    kept = len(train) + len(valid) + len(test)
    removed = len(hand.train) + len(hand.valid) + len(hand.test) - kept
    return replace(hand, train=train, valid=valid, test=test, removed=removed)


def _singles(drawings: Sequence[Stroke3]) -> list[int]:
    """Places of drawings of which no earlier one is a twin."""
    twins = [
        k
        for k in range(1, len(drawings))
        if novelty.nearest([drawings[k]], drawings[:k])[0].distance < TWIN
    ]
    return [k for k in range(len(drawings)) if k not in set(twins)]


def _far(drawings: Sequence[Stroke3], from_these: Sequence[Stroke3]) -> list[bool]:
    return [near.distance >= TWIN for near in novelty.nearest(drawings, from_these)]


def check_frozen(hand: Hand) -> None:
    """Refuse a test set that is not the frozen one.

    Raises:
        SystemExit: It is another one.
    """
    if not FROZEN[hand.name]:
        print(f"The test set of {hand.name} is not frozen yet; this one is {hand.digest}.")
    elif hand.digest in FORMER:
        print(f"A former test set ({FORMER[hand.digest]}): compare it with results of then alone.")
    elif FROZEN[hand.name] != hand.digest:
        raise SystemExit(
            f"The test set of {hand.name} is not the frozen one ({hand.digest}, {len(hand.test)}"
            f" drawings): numbers of two test sets must not be compared."
        )
