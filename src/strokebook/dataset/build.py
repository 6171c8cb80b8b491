"""Drawings to a data set: measure, cut, scale, simplify, round, split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from strokebook.base import InputRefused, UsageError
from strokebook.base.progress import SILENT, Progress
from strokebook.dataset.options import DatasetOptions
from strokebook.dataset.rows import ink_length, to_rows
from strokebook.dataset.splits import PARTS, Part, Rows, assign, shares
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.resample import to_frame
from strokebook.geometry.simplify import simplify, simplify_to_budget

# However alike the drawings are, one is no outlier before it has a third of the lower quartile's
# points or three times the upper one's: a hand's fullest drawings are not to go.
LEAST_FACTOR = 3.0
OFF = 0.05  # by how much a part's share may miss the wanted one before a note says so


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
        low: The least number of points taken; None where nothing is cut.
        high: The greatest.
        note: Says how they came about and what they cut, or why there are none.
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
        line: What the rows were simplified from, in the frame.
    """

    id: str
    group: str
    part: Part
    rows: Rows
    epsilon: float
    scale: float
    line: Drawing


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
    show and not how densely they were sampled; by these numbers outliers are found and cut
    (:func:`find_cuts`). The rest is simplified under the budget, rounded, and split by page.

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
            _refuse_outside(source.id, counts[source.id], cuts)
            prepared[source.id] = _simplified(source.id, framed[source.id], options)
        except InputRefused as refused:
            reasons[source.id] = refused.bare_reason
    kept = [s for s in usable if s.id in prepared]
    parts = assign(
        Counter(s.group for s in kept),
        valid=options.valid,
        test=options.test,
        seed=options.seed,
        previous=previous,
    )
    return DataSet(
        options=options,
        examples=tuple(
            _example(s, prepared[s.id], parts[s.group], framed[s.id].whole) for s in kept
        ),
        verdicts=tuple(_verdict(s, counts[s.id], reasons.get(s.id, "")) for s in sources),
        cuts=cuts,
        groups=parts,
        notes=(cuts.note, *_split_notes(parts, Counter(s.group for s in kept), options)),
    )


def find_cuts(points: Sequence[int], options: DatasetOptions) -> Cuts:
    """The limits on the number of points from the drawings' own distribution.

    Left out is only what is an outlier by two measures at once: it lies beyond a percentile, which
    bounds how many may go, and beyond a fence in the logarithm of the points: the quartiles, and
    ``outlier_fence`` times the distance between them to either side (Tukey 1977, *Exploratory Data
    Analysis*, whose 3.0 stands for "far out"), at least a factor of three. A percentile alone takes
    the same share of every set, also of one without outliers, and where two hands are mixed it
    takes the fuller one's drawings. Logarithms, since the points of drawings differ by factors.

    Args:
        points: Points ``(N,)`` of the drawings, counted after the least simplification.
        options: The percentiles, the fence, and the least number of drawings.

    Returns:
        Both inclusive: what lies on a limit stays in. Percentiles are interpolated linearly.
    """
    if len(points) < options.min_drawings_to_cut:
        note = (
            f"No drawing was left out for its length: {len(points)} drawings are fewer than"
            f" {options.min_drawings_to_cut}."
        )
        return Cuts(None, None, note)
    low, high = np.percentile(points, [options.low_percentile, options.high_percentile])
    if options.outlier_fence:
        one, three = np.percentile(np.log(np.maximum(points, 1)), [25.0, 75.0])
        reach = max(options.outlier_fence * (three - one), np.log(LEAST_FACTOR))
        low, high = min(low, np.exp(one - reach)), max(high, np.exp(three + reach))
    few, many = sum(n < low for n in points), sum(n > high for n in points)
    note = (
        f"Left out as outliers, of {len(points)} drawings: {few} with fewer than {low:.0f} points"
        f" and {many} with more than {high:.0f}; points are counted after RDP at"
        f" {options.epsilon:g} units."
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
    """A drawing in the frame.

    Attributes:
        whole: As it came.
        sampled: At corners and even steps between them, if so asked.
        light: The same, simplified by the least tolerance.
        scale: Units of the frame per unit of the drawing as it was.
    """

    whole: Drawing
    sampled: Drawing
    light: Drawing
    scale: float

    @classmethod
    def of(cls, whole: Drawing, scale: float, options: DatasetOptions) -> _Framed:
        """A drawing that lies in the frame."""
        from strokebook.geometry.corner_sampling import sample_before_rdp

        sampled = sample_before_rdp(whole, options.step, options.epsilon)
        return cls(whole, sampled, simplify(sampled, options.epsilon), scale)


def _framed(source: Source, options: DatasetOptions) -> _Framed:
    whole, place = to_frame(source.drawing, options.frame)
    return _Framed.of(whole, place.scale, options)


def _refuse_outside(name: str, n: int, cuts: Cuts) -> None:
    if cuts.low is not None and n < cuts.low:
        raise InputRefused(name, f"far fewer points than the others ({n} < {cuts.low:.0f})")
    if cuts.high is not None and n > cuts.high:
        raise InputRefused(name, f"far more points than the others ({n} > {cuts.high:.0f})")


def line_rows(line: Drawing, options: DatasetOptions) -> Rows:
    """The rows of a line that lies in the frame, simplified as the data set's drawings are.

    Raises:
        InputRefused: It cannot be brought under the budget, or nothing is left of it.
    """
    return _simplified("A line", _Framed.of(line, 1.0, options), options)[0]


def _simplified(name: str, framed: _Framed, options: DatasetOptions) -> tuple[Rows, float, float]:
    """The rows, the tolerance and the scale of one drawing.

    Raises:
        InputRefused: It cannot be brought under the budget, or nothing is left of it.
    """
    simple, epsilon = framed.light, options.epsilon
    if simple.n_points >= options.point_budget:
        simple, epsilon = simplify_to_budget(framed.sampled, options.point_budget)
    rows = to_rows(simple, options.dtype)
    if len(rows) < options.least_points or not ink_length(rows) > 0:
        raise InputRefused(name, f"nothing is left of it at {options.frame:g} units")
    return rows, epsilon, framed.scale


def _example(
    source: Source, prepared: tuple[Rows, float, float], part: Part, line: Drawing
) -> Example:
    rows, epsilon, scale = prepared
    rows.flags.writeable = False
    return Example(source.id, source.group, part, rows, epsilon, scale, line)


def _verdict(source: Source, n: int, reason: str) -> SourceVerdict:
    drawing = source.drawing
    came = drawing.n_points
    return SourceVerdict(source.id, source.group, not reason, reason, came, n, len(drawing))


def _split_notes(
    parts: Mapping[str, Part], sizes: Mapping[str, int], options: DatasetOptions
) -> list[str]:
    wanted: dict[Part, float] = {
        "train": 1.0 - options.valid - options.test,
        "valid": options.valid,
        "test": options.test,
    }
    missing = [p for p in PARTS if wanted[p] > 0 and p not in parts.values()]
    if not parts:
        return ["The data set is empty: no drawing was kept."]
    if missing:
        pages = "1 page" if len(parts) == 1 else f"{len(parts)} pages"
        return [
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} empty: the drawings"
            f" come from {pages}, and a page is never split."
        ]
    have = shares(parts, sizes)
    # Whole pages cannot meet the shares to less than half the largest page.
    slack = max(OFF, 0.5 * max(sizes.values()) / sum(sizes.values()))
    if all(abs(have[p] - wanted[p]) <= slack for p in PARTS):
        return []
    percent = " / ".join(f"{100 * have[p]:.0f}" for p in PARTS)
    goal = " / ".join(f"{100 * wanted[p]:.0f}" for p in PARTS)
    return [
        f"Train, valid and test hold {percent} % of the drawings, where {goal} were wanted: pages"
        " keep the part that an earlier data set gave them. Pages that come will even it out; to"
        f" split anew, delete {options.name}.card.json and build the data set again."
    ]
