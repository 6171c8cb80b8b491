"""The log of edits for the artist: listing commands, taking them back, bringing them again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from strokebook.library.catalogue.records import Page
from strokebook.library.edits import log
from strokebook.library.edits.bodies import MEMBERS
from strokebook.library.edits.log import BY_ARTIST, Edit
from strokebook.library.edits.undo import Command
from strokebook.library.identity import image_of, images_of
from strokebook.pipeline.editing.curate import apply_cluster_decisions
from strokebook.pipeline.editing.describe import EditWords, name_few
from strokebook.pipeline.editing.effects import Effects, Standing, compare
from strokebook.pipeline.project import Project
from strokebook.vision.dates.spelling import spell_days

_SOURCES = {
    "hand": "by hand",
    "cluster": "by its cluster",
    "classifier": "by the classifier",
    "rule": "by the rule",
}


@dataclass(frozen=True)
class LogEntry:
    """One command as the log has it.

    Attributes:
        number: Its number in the log.
        at: When it was, ISO time in UTC.
        by: Where it came from (``library.edits.log.By``).
        says: In plain words.
        undone: It is taken back at present.
        edits: Its rows.
    """

    number: int
    at: str
    by: str
    says: str
    undone: bool
    edits: tuple[Edit, ...] = field(repr=False)

    def as_dict(self) -> dict[str, Any]:
        """For scripts."""
        edits = [{"seq": e.seq, "kind": e.kind, "by": e.by, **e.body} for e in self.edits]
        own = {name: getattr(self, name) for name in ("number", "at", "by", "says", "undone")}
        return {**own, "edits": edits}


@dataclass(frozen=True)
class HistoryStep:
    """A command that was taken back, or brought again.

    Attributes:
        entry: The command.
        now: How what it was about stands now, one sentence; "" where nothing is to be said.
        effects: What that changes further on.
    """

    entry: LogEntry
    now: str
    effects: Effects


def list_commands(
    project: Project, last: int, *, everything: bool = False
) -> tuple[list[LogEntry], int]:
    """The last commands, the newest last, and how many there are.

    Args:
        project: Open.
        last: How many at most.
        everything: Also what files and runs said, and undo and redo themselves.
    """
    catalogue = project.catalogue
    commands = _all_commands(project) if everything else catalogue.commands()
    words = EditWords(catalogue)
    shown = commands[max(0, len(commands) - last) :]
    return [_entry(words, command) for command in shown], len(commands)


def next_undo(project: Project, count: int) -> list[LogEntry]:
    """The commands that :func:`undo` would take back, the latest first.

    Raises:
        UsageError: There are not so many.
    """
    words = EditWords(project.catalogue)
    return [_entry(words, command) for command in project.catalogue.next_undo(count)]


def next_redo(project: Project, count: int) -> list[LogEntry]:
    """The commands that :func:`redo` would bring again, in that order.

    Raises:
        UsageError: There are not so many.
    """
    words = EditWords(project.catalogue)
    return [_entry(words, command) for command in project.catalogue.next_redo(count)]


def undo(project: Project, count: int) -> list[HistoryStep]:
    """Take the last commands back, all of them or none; what stood before them stands again.

    Raises:
        UsageError: There are not so many.
    """
    commands = project.catalogue.next_undo(count)
    return _steps(project, commands, back=True)


def redo(project: Project, count: int) -> list[HistoryStep]:
    """Bring the commands again that were taken back last, all of them or none.

    Raises:
        UsageError: There are not so many.
    """
    commands = project.catalogue.next_redo(count)
    return _steps(project, commands, back=False)


def private_pages(project: Project, entries: Sequence[LogEntry], *, marked: bool) -> list[str]:
    """The pages that commands mark private or, not ``marked``, take that mark from; their ids."""
    words = EditWords(project.catalogue)
    return [
        words.page_id(int(edit.body["page"]))
        for entry in entries
        for edit in entry.edits
        if edit.kind == "tag" and edit.body["tag"] == "private" and edit.body["on"] is marked
    ]


def _steps(project: Project, commands: Sequence[Command], *, back: bool) -> list[HistoryStep]:
    from strokebook.pipeline.stages.labelling import relabel

    catalogue, words, steps = project.catalogue, EditWords(project.catalogue), []
    act = catalogue.undo if back else catalogue.redo
    with catalogue.hand_edit():
        before = Standing.of(project)
        for command in commands:
            says = _entry(words, command)
            act([command])
            apply_cluster_decisions(project)
            relabel(project)
            after = Standing.of(project)
            steps.append(HistoryStep(says, _standing_now(project, command), compare(before, after)))
            before = after
    return steps


def _standing_now(project: Project, command: Command) -> str:
    """How the pages and drawings that a command was about stand now."""
    catalogue = project.catalogue
    kinds = {edit.kind for edit in command.edits}
    images = images_of(catalogue.db, _numbers(command))
    pages = [page for page in catalogue.pages() if page.image in images]
    parts = []
    if kinds & {"label", *MEMBERS}:
        parts += _grouped((page.id, _label_now(page)) for page in pages)
    if "tag" in kinds:
        parts += _grouped((page.id, _tags_now(page, command)) for page in pages)
    if "decision" in kinds:
        words = EditWords(catalogue)
        about = {words.drawing_name(e.body) for e in command.edits if e.kind == "decision"}
        drawings = catalogue.drawings(include_private=True)
        parts += _grouped(
            (d.id, "kept" if d.kept else "dropped") for d in drawings if d.id in about
        )
    if "date" in kinds:
        parts += _grouped(_dates_now(project, command))
    return f"Now {'; '.join(parts)}." if parts else ""


def _numbers(command: Command) -> set[int]:
    """The pages that a command said something of, as pages."""
    numbers = {int(e.body["page"]) for e in command.edits if isinstance(e.body.get("page"), int)}
    for edit in command.edits:
        if edit.kind in MEMBERS and edit.body["space"] == "pages":
            members = map(log.member_page, edit.body["members"])
            numbers |= {number for number in members if number is not None}
    return numbers


def _dates_now(project: Project, command: Command) -> list[tuple[str, str]]:
    """How the pages and sketchbooks that a command dated stand now, by what was said of them."""
    catalogue, words = project.catalogue, EditWords(project.catalogue)
    pages, books = catalogue.said_dates(), catalogue.said_book_dates()
    stands = []
    for body in (edit.body for edit in command.edits if edit.kind == "date"):
        if body.get("book"):
            name, said = str(body["book"]), books.get(body["book"], {})
        else:
            number = int(body["page"])
            image = image_of(catalogue.db, number)
            name, said = words.page_id(number), pages.get(image or "", {})
        days = said.get("hand") or said.get("read")
        stands.append((name, f"dated {spell_days(days)}" if days else "without a date of its own"))
    return stands


def _label_now(page: Page) -> str:
    source = _SOURCES.get(page.label_source or "")
    return f"{page.label}, {source}" if source else "without a label"


def _tags_now(page: Page, command: Command) -> str:
    tags = ", ".join(sorted(page.tags - {"private"}))
    tagged = f"tagged {tags}" if tags else "without tags"
    if not command.marks_private:
        return tagged
    if page.private:
        return "private"
    return f"private no longer, {tagged}, and looked at again by the next run"


def _grouped(stands: Iterable[tuple[str, str]]) -> list[str]:
    """``a and b are kept``: ids by what is so of them."""
    ids: dict[str, list[str]] = {}
    for name, what in stands:
        ids.setdefault(what, []).append(name)
    return [f"{_are(names)} {what}" for what, names in ids.items()]


def _are(ids: Sequence[str]) -> str:
    return f"{name_few(ids)} {'is' if len(ids) == 1 else 'are'}"


def _all_commands(project: Project) -> list[Command]:
    db = project.catalogue.db
    undone, groups = log.undone_commands(db), dict[int, list[Edit]]()
    for edit in log.read(db, "kind != 'page'"):
        groups.setdefault(edit.command, []).append(edit)
    return [Command(n, tuple(edits), n in undone) for n, edits in groups.items()]


def _entry(words: EditWords, command: Command) -> LogEntry:
    first = command.edits[0]
    by = next((e.by for e in command.edits if e.by in BY_ARTIST), first.by)
    return LogEntry(
        command.number,
        command.at,
        by,
        words.describe(command.edits),
        command.undone,
        command.edits,
    )
