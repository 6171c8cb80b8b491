"""What stages did with each item, and what they refused."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from strokebook.base.errors import Diagnostic, Severity
from strokebook.library.catalogue.records import StageResult
from strokebook.library.clock import now
from strokebook.library.edits.store import Store, without_collector
from strokebook.library.sqlite.database import Database

# The only results whose summary says that there is none: see the stage ``trace``.
_FORGET_REFUSED = "DELETE FROM stage_result WHERE json_extract(summary, '$.refused')"


class ResultRows(Store):
    """Results by stage and item, and diagnostics by stage."""

    def result(self, stage: str, item: str) -> StageResult | None:
        """What ``stage`` did with ``item`` last, or None."""
        row = self.db.row("SELECT * FROM stage_result WHERE stage = ? AND item = ?", (stage, item))
        return _result(self.db, row) if row else None

    def results(self, stage: str) -> dict[str, StageResult]:
        """Everything that a stage did, by item."""
        rows = self.db.rows("SELECT * FROM stage_result WHERE stage = ? ORDER BY item", (stage,))
        return {row["item"]: _result(self.db, row) for row in rows}

    def summaries(self, stage: str) -> list[dict[str, Any]]:
        """The facts of everything that a stage did, in no order."""
        rows = self.db.tuples("SELECT summary FROM stage_result WHERE stage = ?", (stage,))
        with without_collector():
            return [self.db.parsed(text, f"a result of {stage}") for (text,) in rows]

    def seconds(self) -> dict[str, float]:
        """The time that each stage's present results took."""
        return dict(self.db.tuples("SELECT stage, sum(seconds) FROM stage_result GROUP BY stage"))

    def put_result(
        self, stage: str, item: str, key: str, seconds: float, summary: Mapping[str, Any]
    ) -> None:
        """Keep what a stage did; ``summary`` has to fit into JSON."""
        text = json.dumps(summary, ensure_ascii=False, allow_nan=False)
        with self.db.transaction():
            self.db.run(
                "INSERT OR REPLACE INTO stage_result VALUES (?, ?, ?, ?, ?, ?)",
                (stage, item, key, float(seconds), text, now()),
            )

    def forget_results(self, stage: str, items: Iterable[str] | None = None) -> None:
        """Forget what a stage did, with ``items`` or with all."""
        with self.db.transaction():
            if items is None:
                self.db.run("DELETE FROM stage_result WHERE stage = ?", (stage,))
            else:
                self.db.run_many(
                    "DELETE FROM stage_result WHERE stage = ? AND item = ?",
                    [(stage, item) for item in items],
                )

    def note(self, name: str) -> str:
        """A fact about the project as a whole; empty when it was never noted."""
        row = self.db.row("SELECT value FROM meta WHERE name = ?", (name,))
        return str(row[0]) if row else ""

    def set_note(self, name: str, value: str) -> None:
        """Note a fact about the project as a whole."""
        with self.db.transaction():
            self.db.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def put_diagnostics(
        self, stage: str, diagnostics: Iterable[Diagnostic], item: str = ""
    ) -> None:
        """Keep a stage's diagnostics, under the item that they are about.

        On disk they keep their former names: the table ``refusal``, its columns ``fatal`` (an
        error, no warning) and ``passing`` (transient).
        """
        with self.db.transaction():
            self.db.run_many(
                "INSERT OR REPLACE INTO refusal "
                "(stage, item, subject, reason, remedy, fatal, passing) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (stage, item, r.subject, r.reason, r.remedy, int(r.is_error), int(r.transient))
                    for r in diagnostics
                ],
            )

    def clear_diagnostics(self, stage: str, item: str | None = None) -> None:
        """Forget a stage's diagnostics, about ``item`` or about all."""
        with self.db.transaction():
            self.db.run(
                "DELETE FROM refusal WHERE stage = ? AND (? IS NULL OR item = ?)",
                (stage, item, item),
            )

    def diagnostics(self, stage: str | None = None, item: str | None = None) -> list[Diagnostic]:
        """Diagnostics, of one stage or all, by subject."""
        rows = self.db.rows(
            "SELECT * FROM refusal WHERE (? IS NULL OR stage = ?) AND (? IS NULL OR item = ?) "
            "ORDER BY subject, stage, reason",
            (stage, stage, item, item),
        )
        return [
            Diagnostic(
                r["subject"],
                r["reason"],
                r["remedy"],
                Severity.ERROR if r["fatal"] else Severity.WARNING,
                transient=bool(r["passing"]),
            )
            for r in rows
        ]

    def forget_refused(self) -> int:
        """Forget every refusal, lasting ones too, so that the next run tries all of them again.

        Returns:
            How many inputs that are.
        """
        with self.db.transaction():
            items = self.db.run(_FORGET_REFUSED)
            images = self.db.run("UPDATE image SET state = 'new' WHERE state = 'refused'")
            transient = self.db.row("SELECT count(*) FROM refusal WHERE fatal AND passing")
            self.db.run("DELETE FROM refusal WHERE fatal")
        return items + images + (int(transient[0]) if transient else 0)


def _result(db: Database, row: sqlite3.Row) -> StageResult:
    return StageResult(
        stage=row["stage"],
        item=row["item"],
        key=row["key"],
        seconds=row["seconds"],
        summary=db.parsed(row["summary"], f"a result of {row['stage']}"),
        at=row["at"],
    )
