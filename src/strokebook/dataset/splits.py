"""Train, valid and test: the arrays of a data set, and which page goes where."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from strokebook.base import Diagnostic, UsageError

Part = Literal["train", "valid", "test"]
PARTS: tuple[Part, ...] = ("train", "valid", "test")
Rows = npt.NDArray[Any]  # (N, 3) stroke-3, int16 or float32


class Splits(Protocol):
    """Anything with the three lists of ``(N, 3)`` stroke-3 arrays."""

    @property
    def train(self) -> tuple[Rows, ...]:
        """The drawings to learn from."""
        ...

    @property
    def valid(self) -> tuple[Rows, ...]:
        """The drawings that stop the training."""
        ...

    @property
    def test(self) -> tuple[Rows, ...]:
        """The drawings looked at once, at the end."""
        ...


@dataclass(frozen=True, eq=False)
class SplitArrays:
    """The drawings of a file, read; each ``(N, 3)`` stroke-3 with N ≥ 1, all numbers finite.

    Attributes:
        train: int16 arrays where the file holds integers that fit, else float32; so with the rest.
        valid: May be empty.
        test: May be empty.
        refused: Drawings of the file that were left out, and parts that it lacks (as warnings).
    """

    train: tuple[Rows, ...]
    valid: tuple[Rows, ...] = ()
    test: tuple[Rows, ...] = ()
    refused: tuple[Diagnostic, ...] = ()


def arrays_of(splits: Splits, part: Part) -> tuple[Rows, ...]:
    """The arrays of one part."""
    return {"train": splits.train, "valid": splits.valid, "test": splits.test}[part]


def offset_scale(arrays: Iterable[Rows]) -> float:
    """Standard deviation of all dx and dy taken together, about their mean.

    This is the factor that SketchRNN divides offsets by (Ha & Eck 2017, section 4); 0.0 when there
    are no arrays.
    """
    offsets = [np.asarray(a[:, :2], np.float64).ravel() for a in arrays]
    return float(np.concatenate(offsets).std()) if offsets else 0.0


def position(seed: int, group: str) -> float:
    """Where ``group`` lies in [0, 1): depends on the seed and its own name only."""
    key = hashlib.blake2b(f"{seed}\0{group}".encode(), digest_size=8).digest()
    return int.from_bytes(key, "big") / 2**64


def assign(
    groups: Collection[str],
    *,
    valid: float,
    test: float,
    seed: int,
    previous: Mapping[str, Part] | None = None,
) -> dict[str, Part]:
    """Which part each group (page) belongs to; all drawings of a page go there together.

    A page's place follows from a hash of the seed and its own name: below ``test`` it is a test
    page, below ``test + valid`` a validation page, else a train page. So pages that come later do
    not move those already there. A part that is left empty is then filled with one page from
    another (train first, then valid, then test), which the next pages could undo: no rule without
    memory can both fill three parts from any three pages and never move a page. Give the earlier
    split as ``previous`` and its pages keep their part for ever, except that train is never empty.

    Args:
        groups: Names of the pages; repeats count once.
        valid: Share of pages for validation; 0: none.
        test: Share of pages for testing; 0: none.
        seed: Another seed gives another split.
        previous: Parts of pages that are already split; names not in ``groups`` are ignored.

    Returns:
        A part for every group. With one page there is train only, with two train and valid.

    Raises:
        UsageError: The shares leave nothing to train on, or ``previous`` names an unknown part.
    """
    if valid + test >= 1:
        raise UsageError(
            f"Shares of {valid:g} for valid and {test:g} for test leave nothing to train on.",
            "Let valid and test add up to less than 1.",
        )
    pinned = {g: p for g, p in (previous or {}).items() if g in set(groups)}
    if unknown := set(pinned.values()) - set(PARTS):
        raise UsageError(
            f"{min(unknown)!r} is no part of a data set.", "Known: train, valid, test."
        )
    places = {g: position(seed, g) for g in groups}
    parts = {g: pinned.get(g) or _natural(places[g], valid, test) for g in sorted(places)}
    wanted: dict[Part, bool] = {"train": True, "valid": valid > 0, "test": test > 0}
    for part in PARTS:
        if wanted[part] and part not in parts.values():
            _fill(part, parts, places, set() if part == "train" else set(pinned))
    return parts


def _natural(place: float, valid: float, test: float) -> Part:
    if place < test:
        return "test"
    return "valid" if place < test + valid else "train"


def _fill(
    part: Part, parts: dict[str, Part], places: Mapping[str, float], fixed: Collection[str]
) -> None:
    """Move one group into the empty ``part``: from the fullest other, the lowest place first.

    A part that ranks after ``part`` may be emptied for it, one that ranks before keeps a group.
    """
    counts = {p: sum(q == p for q in parts.values()) for p in PARTS}
    donors = [
        g
        for g, p in parts.items()
        if g not in fixed and (counts[p] > 1 or PARTS.index(p) > PARTS.index(part))
    ]
    if donors:
        parts[min(donors, key=lambda g: (-counts[parts[g]], places[g], g))] = part
