"""Undo and redo: rows of the log that take commands back and bring them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from strokebook.base.errors import UsageError
from strokebook.library.edits import log
from strokebook.library.edits.log import BY_ARTIST, Edit
from strokebook.library.edits.projection import apply, refold
from strokebook.library.edits.store import Store


@dataclass(frozen=True)
class Command:
    """The edits that one command of the artist's made.

    Attributes:
        number: Its number in the log.
        edits: Its rows, without those that only say which image a page's number stands for.
        undone: True when it is taken back at present.
    """

    number: int
    edits: tuple[Edit, ...]
    undone: bool

    @property
    def at(self) -> str:
        """When it was, ISO time in UTC."""
        return self.edits[0].at

    @property
    def marks_private(self) -> bool:
        """True when taking it back may make a page public."""
        return any(e.kind == "tag" and e.body["tag"] == "private" for e in self.edits)


class UndoRows(Store):
    """Listing the artist's commands, taking them back, bringing them again."""

    def commands(self) -> list[Command]:
        """The artist's commands in order; undo and redo themselves are not among them."""
        undone = log.undone_commands(self.db)
        groups: dict[int, list[Edit]] = {}
        for edit in log.read(self.db):
            if edit.by in BY_ARTIST + ("import",) and edit.kind not in ("page", "undo", "redo"):
                groups.setdefault(edit.command, []).append(edit)
        return [Command(n, tuple(edits), n in undone) for n, edits in groups.items()]

    def undo(self, commands: Sequence[Command]) -> list[Command]:
        """Take commands back; what stood before them stands again.

        Returns:
            Them, as they are now.
        """
        return self._step("undo", commands)

    def redo(self, commands: Sequence[Command]) -> list[Command]:
        """Bring commands again that were taken back."""
        return self._step("redo", commands)

    def next_undo(self, count: int) -> list[Command]:
        """The last ``count`` commands that stand, the latest first.

        Raises:
            UsageError: There are not so many.
        """
        commands = self.commands()
        left = [c for c in commands if not (c.undone or _is_import(c) or _is_emptied(c))]
        return self._last(left, count, "undo")

    def next_redo(self, count: int) -> list[Command]:
        """The commands that were taken back last, since the last new command.

        Raises:
            UsageError: There are not so many.
        """
        steps = log.read(self.db, "kind IN ('undo', 'redo')")
        newest = max((c.number for c in self.commands()), default=0)
        waiting: list[int] = []
        for step in steps:
            number = int(step.body["of"])
            if step.seq < newest:
                continue
            if step.kind == "undo":
                waiting.append(number)
            elif number in waiting:
                waiting.remove(number)
        known = {c.number: c for c in self.commands()}
        left = [known[n] for n in waiting if n in known and not _is_emptied(known[n])]
        return self._last(left, count, "redo")

    def _step(self, kind: str, commands: Sequence[Command]) -> list[Command]:
        numbers = {c.number for c in commands}
        with self.hand_edit():
            for command in commands:
                step = self._append(kind, {"of": command.number})
                apply(self.db, step)
            touched = [e for c in commands for e in c.edits]
            touched += [
                e for e in log.read(self.db, "by = 'run'") if e.body.get("follows") in numbers
            ]
            refold(self.db, touched)
            self.refresh_cluster_names()
            self._note_private(touched)
            self.db.run("DELETE FROM purge WHERE image NOT IN (SELECT image FROM private_image)")
        return [c for c in self.commands() if c.number in numbers]

    def _note_private(self, edits: Sequence[Edit]) -> None:
        """Pages that a redo makes private again are noted for the purge, as tagging does."""
        for edit in edits:
            if edit.kind == "tag" and edit.body["tag"] == "private":
                self.db.run(
                    "INSERT OR IGNORE INTO purge SELECT i.image, p.id, ?, 0 FROM identity i "
                    "JOIN page p ON p.image = i.image JOIN image_tag t ON t.image = i.image "
                    "AND t.tag = 'private' AND t.active WHERE i.number = ?",
                    (edit.at, edit.body["page"]),
                )

    def refresh_cluster_names(self) -> None:
        """Overridden where clusters are known."""
        raise NotImplementedError

    @staticmethod
    def _last(left: Sequence[Command], count: int, word: str) -> list[Command]:
        if not left:
            raise UsageError(f"There is nothing to {word}.")
        if count > len(left):
            raise UsageError(
                f"There are only {len(left)} commands to {word}, not {count}.",
                f"'strokebook log' lists them; '{word} {len(left)}' takes all.",
            )
        return list(reversed(left))[:count]


def _is_import(command: Command) -> bool:
    """Edits taken over from an older project are no command of its own to take back in passing."""
    return all(e.by == "import" for e in command.edits)


def _is_emptied(command: Command) -> bool:
    """Nothing of it is left since the pages that it was about became private."""
    return all(e.kind == log.REDACTED for e in command.edits)
