"""Separated drawings and who decided whether they are kept."""

from __future__ import annotations

import difflib
import itertools
import operator
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from strokebook.base.errors import StrokebookError, UsageError
from strokebook.base.files import digest
from strokebook.library.catalogue.image_facts import FEW
from strokebook.library.catalogue.page_rows import PageRows
from strokebook.library.catalogue.records import DrawingRecord, NewDrawing, VerdictSource, record
from strokebook.library.edits.decisions import attach_decisions
from strokebook.library.edits.projection import relative_box
from strokebook.library.edits.store import without_collector

Verdict = tuple[bool, str | None]
Row = tuple[Any, ...]
Decided = tuple[bool, str | None, VerdictSource | None]
UNDECIDED: Decided = (True, None, None)  # nobody dropped it
_FIRST = "CROSS JOIN"  # SQLite looks at the left table first, whatever it estimates
_COLUMNS = "key, image, number, x0, y0, x1, y1, strokes, points, svg"
_ID = re.compile(r"(.+?)-?d([0-9]{2,})")
_BY = {"hand": "by hand", "cluster": "its cluster", "measure": "a measure", "filter": "a filter"}


def drawing_id(page: str, number: int) -> str:
    """``sb48p005d01``; behind a title ``sb48p005--sneer-d01``."""
    return f"{page}{'' if page[-1].isdigit() else '-'}d{number:02d}"


class DrawingRows(PageRows):
    """Drawings hang on their page's image, so they keep to a page that is renamed."""

    def replace_drawings(self, image: str, drawings: Sequence[NewDrawing]) -> list[DrawingRecord]:
        """Put what a new separation found in the place of the former drawings of an image.

        Unchanged drawings keep their verdicts, clusters and vectors; the artist's decisions go to
        the drawing in the same place (IoU of the boxes ≥ 0.5).

        Returns:
            The new records (of no present page: none).
        """
        keys = _keys(image, drawings)
        with self.db.transaction():
            former = {
                r["key"] for r in self.db.rows("SELECT key FROM drawing WHERE image = ?", (image,))
            }
            gone = sorted(former - set(keys))
            self.db.run_many("DELETE FROM drawing WHERE key = ?", [(key,) for key in gone])
            self.forget_keys(gone)
            self.db.run_many(
                "INSERT OR IGNORE INTO drawing VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (key, image, n, *map(float, d.box), d.strokes, d.points, d.svg)
                    for n, (key, d) in enumerate(zip(keys, drawings, strict=True), start=1)
                ],
            )
            self.db.run_many(
                "UPDATE drawing SET number = ?, svg = ? WHERE key = ?",
                [
                    (n, d.svg, key)
                    for n, (key, d) in enumerate(zip(keys, drawings, strict=True), start=1)
                ],
            )
            attach_decisions(self.db, image)
        return self.drawings(image=image, include_private=True)

    def forget_keys(self, keys: Iterable[str]) -> None:
        """Remove vectors, map points and cluster membership of items by key."""
        rows = [(key,) for key in keys]
        with self.db.transaction():
            for table in ("vector", "map_point", "member"):
                self.db.run_many(f"DELETE FROM {table} WHERE key = ?", rows)

    def drawings(
        self,
        *,
        page: str | None = None,
        image: str | None = None,
        kept: bool | None = None,
        include_private: bool = False,
    ) -> list[DrawingRecord]:
        """Drawings of present pages by page and number; every argument given narrows them.

        Args:
            page: Only this page's.
            image: Only this image's.
            kept: True: only those kept; False: only those dropped.
            include_private: True lists also drawings of private pages.
        """
        wanted = self.page(page).image if page is not None else image
        with without_collector():
            owners = self._owners(wanted, include_private)
            about = ("d.image = ?", (wanted,)) if wanted is not None else ("1", ())
            rows = self._by_image(*about)
            verdicts, clusters = self._verdicts(*about), self._clusters(*about)
            records = []
            for owner, page_id in owners:
                for row in rows.get(owner, ()):
                    decided = _decided(verdicts[row[0]]) if row[0] in verdicts else UNDECIDED
                    if kept is None or decided[0] is kept:
                        records.append(_record(row, page_id, decided, clusters.get(row[0])))
            return records

    def count_verdicts(self, *, include_private: bool = False) -> Counter[Decided]:
        """How many drawings of present pages were decided about in each way."""
        with without_collector():
            owners = self.present_images()
            if not include_private:
                owners -= self.private_hashes()
            verdicts = self._verdicts("1", ())
            return Counter(
                _decided(verdicts[key]) if key in verdicts else UNDECIDED
                for key, image in self.db.tuples("SELECT key, image FROM drawing")
                if image in owners
            )

    def _owners(self, image: str | None, include_private: bool) -> list[tuple[str, str]]:
        """Image and page id of the pages whose drawings are listed, in order."""
        if image is None:
            return self.standing_pages(include_private=include_private)
        page = self.page_of_image(image)
        if page is None or not page.present or (page.private and not include_private):
            return []
        return [(image, page.id)]

    def _by_image(self, where: str, parameters: Sequence[Any]) -> dict[str, list[Row]]:
        """The rows of drawings by image, each image's by number."""
        rows: dict[str, list[Row]] = {}
        for row in self.db.tuples(f"SELECT {_COLUMNS} FROM drawing d WHERE {where}", parameters):
            rows.setdefault(row[1], []).append(row)
        for group in rows.values():
            if len(group) > 1:
                group.sort(key=_number)
        return rows

    def _clusters(self, where: str, parameters: Sequence[Any]) -> dict[str, int]:
        """The cluster of each drawing that has one."""
        source = "member m" if not parameters else f"drawing d {_FIRST} member m ON m.key = d.key"
        rows = self.db.tuples(
            f"SELECT m.key, m.number FROM {source} WHERE m.space = 'drawings' AND {where}",
            parameters,
        )
        return dict(rows)

    def drawing(self, name: str) -> DrawingRecord:
        """The drawing with this id, or this key.

        Raises:
            UsageError: There is none; the nearest is named.
        """
        wanted = name.strip().lower()
        row = self.db.row("SELECT image FROM drawing WHERE key = ?", (wanted,))
        if row is not None:
            drawings = self.drawings(image=row["image"], include_private=True)
            return next(d for d in drawings if d.key == wanted)
        match = _ID.fullmatch(wanted)
        if match is None:
            raise UsageError(f"{name!r} is no drawing's id.", "They look like sb48p005d01.")
        on_page = self.drawings(page=match.group(1), include_private=True)
        for drawing in on_page:
            if drawing.number == int(match.group(2)):
                return drawing
        ids = [d.id for d in on_page]
        close = difflib.get_close_matches(wanted, ids, n=1, cutoff=0.5)
        raise UsageError(
            f"There is no drawing {name!r}.",
            f"Did you mean {close[0]!r}?" if close else f"{match.group(1)} has {len(ids)}.",
        )

    def set_verdicts(
        self,
        source: Literal["cluster", "measure", "filter"],
        verdicts: Mapping[str, Verdict],
        *,
        replace: bool = True,
    ) -> None:
        """What a stage says: ``{id or key: (kept, reason)}``.

        The artist's decision holds before all; then the cluster's, kept or dropped; then a
        measure's drop, then a filter's drop. What nobody drops is kept.

        Args:
            source: Whose verdicts these are.
            verdicts: By drawing id or key; those unknown are passed over.
            replace: False leaves this source's verdicts about other drawings.
        """
        keys = self._keys_of(verdicts)
        rows = [
            (keys[name], source, int(kept), reason)
            for name, (kept, reason) in verdicts.items()
            if name in keys
        ]
        with self.db.transaction():
            if replace:
                self.db.run("DELETE FROM verdict WHERE source = ?", (source,))
            self.db.run_many(
                "INSERT OR REPLACE INTO verdict (key, source, kept, reason) VALUES (?, ?, ?, ?)",
                rows,
            )

    def _keys_of(self, names: Iterable[str]) -> dict[str, str]:
        """The drawings that ids or keys stand for, ``{name: key}``, each looked up by itself."""
        keys: dict[str, str] = {}
        rest = iter(names)
        while part := list(itertools.islice(rest, FEW)):
            marks = ",".join("?" * len(part))
            rows = self.db.rows(f"SELECT key FROM drawing WHERE key IN ({marks})", part)
            keys |= {row["key"]: row["key"] for row in rows}
            keys |= {n: key for n in part if n not in keys and (key := self._key_of_id(n))}
        return keys

    def _key_of_id(self, name: str) -> str | None:
        match = _ID.fullmatch(name)
        if match is None:
            return None
        row = self.db.row(
            "SELECT d.key FROM page p JOIN drawing d ON d.image = p.image "
            "WHERE p.id = ? AND p.present AND d.number = ?",
            (match.group(1), int(match.group(2))),
        )
        return row["key"] if row else None

    def decide(
        self, names: Iterable[str], kept: bool, reason: str | None = None
    ) -> list[DrawingRecord]:
        """Keep or drop drawings by hand, for ever; it holds for their place on the page.

        Raises:
            UsageError: One of them does not exist.
        """
        drawings = [self.drawing(name) for name in names]
        self._record_decisions(drawings, kept, reason or _BY["hand"])
        return [self.drawing(record.key) for record in drawings]

    def undecide(self, names: Iterable[str]) -> list[DrawingRecord]:
        """Take the artist's decision about drawings back."""
        drawings = [self.drawing(name) for name in names]
        self._record_decisions(drawings, None, None)
        return [self.drawing(record.key) for record in drawings]

    def _record_decisions(
        self, drawings: Sequence[DrawingRecord], kept: bool | None, reason: str | None
    ) -> None:
        with self.hand_edit():
            for record in drawings:
                box, unit = relative_box(self.db, record.image, record.box, "px")
                body = {"page": self.page_number(record.image), "box": box, "unit": unit}
                self.record("decision", {**body, "kept": kept, "reason": reason})

    def _verdicts(self, where: str, parameters: Sequence[Any]) -> dict[str, dict[str, Verdict]]:
        """Verdicts by drawing and source, but for those of measures and filters that keep."""
        source = "verdict v" if not parameters else f"drawing d {_FIRST} verdict v ON v.key = d.key"
        rows = self.db.tuples(
            f"SELECT v.key, v.source, v.kept, v.reason FROM {source} "
            f"WHERE (NOT v.kept OR v.source IN ('hand', 'cluster')) AND {where}",
            parameters,
        )
        verdicts: dict[str, dict[str, Verdict]] = {}
        for key, source_of, kept, reason in rows:
            verdicts.setdefault(key, {})[source_of] = (bool(kept), reason)
        return verdicts


def _keys(image: str, drawings: Sequence[NewDrawing]) -> list[str]:
    keys: list[str] = []
    for drawing in drawings:
        if len(drawing.box) != 4:
            raise StrokebookError(f"A box has four numbers, not {drawing.box}.")
        box = ",".join(f"{v:.2f}" for v in drawing.box)
        parts = (image, box, f"{drawing.strokes},{drawing.points}", drawing.content)
        key, again = digest(*parts), 1
        while key in keys:  # the very same line twice in one place
            again += 1
            key = digest(*parts, str(again))
        keys.append(key)
    return keys


_number = operator.itemgetter(2)


def _record(row: Row, page: str, decided: Decided, cluster: int | None) -> DrawingRecord:
    key, image, number, x0, y0, x1, y1, strokes, points, svg = row
    kept, reason, source = decided
    fields = {
        "id": drawing_id(page, number),
        "key": key,
        "page": page,
        "image": image,
        "number": number,
        "box": (x0, y0, x1, y1),
        "strokes": strokes,
        "points": points,
        "svg": svg,
        "kept": kept,
        "reason": reason,
        "reason_source": source,
        "cluster": cluster,
    }
    return record(DrawingRecord, fields)


def _decided(verdicts: Mapping[str, Verdict]) -> Decided:
    deeds: tuple[VerdictSource, ...] = ("hand", "cluster")
    for source in deeds:
        if source in verdicts:
            kept, reason = verdicts[source]
            return kept, reason or _BY[source], source
    # That a measure has nothing against a drawing does not overrule a filter.
    drops: tuple[VerdictSource, ...] = ("measure", "filter")
    for source in drops:
        if source in verdicts and not verdicts[source][0]:
            return False, verdicts[source][1] or _BY[source], source
    return UNDECIDED
