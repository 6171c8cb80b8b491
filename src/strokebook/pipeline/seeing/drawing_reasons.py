"""Why a drawing is kept or dropped: who decided, how sure the measures are, and what they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from strokebook.library.catalogue.records import DrawingRecord
from strokebook.pipeline.project import Project
from strokebook.pipeline.seeing.page_reasons import spell_certainty
from strokebook.vision.composition.composition import COMPOSITIONS, CompositionVerdict
from strokebook.vision.composition.measure_words import spell_measures

MEASURED = "measure"  # the results, one a page, in which stage compose keeps what it measured
_WORDS = {"single": "one figure", "chain": "a chain of two to four figures", "pattern": "a pattern"}


@dataclass(frozen=True)
class Judgement:
    """What the measures say of a drawing, as the catalogue keeps it.

    Attributes:
        chances: Of each of :data:`COMPOSITIONS`: single, chain, pattern; they add up to 1.
        measures: Those that are spoken of, by name.
    """

    chances: tuple[float, ...]
    measures: Mapping[str, float]

    @classmethod
    def of(cls, verdict: CompositionVerdict) -> Judgement:
        """What is kept of a verdict."""
        return cls(verdict.chances, verdict.told)

    @property
    def kind(self) -> str:
        """The likeliest kind."""
        return COMPOSITIONS[max(range(len(COMPOSITIONS)), key=self.chances.__getitem__)]

    def certainty_of(self, kept: bool) -> float:
        """How sure it is that a drawing is rightly kept (as one figure), or rightly dropped."""
        return self.chances[0] if kept else 1 - self.chances[0]

    def as_dict(self) -> dict[str, Any]:
        """As the catalogue and scripts get it."""
        return {
            "chances": dict(zip(COMPOSITIONS, self.chances, strict=True)),
            "measures": self.measures,
        }


def read_judgements(project: Project) -> dict[str, Judgement]:
    """What the measures say, by the drawing's key; without drawings that were not measured yet."""
    judged = {}
    for summary in project.catalogue.summaries(MEASURED):
        for key, facts in summary.get("drawings", {}).items():
            chances = tuple(float(facts["chances"][kind]) for kind in COMPOSITIONS)
            judged[key] = Judgement(chances, facts["measures"])
    return judged


def explain_drawing(record: DrawingRecord, judgement: Judgement | None) -> str:
    """Who decided about a drawing, what the measures take it for, and what they are, in words."""
    decided = {
        "hand": "by hand, which holds before all else",
        "cluster": "its cluster was decided on, which holds before the measures",
        "measure": record.reason or "the measures",
        "filter": f"{record.reason}, by the data set's limits",
        None: "nothing speaks against it",
    }[record.reason_source]
    stands = "Kept" if record.kept else "Dropped"
    if record.reason_source is None and judgement is not None and judgement.kind != "single":
        decided = "it may be several figures, but that is not sure enough to drop it"
    if judgement is None:
        return f"{stands}: {decided}. It was not measured yet ('strokebook run')."
    chance = max(judgement.chances)
    return (
        f"{stands}: {decided}. The measures take it for {_WORDS[judgement.kind]}, "
        f"{spell_certainty(chance)}: {spell_measures(judgement.measures)}."
    )
