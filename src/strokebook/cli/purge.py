"""Telling and asking before what private pages left is removed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from strokebook.base import owned
from strokebook.cli.asking import confirm
from strokebook.cli.console import complain, say
from strokebook.pipeline.project import Project
from strokebook.pipeline.removal.purge import PurgePlan, plan_purge, purge

HOUR, MINUTE = 3600, 60
_WORDS = {
    "cache": "previews and traces",
    "traces": "traces",
    "drawings": "separated drawings",
    "datasets": "data set",
    "pictures": "pictures, maps and contact sheets",
    "drawn": "what the model drew",
    "models": "models",
    "backups": "backups of the catalogue",
    "trash": "what lies in the trash",
    "report.html": "the report",
}


def purge_asking(project: Project, *, yes: bool) -> list[Path]:
    """Remove what private pages left, if the artist agrees; say what is going to go.

    Args:
        project: Open.
        yes: The artist agreed beforehand.

    Returns:
        Files that show a private page and are the artist's to remove; the project's folder where
        the removal itself waits for an answer.
    """
    waiting = plan_purge(project, confirmed=False)
    if waiting.images:
        _print_plan(project, waiting)
        agreed = yes or confirm("Remove all of this now? It cannot be brought back.")
        if agreed is None:
            complain(
                "Nothing of this is used any more. It is removed by the same command with --yes."
            )
            return [project.folder]
        if not agreed:
            complain("It stays, and is not used. The same command asks again.")
            return [project.folder]
        project.catalogue.confirm_purges()
    return finish_purges(project)


def finish_purges(project: Project) -> list[Path]:
    """Go through confirmed removals, those that were cut short too, and name what is left."""
    report = purge(project)
    if report is None:
        return []
    if report.plan.pages:
        pages = ", ".join(report.plan.pages)
        say(f"Removed what was made of {pages}: {len(report.plan.files)} files.")
    for diagnostic in report.diagnostics:
        complain(diagnostic)
    for path, what in report.plan.outside:
        complain(f"{path} ({what}) may show it; that is yours to remove.")
    return list(report.left)


def _print_plan(project: Project, plan: PurgePlan) -> None:
    counts = Counter(
        _WORDS.get(path.relative_to(owned.absolute(project.folder)).parts[0], "other files")
        for path in plan.files
    )
    say(f"Private now, and used for nothing: {', '.join(plan.pages)}.")
    say("To be removed, since they may show it:")
    for what, count in sorted(counts.items()):
        say(f"  {what}: {count} file{'' if count == 1 else 's'}")
    say("  what you said of it by hand: labels, keeps, drops (its private mark stays)")
    if plan.network:
        say("  the vision network: all pages are looked at again by the next run")
    if plan.model_seconds >= 1:
        say(f"  The model took {_spell(plan.model_seconds)} to train, and is trained anew.")
    for path, what in plan.outside:
        say(f"  Not by us: {path} ({what}); that is yours to remove.")


def _spell(seconds: float) -> str:
    if seconds >= HOUR:
        return f"{seconds / HOUR:.1f} hours"
    if seconds >= MINUTE:
        return f"{seconds / MINUTE:.0f} minutes"
    return f"{seconds:.0f} seconds"
