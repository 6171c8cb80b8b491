"""Where the project stands, in numbers: the final table of a run and of ``status``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from strokebook.library.kinds import OTHER
from strokebook.pipeline.datasets import dataset_facts
from strokebook.pipeline.project import Project

STEPS = ("traced", "resampled", "joined", "spliced", "kept")
STAGES = ("scan", "see", "trace", "figures", "compose", "dataset", "train", "draw", "report")


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
        found = [_pages_table(self.pages), _drawings_table(self.drawings), _steps_table(self.steps)]
        if self.dataset:
            found.append(_dataset_table(self.dataset))
        if self.model:
            found.append(_model_table(self.model))
        rows = [(stage, f"{seconds:.1f}") for stage, seconds in self.seconds.items()]
        return [*found, Table("Time", ("stage", "seconds"), rows)]


def summarise(project: Project) -> Summary:
    """The project's numbers, from the catalogue alone."""
    train = project.catalogue.result("train", "all")
    return Summary(
        pages=_pages(project),
        drawings=_drawings(project),
        steps=_steps(project),
        dataset=dataset_facts(project),
        model=dict(train.summary) if train else None,
        seconds=_seconds(project),
    )


def _pages(project: Project) -> dict[str, int]:
    shown = project.options.include_private
    kinds = Counter(
        "private" if page.private and not shown else page.kind or "unlabelled"
        for page in project.catalogue.pages()
    )
    return {kind: kinds[kind] for kind in sorted(kinds, key=lambda k: (k in ("private", OTHER), k))}


def _drawings(project: Project) -> dict[str, Any]:
    records = project.catalogue.drawings(include_private=project.options.include_private)
    reasons = Counter(_bare(d.reason) for d in records if not d.kept)
    small = sum(
        int(r.summary.get("small", 0)) for r in project.catalogue.results("figures").values()
    )
    kept = sum(d.kept for d in records)
    return {
        "found": len(records),
        "kept": kept,
        "dropped": len(records) - kept,
        "too_small": small,
        "reasons": dict(reasons.most_common()),
    }


def _bare(reason: str | None) -> str:
    """A reason without the numbers of the one drawing it is about."""
    return (reason or "").partition(" (")[0].partition(":")[0]


def _steps(project: Project) -> dict[str, dict[str, int]]:
    totals = {step: {"strokes": 0, "points": 0} for step in STEPS}
    for result in project.catalogue.results("figures").values():
        for step, (strokes, points) in result.summary.get("counts", {}).items():
            totals[step]["strokes"] += strokes
            totals[step]["points"] += points
    return totals


def _seconds(project: Project) -> dict[str, float]:
    sums = {
        stage: sum(r.seconds for r in project.catalogue.results(stage).values()) for stage in STAGES
    }
    return {stage: round(seconds, 2) for stage, seconds in sums.items()}


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
    return Table("Model (validation losses)", ("", ""), rows)
