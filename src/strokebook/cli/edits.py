"""``log``, ``undo``, ``redo``: the list of edits, reverted and repeated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from strokebook.base.errors import UsageError
from strokebook.cli.app import HERE, AsJson, DryRun, ProjectDir, app, editing, finish, reading
from strokebook.cli.asking import confirm
from strokebook.cli.console import answer, print_json, say
from strokebook.cli.purge import purge_asking
from strokebook.pipeline.editing import history
from strokebook.pipeline.editing.describe import name_few
from strokebook.pipeline.editing.history import HistoryStep, LogEntry

Count = Annotated[int, typer.Argument(min=1, help="How many commands.", show_default=True)]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]


@app.command("log")
def show_log(
    project: ProjectDir = HERE,
    count: Annotated[
        int, typer.Option("-n", min=1, help="How many of the last commands to list.")
    ] = 20,
    everything: Annotated[
        bool, typer.Option("--all", help="Also list changes by files and runs, undo and redo.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List your edits, the newest last; `strokebook undo` reverts them.

    Example: `strokebook log -n 50`
    """
    with reading(project) as opened:
        entries, total = history.list_commands(opened, count, everything=everything)
    if as_json:
        print_json([entry.as_dict() for entry in entries])
        return
    if not entries:
        answer("Nothing was said by hand yet.")
        return
    width = len(str(entries[-1].number))
    for entry in entries:
        mark = "  (taken back)" if entry.undone else ""
        answer(f"{entry.number:>{width}}  {local_time(entry.at)}  {entry.says}{mark}")
    if len(entries) < total:
        answer(f"These are the last {len(entries)} of {total}; -n {total} lists all.")
    else:
        answer(f"{total} command{'s' * (total != 1)}.")


@app.command()
def undo(
    count: Count = 1,
    project: ProjectDir = HERE,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Undo your last edit, or the last N.

    Taking back a private mark shows the page again, so it is asked about first.

    Example: `strokebook undo 3`
    """
    with editing(project) as opened:
        planned = history.next_undo(opened, count)
        if dry_run:
            _show_plan("Would take back", planned)
            return
        shown = history.private_pages(opened, planned, marked=True)
        if shown and not yes and not _may_show(shown):
            say("Nothing was taken back.")
            return
        _show_steps("Took back", history.undo(opened, count))
        hidden = history.private_pages(opened, planned, marked=False)
        left = purge_asking(opened, yes=yes) if hidden else []
    finish(bool(left))


@app.command()
def redo(
    count: Count = 1,
    project: ProjectDir = HERE,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Redo what was undone last, or the last N.

    Example: `strokebook redo 3`
    """
    with editing(project) as opened:
        planned = history.next_redo(opened, count)
        if dry_run:
            _show_plan("Would bring back", planned)
            return
        shown = history.private_pages(opened, planned, marked=False)
        if shown and not yes and not _may_show(shown):
            say("Nothing was brought back.")
            return
        _show_steps("Brought back", history.redo(opened, count))
        hidden = history.private_pages(opened, planned, marked=True)
        left = purge_asking(opened, yes=yes) if hidden else []
    finish(bool(left))


def local_time(at: str) -> str:
    """An ISO time in UTC as the clock on the wall shows it; as it is where it is none."""
    try:
        time = datetime.fromisoformat(at)
    except ValueError:
        return at
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    return time.astimezone().strftime("%Y-%m-%d %H:%M")


def _may_show(pages: Sequence[str]) -> bool:
    """Whether pages may lose their private mark.

    Raises:
        UsageError: Nobody can be asked.
    """
    few = name_few(pages)
    word = "is" if len(set(pages)) == 1 else "are"
    answer = confirm(f"{few} would no longer be private by your mark. Go on?")
    if answer is None:
        raise UsageError(
            f"{few} {word} private by your mark, and nobody can be asked whether to take it away.",
            "Give --yes if that is meant; nothing was changed.",
        )
    return answer


def _show_plan(word: str, planned: Sequence[LogEntry]) -> None:
    for entry in planned:
        answer(f"{word} {entry.number}: {entry.says}.")


def _show_steps(word: str, steps: Sequence[HistoryStep]) -> None:
    for step in steps:
        say(f"{word} {step.entry.number}: {step.entry.says}.")
        if step.now:
            say(f"  {step.now}")
        for sentence in step.effects.sentences or ["Nothing changes further on."]:
            say(f"  {sentence}")
