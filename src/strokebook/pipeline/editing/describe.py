"""Edits in plain words, with the ids of pages and drawings instead of their numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from strokebook.library.catalogue.catalogue import Catalogue
from strokebook.library.catalogue.drawing_rows import drawing_id
from strokebook.library.edits.decisions import match_boxes
from strokebook.library.edits.log import REDACTED, Edit, member_page
from strokebook.library.edits.projection import drawing_boxes
from strokebook.library.edits.store import natural
from strokebook.library.identity import image_of
from strokebook.vision.dates.spelling import spell_days

FEW = 3  # ids that are named before the others are only counted
_HOW = {
    "filed": "by moving files in filed/",
    "twin": "in hand.json",
    "file": "as the files are tagged",
    "run": "by a new clustering",
    "import": "in an older project",
    "doubt": "since it may show a private page",
}
Group = tuple[Any, ...]


class EditWords:
    """Puts edits into words; asks the catalogue once for each page."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._ids: dict[int, str] = {}

    def describe(self, edits: Iterable[Edit]) -> str:
        """What a command said; several pages of which it says the same are named together."""
        groups: dict[Group, list[Edit]] = {}
        for edit in edits:
            groups.setdefault(_group(edit), []).append(edit)
        return "; ".join(self._describe_group(group) for group in groups.values())

    def _describe_group(self, edits: Sequence[Edit]) -> str:
        say = _SAY.get(edits[0].kind)
        if say is None:
            return f"{len(edits)} {edits[0].kind!r}, which a later version of strokebook knows"
        how = _HOW.get(edits[0].by)
        return say(self, edits) + (f", {how}" if how else "")

    def page_id(self, number: int) -> str:
        """The id of a page as it is called now, or was last."""
        if number not in self._ids:
            self._ids[number] = self._find_id(number)
        return self._ids[number]

    def _find_id(self, number: int) -> str:
        db, image = self._catalogue.db, image_of(self._catalogue.db, number)
        row = db.row("SELECT id FROM page WHERE image = ? ORDER BY present DESC, path", (image,))
        if row is None:
            row = db.row(
                "SELECT json_extract(body, '$.id') AS id FROM edit WHERE kind = 'page' "
                "AND target = ? AND id != '' ORDER BY seq DESC",
                (str(number),),
            )
        return str(row["id"]) if row else f"a page that is gone (number {number})"

    def drawing_name(self, body: Any) -> str:
        """The id of the drawing that lies where an edit says, or the page that it was on."""
        number = int(body["page"])
        page, image = self.page_id(number), image_of(self._catalogue.db, number)
        drawings = drawing_boxes(self._catalogue.db, image) if image else []
        matches = match_boxes([tuple(body["box"])], [box for _, box in drawings])
        if body["unit"] != "page" or not matches:
            return f"a drawing on {page}"
        row = self._catalogue.db.row(
            "SELECT number FROM drawing WHERE key = ?", (drawings[matches[0][1]][0],)
        )
        return drawing_id(page, row["number"]) if row else f"a drawing on {page}"

    def _pages(self, edits: Sequence[Edit]) -> str:
        return name_few([self.page_id(int(e.body["page"])) for e in edits])

    def _label(self, edits: Sequence[Edit]) -> str:
        label, pages = edits[0].body["label"], self._pages(edits)
        if label is None:
            return f"took the label by hand from {pages}"
        return f"labelled {pages} as {label}"

    def _tag(self, edits: Sequence[Edit]) -> str:
        tag, pages = edits[0].body["tag"], self._pages(edits)
        return f"tagged {pages} {tag}" if edits[0].body["on"] else f"took {tag} from {pages}"

    def _decision(self, edits: Sequence[Edit]) -> str:
        names = name_few([self.drawing_name(e.body) for e in edits])
        kept = edits[0].body["kept"]
        if kept is None:
            return f"took back what was decided about {names}"
        return f"{'kept' if kept else 'dropped'} {names}"

    def _cluster(self, edits: Sequence[Edit]) -> str:
        body = edits[0].body
        members = [m for e in edits for m in e.body["members"]]
        count = f"{len(members)} {body['space'][: -1 if len(members) == 1 else None]}"
        numbers = [n for m in members if (n := member_page(m)) is not None]
        pages = name_few([self.page_id(n) for n in dict.fromkeys(numbers)])
        where = f" ({pages})" if pages else ""
        if body["name"] is None:
            return f"took the name from a cluster of {count}{where}"
        if body["space"] == "drawings" and body["name"] in ("keep", "drop"):
            done = "kept" if body["name"] == "keep" else "dropped"
            return f"{done} a cluster of {count}{where.replace('(', '(on ', 1)}"
        return f"named a cluster of {count} {body['name']}{where}"

    def _group(self, edits: Sequence[Edit]) -> str:
        body = edits[0].body
        members = [m for e in edits for m in e.body["members"]]
        count = f"{len(members)} {body['space'][: -1 if len(members) == 1 else None]}"
        return f"put {count} into cluster {body['number']}"

    def _label_kind(self, edits: Sequence[Edit]) -> str:
        label, kind = edits[0].body["label"], edits[0].body["kind_of_page"]
        if kind is None:
            return f"took back what kind of page {label} means"
        return f"said that {label} means pages of the kind {kind}"

    def _date(self, edits: Sequence[Edit]) -> str:
        body = edits[0].body
        books = [str(e.body["book"]) for e in edits if e.body.get("book")]
        names = name_few(books or [self.page_id(int(e.body["page"])) for e in edits])
        if body["first"] is None:
            wrong = body["source"] == "read"
            return (
                f"did not take what was read as the date of {names}"
                if wrong
                else (f"took back the date of {names}")
            )
        days = spell_days((date.fromisoformat(body["first"]), date.fromisoformat(body["last"])))
        return f"dated {names} {days}" + (", as it was read" if body["source"] == "read" else "")

    def _undo(self, edits: Sequence[Edit]) -> str:
        return f"took back {name_few([str(e.body['of']) for e in edits])}"

    def _redo(self, edits: Sequence[Edit]) -> str:
        return f"brought back {name_few([str(e.body['of']) for e in edits])}"

    def _page(self, edits: Sequence[Edit]) -> str:
        return f"met {self._pages(edits)}"

    def _redacted(self, edits: Sequence[Edit]) -> str:
        del edits
        return "what was said here is removed, with the page that it was about"


def _group(edit: Edit) -> Group:
    """Edits of equal groups say the same of different pages."""
    body = edit.body
    names = ("label", "tag", "on", "kept", "space", "name", "number", "source", "first", "last")
    return (edit.kind, edit.by, *(repr(body.get(n)) for n in names), bool(body.get("book")))


def name_few(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b, c and 9 others``; in natural order."""
    names = sorted(set(names), key=natural)
    if len(names) > FEW + 1:
        return f"{', '.join(names[:FEW])} and {len(names) - FEW} others"
    return " and ".join([*([", ".join(names[:-1])] if names[:-1] else []), *names[-1:]])


_SAY: dict[str, Callable[[EditWords, Sequence[Edit]], str]] = {
    "label": EditWords._label,
    "tag": EditWords._tag,
    "decision": EditWords._decision,
    "cluster": EditWords._cluster,
    "group": EditWords._group,
    "label-kind": EditWords._label_kind,
    "date": EditWords._date,
    "undo": EditWords._undo,
    "redo": EditWords._redo,
    "page": EditWords._page,
    REDACTED: EditWords._redacted,
}
