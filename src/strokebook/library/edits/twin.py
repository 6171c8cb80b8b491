"""``hand.json``, the readable twin of the log of edits: one JSON object a line, only added to.

The first line is a head that says what the file is and how to edit it by hand. Deleting the
database loses no edit: its log is made again from this file. Edits that somebody wrote into the
file by hand are taken in as new edits; lines that were taken out are put back.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from strokebook.base.errors import StrokebookError
from strokebook.base.files import write_text
from strokebook.base.reading import plain_size
from strokebook.base.steps import step
from strokebook.library.clock import now
from strokebook.library.edits import log
from strokebook.library.edits.bodies import MalformedError, check_body
from strokebook.library.edits.legacy import import_first_format
from strokebook.library.edits.log import REDACTED, Edit
from strokebook.library.edits.projection import apply, rebuild
from strokebook.library.sqlite.database import Database

FORMAT, VERSION = "strokebook edits", 2
HEAD = {
    "format": FORMAT,
    "version": VERSION,
    "about": (
        "Everything you said by hand, one edit a line, oldest first; the catalogue is made again "
        "from this file if it is lost. You may edit it: change what a line says, or add a line "
        "such as the others without seq, command and at. Take edits back with 'strokebook undo'; "
        "a line that is deleted here comes back."
    ),
}
BACKUPS = "backups"
_STATE, _SEQ = "twin_state", "twin_seq"
_OWN = ("seq", "command", "at", "by", "kind")


@dataclass
class Parsed:
    """What the file holds.

    Attributes:
        edits: Lines that have numbers.
        new: Lines without, added by hand: kind and body of each.
        bad: Lines that cannot be understood: number in the file, reason, text.
    """

    edits: list[Edit] = field(default_factory=list)
    new: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    bad: list[tuple[int, str, str]] = field(default_factory=list)


def to_line(edit: Edit) -> str:
    """An edit as the file holds it."""
    own = {name: getattr(edit, name) for name in _OWN}
    return json.dumps({**own, **edit.body}, ensure_ascii=False, allow_nan=False) + "\n"


def bring_together(db: Database, path: Path) -> None:
    """Take in what the file has and the log lacks, and write what the file lacks.

    Raises:
        StrokebookError: The file cannot be read, or has lines that cannot be understood (they are
            kept in a file beside it); or a newer strokebook wrote it.
    """
    with db.transaction():
        problem = _read_changes(db, path)
        _append_missing(db, path)
    if problem is not None:
        raise problem


def write_missing(db: Database, path: Path) -> None:
    """Write the rows that the file lacks; what was changed in it meanwhile is taken in first.

    Raises:
        StrokebookError: As :func:`bring_together`, or the file cannot be written.
    """
    # In one transaction, so that no other process's rows fall between reading and writing.
    problem = None
    with db.transaction():
        if log.next_seq(db) - 1 > _meta(db, _SEQ):
            problem = _read_changes(db, path)
            _append_missing(db, path)
    if problem is not None:
        raise problem


def rewrite(db: Database, path: Path) -> None:
    """Write the whole file anew from the log, as after a page's edits were redacted."""
    with db.transaction():
        _write_all(db, path)


def _read_changes(db: Database, path: Path) -> StrokebookError | None:
    """Compare the file with the log, unless it is as we left it.

    Returns:
        What is wrong with some of its lines, to be raised when the rest is committed.
    """
    if not path.exists():
        if log.next_seq(db) > 1:
            _write_all(db, path)
        return None
    if _status(path) == _text_meta(db, _STATE):
        return None
    text = _read(path)
    if not is_present_format(text):
        _import_old(db, path, text)
        return None
    _check_version(path, text)
    parsed = parse(text)
    problem = _set_aside(path, parsed) if parsed.bad else None
    whole = text.endswith("\n")
    if _take_in(db, parsed) or problem is not None or not whole:
        _write_all(db, path)
    else:
        _remember(db, path, max((e.seq for e in parsed.edits), default=0))
    return problem


def is_present_format(text: str) -> bool:
    """Whether a file has one edit a line, and is none of the first format."""
    return text.startswith('{"format": "' + FORMAT)


def _check_version(path: Path, text: str) -> None:
    try:
        version = json.loads(text.partition("\n")[0]).get("version", VERSION)
    except (ValueError, AttributeError):
        return  # a damaged head says nothing that the lines do not say
    if isinstance(version, int) and version > VERSION:
        raise StrokebookError(
            f"{path} was written by a newer strokebook (version {version}).", "Update strokebook."
        )


def _import_old(db: Database, path: Path, text: str) -> None:
    """A file of the first format: its edits go into the log, the file itself is kept aside."""
    try:
        edits = import_first_format(db, text)
    except MalformedError as error:
        raise _malformed(db, path, str(error)) from error
    for kind, body, at in edits:
        apply(db, log.append(db, kind, body, command=None, by="import", at=at))
    # Into the folder of backups, which a page that becomes private takes with it.
    write_text(_free_name(path.parent / BACKUPS / path.name, "first-format"), text)
    _write_all(db, path)


def _take_in(db: Database, parsed: Parsed) -> bool:
    """Put the file's lines into the log where it lacks them; True when the file must be rewritten.

    A line with the number of a row that says something else was edited by hand: it becomes a new
    edit. What privacy has emptied stays so, whatever an older copy of the file says.
    """
    known = {edit.seq: edit for edit in log.read(db)}
    restored, odd = _restorable(parsed.edits, max(known, default=0))
    if restored:
        log.insert(db, restored)
        rebuild(db)
    redacted, changed, emptied = log.redacted_pages(db), [], False
    for edit in parsed.edits:
        row = known.get(edit.seq)
        if row is None or (edit.kind, dict(edit.body)) == (row.kind, dict(row.body)):
            continue
        if row.kind == REDACTED or log.without_pages(edit, redacted) == dict(row.body):
            emptied = True
        else:
            changed.append(edit)
    for kind, body in [*((e.kind, dict(e.body)) for e in [*changed, *odd]), *parsed.new]:
        apply(db, log.append(db, kind, body, command=None, by="twin", at=now()))
    lost = set(known) - {e.seq for e in parsed.edits}
    behind = any(seq <= _meta(db, _SEQ) for seq in lost)
    return bool(changed or odd or parsed.new or behind or emptied)


def _restorable(edits: Sequence[Edit], last: int) -> tuple[list[Edit], list[Edit]]:
    """Rows that a log that ends at ``last`` lacks, and lines whose number cannot be a row's.

    Behind a log that has rows the numbers go on without a gap; what does not was written by hand.
    """
    restored: dict[int, Edit] = {}
    odd: list[Edit] = []
    for edit in sorted((e for e in edits if e.seq > last), key=lambda e: e.seq):
        follows = not last or edit.seq == last + len(restored) + 1
        if follows and edit.seq not in restored:
            restored[edit.seq] = edit
        else:
            odd.append(edit)
    return list(restored.values()), odd


def parse(text: str) -> Parsed:
    """Read a file of the present format; the torn end that a killed write left is passed over."""
    parsed = Parsed()
    lines = text.split("\n")
    torn = lines.pop()  # "" after the last line's end
    for number, line in enumerate(lines[1:], start=2):
        if line.strip():
            _parse_line(number, line, parsed)
    if torn.strip():
        _parse_torn(len(lines) + 1, torn, parsed)
    return parsed


def _parse_torn(number: int, line: str, parsed: Parsed) -> None:
    """A last line without its end: whole if it reads as an edit, else what a kill left of one."""
    trial = Parsed()
    _parse_line(number, line, trial)
    if not trial.bad:
        parsed.edits += trial.edits
        parsed.new += trial.new
    elif not line.startswith('{"seq": '):
        parsed.bad += trial.bad


def _parse_line(number: int, line: str, parsed: Parsed) -> None:
    try:
        value = json.loads(line)
        if not isinstance(value, dict):
            raise MalformedError("is no JSON object")
        kind = value.get("kind")
        if not isinstance(kind, str):
            raise MalformedError("has no 'kind'")
        body = check_body(kind, {k: v for k, v in value.items() if k not in _OWN})
        if "seq" not in value:
            parsed.new.append((kind, body))
            return
        seq = _counted(value["seq"], "seq")
        command = _counted(value.get("command", seq), "command")
        at, by = str(value.get("at", "")), str(value.get("by", "hand"))
        parsed.edits.append(Edit(seq, command, at, by, kind, body))
    except (ValueError, RecursionError) as error:  # JSON's errors and ours are ValueErrors
        parsed.bad.append((number, str(error) or "is nested too deeply", line))


def _counted(value: Any, name: str) -> int:
    if type(value) is not int or not 0 < value < 2**53:
        raise MalformedError(f"{name!r} should be a whole number from 1")
    return value


def _set_aside(path: Path, parsed: Parsed) -> StrokebookError:
    """Keep the lines that cannot be understood in a file of their own; the others count."""
    number, reason, _ = parsed.bad[0]
    kept, more = _free_name(path, "bad"), len(parsed.bad) - 1
    write_text(kept, "".join(text + "\n" for _, _, text in parsed.bad))
    return StrokebookError(
        f"{path}: line {number} cannot be understood ({reason})"
        + (f", nor can {more} other{'s' * (more > 1)}." if more else "."),
        f"What cannot be understood was moved to {kept.name} and is not used: correct it and put "
        "it back, or go on without it. All other lines are used.",
    )


def _malformed(db: Database, path: Path, reason: str) -> StrokebookError:
    fresh = log.next_seq(db) == 1
    if fresh:
        # Without a log to go on with, running on would make private pages public.
        return StrokebookError(
            f"{path} cannot be understood ({reason}), and the catalogue has no edits of its own.",
            "Correct the file, or restore it from a backup; move it away only if nothing in it "
            "matters.",
        )
    kept = _keep_aside(path, "bad")
    return StrokebookError(
        f"{path} cannot be understood ({reason}).",
        f"It is kept as {kept.name}. Correct it and rename it back; or run again to go on "
        "without it, with the edits that the catalogue knows.",
    )


def _free_name(path: Path, word: str) -> Path:
    number = 1
    while (kept := path.with_name(f"{path.name}.{word}-{number}")).exists():
        number += 1
    return kept


def _keep_aside(path: Path, word: str) -> Path:
    kept = _free_name(path, word)
    try:
        path.rename(kept)
    except OSError as error:
        raise StrokebookError(
            f"{path} cannot be set aside ({error.strerror}).", "Move it elsewhere by hand."
        ) from error
    return kept


def _append_missing(db: Database, path: Path) -> None:
    edits = log.read(db, "seq > ?", [_meta(db, _SEQ)])
    if not edits:
        return
    if not path.exists():
        _write_all(db, path)
        return
    _append(path, "".join(map(to_line, edits)))
    _remember(db, path, edits[-1].seq)


def _append(path: Path, text: str) -> None:
    """Add lines at the end and flush them to disk; a write that fails leaves nothing behind."""
    plain_size(path)
    try:
        with path.open("r+b") as file:
            end = file.seek(0, os.SEEK_END)
            start = _after_last_line(file, end)
            try:
                file.seek(start)
                file.truncate()
                step("append", path)
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                file.truncate(start)
                raise
    except OSError as error:
        raise _unwritable(path, error) from error


def _after_last_line(file: Any, end: int) -> int:
    """Where the last whole line ends: a killed write may have left part of another."""
    size = min(end, 1 << 20)
    file.seek(end - size)
    tail = file.read(size)
    return end - size + tail.rfind(b"\n") + 1 if b"\n" in tail else end


def _write_all(db: Database, path: Path) -> None:
    edits = log.read(db)
    head = json.dumps(HEAD, ensure_ascii=False) + "\n"
    try:
        # One writer at a time holds the catalogue: what lies there half-written is of a killed one.
        for part in path.parent.glob(f".{path.name}.*.part"):
            part.unlink()
        write_text(path, head + "".join(map(to_line, edits)))
    except OSError as error:
        raise _unwritable(path, error) from error
    _remember(db, path, edits[-1].seq if edits else 0)


def _unwritable(path: Path, error: OSError) -> StrokebookError:
    return StrokebookError(
        f"{path} cannot be written ({error.strerror}); the edit is in the catalogue only.",
        "Check the permissions of the project's folder and the space on its disk; the next "
        "command writes what is missing.",
    )


def _read(path: Path) -> str:
    plain_size(path)  # a pipe would be waited for
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise StrokebookError(
            f"{path} cannot be read ({error.strerror}).", "Check its permissions."
        ) from error
    except UnicodeDecodeError as error:
        raise StrokebookError(
            f"{path} is not UTF-8 text ({error.reason} at byte {error.start}).",
            "Save it as UTF-8, or restore it from a backup.",
        ) from error


def _status(path: Path) -> str:
    status = path.stat()
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ino}"


def _remember(db: Database, path: Path, seq: int) -> None:
    db.run_many(
        "INSERT OR REPLACE INTO meta VALUES (?, ?)",
        [(_STATE, _status(path)), (_SEQ, str(seq))],
    )


def _text_meta(db: Database, name: str) -> str:
    row = db.row("SELECT value FROM meta WHERE name = ?", (name,))
    return str(row[0]) if row else ""


def _meta(db: Database, name: str) -> int:
    text = _text_meta(db, name)
    return int(text) if text.isdecimal() else 0
