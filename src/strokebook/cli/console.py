"""What the person sees: bars, tables, one-sentence errors; and the exit codes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table

from strokebook.base.errors import Refusal
from strokebook.cli.plain import LONG, aligned, json_text

T = TypeVar("T")

DONE, SOME_REFUSED, WRONG_USE = 0, 1, 2

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


class BarProgress:
    """Progress as bars on standard error, so that ``--json`` on standard output stays clean."""

    def __init__(self) -> None:
        self._bars: Bars | None = None

    def track(
        self, items: Sequence[T] | Iterable[T], what: str, total: int | None = None
    ) -> Iterator[T]:
        """Yield ``items`` under a bar; without a terminal, one line at the end."""
        if total is None and isinstance(items, Sequence):
            total = len(items)
        if total == 0:
            return
        if not err.is_terminal:
            count = 0
            for count, item in enumerate(items, start=1):  # noqa: B007
                yield item
            err.print(f"  {what}: {count}", markup=False)
            return
        with self._make() as bars:
            self._bars = bars
            task = bars.add_task(what, total=total)
            for item in items:
                yield item
                bars.advance(task)
        self._bars = None

    def say(self, text: str) -> None:
        """One line above the bar."""
        console = self._bars.console if self._bars else err
        console.print(f"  {text}", markup=False, soft_wrap=True)

    @staticmethod
    def _make() -> Bars:
        return Bars(
            TextColumn("  {task.description}"),
            BarColumn(bar_width=32),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=err,
        )


def print_json(value: object) -> None:
    """``value`` as JSON on standard output, for scripts."""
    sys.stdout.write(json_text(value) + "\n")


def say(text: str = "") -> None:
    """One line on standard output, however long; brackets mean nothing in it."""
    out.print(text, markup=False, soft_wrap=True)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table for people; a long one is plain text."""
    rows = list(rows)
    if len(rows) > LONG:
        lines = [*([title] if title else []), *aligned(columns, rows)]
        sys.stdout.write("\n".join(lines) + "\n")
        return
    grid = Table(title=title or None, title_justify="left")
    for name in columns:
        grid.add_column(name)
    for row in rows:
        grid.add_row(*("" if v is None else str(v) for v in row))
    out.print(grid)


def show_refusals(refusals: Sequence[Refusal]) -> None:
    """Every refused input and remark, with reason and remedy, on standard error."""
    refused = [r for r in refusals if r.fatal]
    remarks = [r for r in refusals if not r.fatal]
    if refused:
        err.print(f"{len(refused)} refused:", markup=False)
    for refusal in refused:
        err.print(f"  {refusal}", markup=False, soft_wrap=True)
    if remarks:
        err.print(f"{len(remarks)} remark{'s' * (len(remarks) != 1)}:", markup=False)
    for remark in remarks:
        err.print(f"  {remark}", markup=False, soft_wrap=True)
