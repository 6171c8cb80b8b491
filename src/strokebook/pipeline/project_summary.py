"""Where the project stands, in numbers: the final table of a run and of ``status``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from strokebook.library.kinds import OTHER
from strokebook.pipeline.project import Project

Facts = dict[str, Any]
PRIVATE = "private"  # counted beside the kinds: pages that are only listed
STEPS = ("traced", "resampled", "joined", "spliced", "kept")
STAGES = ("scan", "embed", "trace", "figures", "compose", "dataset", "train", "draw", "report")


@dataclass(frozen=True)
class Table:
    """A titled table."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True)
class Summary:
    """The project in numbers.

    Attributes:
        pages: Pages by kind; ``private`` counts those that are only listed.
        drawings: ``found``, ``kept``, ``dropped``, ``too small``, and ``reasons`` with counts.
        steps: Strokes and points of all traced pages after each step.
        dataset: The data set's numbers; None before it is built.
        model: The model's losses; None before it is trained.
        seconds: Time per stage, over the work that its present results took.
    """

    pages: dict[str, int]
    drawings: dict[str, Any]
    steps: dict[str, dict[str, int]]
    dataset: dict[str, Any] | None
    model: dict[str, Any] | None
    seconds: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "pages": self.pages,
            "drawings": self.drawings,
            "steps": self.steps,
            "dataset": self.dataset,
            "model": self.model,
            "seconds": self.seconds,
        }

    def tables(self) -> list[Table]:
        """For people."""
        tables = [
            _pages_table(self.pages),
            _drawings_table(self.drawings),
            _steps_table(self.steps),
        ]
        if self.dataset:
            tables.append(_dataset_table(self.dataset))
        if self.model:
            tables.append(_model_table(self.model))
        rows = [(stage, f"{seconds:.1f}") for stage, seconds in self.seconds.items()]
        return [*tables, Table("Time", ("stage", "seconds"), rows)]


def summarise(project: Project) -> Summary:
    """The project's numbers, from the catalogue alone."""
    from strokebook.pipeline.stages.dataset import dataset_facts  # with OpenCV behind it

    train = project.catalogue.result("train", "all")
    figures = project.catalogue.summaries("figures")
    return Summary(
        pages=_pages(project),
        drawings=_drawings(project, figures),
        steps=_steps(figures),
        dataset=dataset_facts(project),
        model=dict(train.summary) if train else None,
        seconds=_seconds(project),
    )


def _pages(project: Project) -> dict[str, int]:
    shown = project.options.include_private
    kinds: Counter[str] = Counter()
    for (kind, private), count in project.catalogue.count_kinds().items():
        kinds[PRIVATE if private and not shown else kind or "unlabelled"] += count
    return {kind: kinds[kind] for kind in sorted(kinds, key=lambda k: (k in (PRIVATE, OTHER), k))}


def _drawings(project: Project, figures: Sequence[Facts]) -> dict[str, Any]:
    verdicts = project.catalogue.count_verdicts(include_private=project.options.include_private)
    reasons: Counter[str] = Counter()
    for (kept, reason, _), count in verdicts.items():
        if not kept:
            reasons[_bare(reason)] += count
    dropped = reasons.total()
    return {
        "found": verdicts.total(),
        "kept": verdicts.total() - dropped,
        "dropped": dropped,
        "too_small": sum(int(facts.get("small", 0)) for facts in figures),
        "reasons": dict(reasons.most_common()),
    }


def _bare(reason: str | None) -> str:
    """A reason without the numbers of the one drawing it is about."""
    return (reason or "").partition(" (")[0].partition(":")[0]


def _steps(figures: Sequence[Facts]) -> dict[str, dict[str, int]]:
    totals = {step: {"strokes": 0, "points": 0} for step in STEPS}
    for facts in figures:
        for step, (strokes, points) in facts.get("counts", {}).items():
            totals[step]["strokes"] += strokes
            totals[step]["points"] += points
    return totals


def _seconds(project: Project) -> dict[str, float]:
    sums = project.catalogue.seconds()
    return {stage: round(sums.get(stage, 0.0), 2) for stage in STAGES}


def _pages_table(pages: dict[str, int]) -> Table:
    rows = [*pages.items(), ("all", sum(pages.values()))]
    return Table("Pages", ("kind", "pages"), rows)


def _drawings_table(d: dict[str, Any]) -> Table:
    rows: list[tuple[object, object]] = [("found", d["found"]), ("kept", d["kept"])]
    rows += [(f"dropped: {reason}", count) for reason, count in d["reasons"].items()]
    rows.append(("too small to count as drawings", d["too_small"]))
    return Table("Drawings", ("", "drawings"), rows)


def _steps_table(steps: dict[str, dict[str, int]]) -> Table:
    rows = [(step, c["strokes"], c["points"]) for step, c in steps.items()]
    return Table("Strokes and points", ("after", "strokes", "points"), rows)


def _dataset_table(d: dict[str, Any]) -> Table:
    rows = [
        (part, c["drawings"], c["pages"], c["points"], f"{c['points'] / max(1, c['drawings']):.0f}")
        for part, c in d["parts"].items()
    ]
    columns = ("part", "drawings", "pages", "points", "points a drawing")
    return Table(f"Data set (scale {d['scale']:.2f})", columns, rows)


def _model_table(m: dict[str, Any]) -> Table:
    rows: list[tuple[object, object]] = [("steps", m["steps"]), ("best at step", m["best_step"])]
    rows += [(name.replace("_", " "), f"{v:.3f}") for name, v in (m["scores"] or {}).items()]
    if m.get("starter_per_point") is not None:
        rows.append(("the untouched starter, per point", f"{m['starter_per_point']:.3f}"))
        rows.append(("pictures drawn with", f"the {m['drawn_with']}"))
    return Table("Model (validation losses)", ("", ""), rows)
