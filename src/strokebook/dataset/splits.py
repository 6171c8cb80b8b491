"""Train, valid and test: the arrays of a data set, and which page goes where."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from strokebook.base import Diagnostic, UsageError
from strokebook.dataset.options import DatasetOptions
from strokebook.geometry.drawing import Drawing

Part = Literal["train", "valid", "test"]
PARTS: tuple[Part, ...] = ("train", "valid", "test")
_OF_PAGE = re.compile(r"(.+?p\d+)(?:v\d+)?(?:--.*)?(?:~.*)?$")
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
        rule: By which the drawings got their points; None: not known.
        lines: What the training drawings were simplified from, in their order; empty: not known.
    """

    train: tuple[Rows, ...]
    valid: tuple[Rows, ...] = ()
    test: tuple[Rows, ...] = ()
    refused: tuple[Diagnostic, ...] = ()
    rule: DatasetOptions | None = None
    lines: tuple[Drawing, ...] = ()


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


def page_group(page: str) -> str:
    """What of a page's id its twins share: ``sb48p005`` of ``sb48p005v2`` and ``sb48p005--sneer``.

    Twins are scans of one page, or versions of one drawing: in two parts, the drawings to be
    judged by would be among those learnt from.
    """
    match = _OF_PAGE.match(page)
    return match.group(1) if match else page


def assign(
    groups: Mapping[str, int],
    *,
    valid: float,
    test: float,
    seed: int,
    previous: Mapping[str, Part] | None = None,
) -> dict[str, Part]:
    """Which part each group (page) belongs to; all drawings of a page go there together.

    Each page has a place in [0, 1), a hash of the seed and its own name: below ``test`` it is a
    test page, below ``test + valid`` a validation page, else a train page. Pages hold different
    numbers of drawings, so that alone would miss the wanted shares by far in a small library.
    Therefore single pages then change their part, or two pages change places, as long as that
    brings the drawings' shares nearer to the wanted ones (by Pearson's chi-square); of pages that
    would do as well, the one whose place lies nearest to the other part goes.

    What that trades: without ``previous`` a page added later may move others, though few: those
    near the bounds between the parts. With ``previous`` its pages keep their part for ever (except
    that train is never empty), and the pages that come bring the shares nearer again.

    Args:
        groups: Page → number of its drawings.
        valid: Share of the drawings for validation; 0: none.
        test: Share of the drawings for testing; 0: none.
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
    pinned = {g: p for g, p in (previous or {}).items() if g in groups}
    if unknown := set(pinned.values()) - set(PARTS):
        raise UsageError(
            f"{min(unknown)!r} is no part of a data set.", "Known: train, valid, test."
        )
    places = {g: position(seed, g) for g in groups}
    parts = {g: pinned.get(g) or _natural(places[g], valid, test) for g in sorted(places)}
    wanted: dict[Part, float] = {"train": 1.0 - valid - test, "valid": valid, "test": test}
    for part in PARTS:
        if wanted[part] > 0 and part not in parts.values():
            _fill(part, parts, places, set() if part == "train" else set(pinned))
    _balance(parts, groups, places, wanted, set(pinned))
    return parts


def shares(parts: Mapping[str, Part], groups: Mapping[str, int]) -> dict[Part, float]:
    """The share of all drawings that each part holds; nothing but zeros where there are none."""
    total = sum(groups[g] for g in parts)
    return {
        part: sum(groups[g] for g, p in parts.items() if p == part) / max(total, 1)
        for part in PARTS
    }


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


def _balance(
    parts: dict[str, Part],
    sizes: Mapping[str, int],
    places: Mapping[str, float],
    wanted: Mapping[Part, float],
    fixed: Collection[str],
) -> None:
    """Move single pages, or swap two, while that brings the drawings' shares nearer to ``wanted``.

    Pages of one part and one size do alike, so of each such class only the page nearest to the
    other part is tried: the work does not grow with the square of the pages.
    """
    total = sum(sizes.values())
    targets = {p: share * total for p, share in wanted.items() if share > 0}
    free = [g for g in parts if g not in fixed]
    while True:
        have = {p: sum(sizes[g] for g in parts if parts[g] == p) for p in PARTS}
        pages = {p: sum(q == p for q in parts.values()) for p in PARTS}
        best, chosen = 0.0, None
        for one, two in itertools.permutations(targets, 2):
            given = _candidates(free, parts, sizes, places, one, two, wanted)
            taken = _candidates(free, parts, sizes, places, two, one, wanted)
            for size, group in given.items():
                back: list[tuple[int, str | None]] = [*taken.items()]
                if pages[one] > 1:  # a part is never emptied
                    back.append((0, None))
                for other, swapped in back:
                    gain = _gain(have[one], have[two], targets[one], targets[two], size - other)
                    if gain > best + 1e-9:
                        best, chosen = gain, (group, swapped, one, two)
        if chosen is None:
            return
        group, swapped, one, two = chosen
        parts[group] = two
        if swapped is not None:
            parts[swapped] = one


def _candidates(
    free: Collection[str],
    parts: Mapping[str, Part],
    sizes: Mapping[str, int],
    places: Mapping[str, float],
    one: Part,
    two: Part,
    wanted: Mapping[Part, float],
) -> dict[int, str]:
    """For each number of drawings the page of ``one`` whose place lies nearest to ``two``."""
    low = {"test": 0.0, "valid": wanted["test"], "train": wanted["test"] + wanted["valid"]}[two]
    high = low + wanted[two]
    nearest: dict[int, tuple[float, str]] = {}
    for group in free:
        if parts[group] == one:
            place = places[group]
            away = (max(low - place, place - high, 0.0), group)
            nearest[sizes[group]] = min(nearest.get(sizes[group], away), away)
    return {size: nearest[size][1] for size in sorted(nearest)}


def _gain(one: int, two: int, target_one: float, target_two: float, moved: int) -> float:
    """By how much chi-square falls when ``moved`` drawings go from the one part to the other."""
    before = (one - target_one) ** 2 / target_one + (two - target_two) ** 2 / target_two
    after = (one - moved - target_one) ** 2 / target_one
    return before - after - (two + moved - target_two) ** 2 / target_two
