"""The stages in order: what feeds what, and how far to go."""

from __future__ import annotations

import logging
from collections.abc import Callable

from strokebook.base.errors import UsageError
from strokebook.base.options import nearest
from strokebook.pipeline.locks import check_stop, running
from strokebook.pipeline.project import Project
from strokebook.pipeline.removal.purge import purge
from strokebook.pipeline.removal.tidying import tidy
from strokebook.pipeline.stage import Outcome
from strokebook.pipeline.stages import embed
from strokebook.pipeline.stages.compose import compose
from strokebook.pipeline.stages.dataset import build_dataset
from strokebook.pipeline.stages.draw import draw_with_model
from strokebook.pipeline.stages.embed import embed_pages
from strokebook.pipeline.stages.figures import separate_pages
from strokebook.pipeline.stages.report import write_report
from strokebook.pipeline.stages.scan import scan_library
from strokebook.pipeline.stages.trace import trace_pages
from strokebook.pipeline.stages.train import train_model

log = logging.getLogger(__name__)

# Each stage reads only what those above it wrote.
STAGES: dict[str, Callable[[Project], Outcome]] = {
    "scan": scan_library,
    "embed": embed_pages,
    "trace": trace_pages,
    "figures": separate_pages,
    "compose": compose,
    "dataset": build_dataset,
    "train": train_model,
    "draw": draw_with_model,
    "report": write_report,
}
FORMER_NAMES = {embed.FORMER: embed.STAGE}


def resolve_stage(name: str | None) -> str | None:
    """The stage of that name, or of one that it had before.

    Raises:
        UsageError: No stage is called so.
    """
    name = FORMER_NAMES.get(name or "", name)
    if name is not None and name not in STAGES:
        raise UsageError(f"There is no stage {name!r}.", nearest(name, STAGES))
    return name


def run_all(project: Project, until: str | None = None) -> list[Outcome]:
    """Run every stage (up to ``until``); each works only on what changed.

    Raises:
        UsageError: No stage is called ``until``.
        StrokebookError: A stage cannot go on at all, or another run is at work in the project;
            what was done is kept.
    """
    until = resolve_stage(until)
    tidy(project)
    outcomes = []
    with running(project):
        purge(project)  # a removal that was cut short comes before anything is read
        for name, stage in STAGES.items():
            check_stop(project)
            log.info("stage %s begins", name)
            outcomes.append(outcome := stage(project))
            log.info(
                "stage %s ends: %d worked on, %d ready, %d refused, %.1f s",
                name,
                outcome.worked,
                outcome.ready,
                sum(r.is_error for r in outcome.diagnostics),
                outcome.seconds,
            )
            if name == until:
                break
    return outcomes
