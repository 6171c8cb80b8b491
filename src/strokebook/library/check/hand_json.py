"""``hand.json`` beside the log: it can be read, and says the same."""

from __future__ import annotations

from pathlib import Path

from strokebook.library.check.finding import REPAIR, Finding, name_some
from strokebook.library.edits.log import REDACTED, Edit, read
from strokebook.library.edits.twin import Parsed, is_present_format, parse
from strokebook.library.sqlite.database import Database

_NEXT = "The next command takes that in, and so does 'strokebook check --repair'."
_WRITES = "The next command writes it, and so does 'strokebook check --repair'."


def check_twin(db: Database, path: Path) -> list[Finding]:
    """Compare the file with the log.

    Args:
        db: Its log can be read.
        path: Of the twin.
    """
    edits = read(db)
    if not path.exists():
        fault = "is missing, and the catalogue alone has your edits."
        return [Finding(path.name, fault, _WRITES, True)] if edits else []
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        remedy = "Check its permissions, or restore it from a backup of your own."
        return [Finding(path.name, f"cannot be read ({error}).", remedy)]
    if not is_present_format(text):
        fault = "is of an older strokebook, or its first line is not as it was."
        return [Finding(path.name, fault, _NEXT, True)]
    parsed = parse(text)
    findings = [_bad(path.name, *parsed.bad[0], len(parsed.bad))] if parsed.bad else []
    faults = compare_with_log(edits, parsed)
    if text and not text.endswith("\n"):
        faults.insert(0, ("ends in the middle of a line.", _WRITES))
    return findings + [Finding(path.name, fault, remedy, True) for fault, remedy in faults]


def compare_with_log(edits: list[Edit], parsed: Parsed) -> list[tuple[str, str]]:
    """In what the file and the log differ: fault and remedy each."""
    known, lines = {e.seq: e for e in edits}, {e.seq: e for e in parsed.edits}
    last, faults = max(known, default=0), []
    lacking = sorted(set(known) - set(lines))
    beyond = [seq for seq in lines if seq > last]
    changed = [seq for seq in sorted(set(known) & set(lines)) if _differs(known[seq], lines[seq])]
    telling = [s for s in changed if known[s].kind == REDACTED != lines[s].kind]
    if lacking:
        faults.append((f"lacks edit {_some(lacking)}.", _WRITES))
    if beyond or parsed.new:
        count = len(beyond) + len(parsed.new)
        faults.append((f"has {count} edits that the catalogue has not taken in yet.", _NEXT))
    if telling:
        fault = f"still says what was removed from the log for privacy (edit {_some(telling)})."
        faults.append((fault, REPAIR))
    if edited := [seq for seq in changed if seq not in telling]:
        faults.append((f"says something else of edit {_some(edited)}.", _NEXT))
    return faults


def _differs(edit: Edit, line: Edit) -> bool:
    return (edit.kind, dict(edit.body)) != (line.kind, dict(line.body))


def _bad(name: str, number: int, reason: str, text: str, count: int) -> Finding:
    del text
    more = f" (and {count - 1} other lines)" if count > 1 else ""
    fault = f"line {number}{more} cannot be understood ({reason})."
    remedy = "Correct it; the next command puts what is still wrong into a file beside it."
    return Finding(name, fault, remedy)


def _some(seqs: list[int]) -> str:
    return name_some([str(seq) for seq in seqs])
