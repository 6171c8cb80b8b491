"""Drawings to a data set: measure, cut, scale, simplify, round, split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from strokebook.base import InputRefused, UsageError
from strokebook.base.progress import SILENT, Progress
from strokebook.dataset.options import DatasetOptions
from strokebook.dataset.rows import ink_length, to_rows
from strokebook.dataset.splits import PARTS, Part, Rows, assign
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.resample import to_frame
from strokebook.geometry.simplify import simplify, simplify_to_budget


@dataclass(frozen=True, eq=False)
class Source:
    """One drawing offered to a data set.

    Attributes:
        id: The drawing's own name; no two alike.
        group: The page it stands on (id or hash): what the split keeps together.
        drawing: In any unit.
    """

    id: str
    group: str
    drawing: Drawing


@dataclass(frozen=True)
class Cuts:
    """Which numbers of points are taken: ``low <= points <= high``, both inclusive.

    Attributes:
        low: The lower percentile of the drawings' points; None where nothing is cut.
        high: The upper percentile.
        note: Says which percentiles these are, or why there are none.
    """

    low: float | None
    high: float | None
    note: str


@dataclass(frozen=True, eq=False)
class Example:
    """One drawing as it stands in the data set.

    Attributes:
        id: Of its source.
        group: Of its source.
        part: train, valid or test.
        rows: ``(N, 3)`` stroke-3 in units of the frame; N below the budget.
        epsilon: Tolerance of the simplification in units of the frame; 0: none was needed.
        scale: Units of the frame per unit of the source.
    """

    id: str
    group: str
    part: Part
    rows: Rows
    epsilon: float
    scale: float


@dataclass(frozen=True)
class SourceVerdict:
    """What became of one source, for the catalogue.

    Attributes:
        id: Of the source.
        group: Of the source.
        kept: Whether it is in the data set.
        reason: Why not; empty where it was kept.
        points: Its points as it came.
        counted: Its points after the least simplification, which the cut goes by.
        strokes: Its strokes as it came.
    """

    id: str
    group: str
    kept: bool
    reason: str
    points: int
    counted: int
    strokes: int


@dataclass(frozen=True, eq=False)
class DataSet:
    """A training set with the story of each of its sources.

    Attributes:
        options: What it was made with.
        examples: The drawings kept, in the order of the sources.
        verdicts: One for every source, in their order.
        cuts: Limits on the number of points.
        groups: The part of every page that has a drawing kept; give it as ``previous`` next time.
        notes: Sentences for the artist: no cut, an empty part.
    """

    options: DatasetOptions
    examples: tuple[Example, ...]
    verdicts: tuple[SourceVerdict, ...]
    cuts: Cuts
    groups: dict[str, Part]
    notes: tuple[str, ...] = ()

    def of(self, part: Part) -> tuple[Example, ...]:
        """The examples of one part."""
        return tuple(e for e in self.examples if e.part == part)

    def ids(self, part: Part) -> tuple[str, ...]:
        """The ids of one part, in the order of its arrays."""
        return tuple(e.id for e in self.of(part))

    @property
    def train(self) -> tuple[Rows, ...]:
        """The arrays ``(N, 3)`` to learn from."""
        return tuple(e.rows for e in self.of("train"))

    @property
    def valid(self) -> tuple[Rows, ...]:
        """The arrays for validation."""
        return tuple(e.rows for e in self.of("valid"))

    @property
    def test(self) -> tuple[Rows, ...]:
        """The arrays for testing."""
        return tuple(e.rows for e in self.of("test"))


def build(
    sources: Sequence[Source],
    options: DatasetOptions | None = None,
    previous: Mapping[str, Part] | None = None,
    progress: Progress = SILENT,
) -> DataSet:
    """A data set of ``sources``; every one of them gets a verdict.

    Drawings that hold nothing to learn (too few points, no extent) are set aside. The others are
    scaled to the frame and simplified by the least tolerance, so that their points count what they
    show and not how densely they were sampled; of these numbers the percentiles are taken, and what
    lies outside them is cut. The rest is simplified under the budget, rounded, and split by page.

    Args:
        sources: In any order; the arrays come in the same.
        options: The defaults where None.
        previous: An earlier split to keep (see :func:`~strokebook.dataset.splits.assign`).
        progress: Told of every drawing simplified.

    Raises:
        UsageError: Two sources with one id, or settings that contradict each other.
    """
    options = options or DatasetOptions()
    _check(sources)
    reasons = {s.id: reason for s in sources if (reason := _unusable(s.drawing, options))}
    usable = [s for s in sources if s.id not in reasons]
    framed = {s.id: _framed(s, options) for s in usable}
    counts = {s.id: s.drawing.n_points for s in sources}
    counts |= {name: f.light.n_points for name, f in framed.items()}
    cuts = find_cuts([counts[s.id] for s in usable], options)
    prepared: dict[str, tuple[Rows, float, float]] = {}
    for source in progress.track(usable, "simplify", len(usable)):
        try:
            _refuse_outside(source.id, counts[source.id], cuts, options)
            prepared[source.id] = _simplified(source.id, framed[source.id], options)
        except InputRefused as refused:
            reasons[source.id] = refused.bare_reason
    kept = [s for s in usable if s.id in prepared]
    parts = assign(
        {s.group for s in kept},
        valid=options.valid,
        test=options.test,
        seed=options.seed,
        previous=previous,
    )
    return DataSet(
        options=options,
        examples=tuple(_example(s, prepared[s.id], parts[s.group]) for s in kept),
        verdicts=tuple(_verdict(s, counts[s.id], reasons.get(s.id, "")) for s in sources),
        cuts=cuts,
        groups=parts,
        notes=(cuts.note, *_split_notes(parts, options)),
    )


def find_cuts(points: Sequence[int], options: DatasetOptions) -> Cuts:
    """The limits on the number of points from the drawings' own distribution.

    The percentiles are interpolated linearly between neighbours; a drawing that lies on one of
    them stays in.
    """
    if len(points) < options.min_drawings_to_cut:
        note = (
            f"Nothing was cut: {len(points)} drawings are fewer than {options.min_drawings_to_cut}."
        )
        return Cuts(None, None, note)
    low, high = np.percentile(points, [options.low_percentile, options.high_percentile])
    note = (
        f"Drawings with fewer than {low:.0f} points (percentile {options.low_percentile:g}) or "
        f"more than {high:.0f} (percentile {options.high_percentile:g}) were cut; points are "
        f"counted after RDP at {options.epsilon:g} units."
    )
    return Cuts(float(low), float(high), note)


def _check(sources: Sequence[Source]) -> None:
    seen: set[str] = set()
    for source in sources:
        if source.id in seen:
            raise UsageError(f"Two drawings have the id {source.id!r}.", "Give each its own id.")
        seen.add(source.id)


def _unusable(drawing: Drawing, options: DatasetOptions) -> str:
    """Why a drawing holds nothing to learn, or nothing."""
    n = drawing.n_points
    if n < options.least_points:
        return f"fewer points than a drawing needs ({n} < {options.least_points})"
    if not np.ptp(drawing.points, axis=0).max() > 0:
        return f"no extent: its {n} points lie in one place"
    if not drawing.length > 0:
        return "no line: it is made of single points"
    return ""


@dataclass(frozen=True, eq=False)
class _Framed:
    """A drawing in the frame: as it came, and simplified by the least tolerance."""

    whole: Drawing
    light: Drawing
    scale: float


def _framed(source: Source, options: DatasetOptions) -> _Framed:
    whole, place = to_frame(source.drawing, options.frame)
    return _Framed(whole, simplify(whole, options.epsilon), place.scale)


def _refuse_outside(name: str, n: int, cuts: Cuts, options: DatasetOptions) -> None:
    if cuts.low is not None and n < cuts.low:
        which = f"{_ordinal(options.low_percentile)} percentile ({n} < {cuts.low:g})"
        raise InputRefused(name, f"fewer points than the {which}")
    if cuts.high is not None and n > cuts.high:
        which = f"{_ordinal(options.high_percentile)} percentile ({n} > {cuts.high:g})"
        raise InputRefused(name, f"more points than the {which}")


def _simplified(name: str, framed: _Framed, options: DatasetOptions) -> tuple[Rows, float, float]:
    """The rows, the tolerance and the scale of one drawing.

    Raises:
        InputRefused: It cannot be brought under the budget, or nothing is left of it.
    """
    simple, epsilon = framed.light, options.epsilon
    if simple.n_points >= options.point_budget:
        simple, epsilon = simplify_to_budget(framed.whole, options.point_budget)
    rows = to_rows(simple, options.dtype)
    if len(rows) < options.least_points or not ink_length(rows) > 0:
        raise InputRefused(name, f"nothing is left of it at {options.frame:g} units")
    return rows, epsilon, framed.scale


def _example(source: Source, prepared: tuple[Rows, float, float], part: Part) -> Example:
    rows, epsilon, scale = prepared
    rows.flags.writeable = False
    return Example(source.id, source.group, part, rows, epsilon, scale)


def _verdict(source: Source, n: int, reason: str) -> SourceVerdict:
    drawing = source.drawing
    came = drawing.n_points
    return SourceVerdict(source.id, source.group, not reason, reason, came, n, len(drawing))


def _split_notes(parts: Mapping[str, Part], options: DatasetOptions) -> list[str]:
    wanted = {"train": 1.0, "valid": options.valid, "test": options.test}
    missing = [p for p in PARTS if wanted[p] > 0 and p not in parts.values()]
    if not parts:
        return ["The data set is empty: no drawing was kept."]
    if not missing:
        return []
    pages = "1 page" if len(parts) == 1 else f"{len(parts)} pages"
    return [
        f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} empty: the drawings come "
        f"from {pages}, and a page is never split."
    ]


def _ordinal(n: float) -> str:
    whole = int(n)
    if whole != n:
        return f"{n:g}th"
    ending = {1: "st", 2: "nd", 3: "rd"}.get(whole % 10, "th")
    return f"{whole}{'th' if 10 <= whole % 100 <= 20 else ending}"
