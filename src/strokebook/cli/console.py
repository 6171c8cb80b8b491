"""What the person sees: bars, tables, one-sentence errors; and the exit codes."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from strokebook.base.errors import Diagnostic
from strokebook.cli.logbook import log_diagnostics
from strokebook.cli.plain import LONG, aligned, json_text

T = TypeVar("T")

DONE, SOME_REFUSED, WRONG_USE = 0, 1, 2
# The numbers of <sysexits.h>: scripts may know them.
OUR_FAULT, DISK_FAULT = 70, 74
STOPPED = 130  # 128 and SIGINT

SIGN_OF_LIFE = 30.0  # seconds between two lines where there is no terminal for a bar

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


@dataclass
class Manner:
    """How much is said: set by the options before the command.

    Attributes:
        quiet: Only what was asked for, what was refused, and errors.
        verbose: What goes to the log is shown too.
    """

    quiet: bool = False
    verbose: bool = False


manner = Manner()

# C0, DEL, C1; the marks, embeddings, overrides and isolates of bidirectional text; line and
# paragraph separators; lone halves of surrogate pairs, as in names that are not Unicode.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def safe(text: object) -> str:
    r"""``text`` with its control characters spelt out (``\x1b``), fit to be shown.

    Names of files and labels are other people's: shown as they are, they could colour or clear the
    terminal, write its title, or turn a line of text around.
    """
    return _UNSAFE.sub(lambda match: _spelt(ord(match[0])), str(text))


def _spelt(code: int) -> str:
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


class BarProgress:
    """Progress as bars on standard error, so that ``--json`` on standard output stays clean.

    Without a terminal there is a line when something begins, one at most every 30 seconds (how many
    of how many, how fast), and one at its end.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._bars: Bars | None = None
        self._clock = clock

    def track(
        self, items: Sequence[T] | Iterable[T], what: str, total: int | None = None
    ) -> Iterator[T]:
        """Yield ``items`` under a bar; without a terminal, with a line now and then."""
        if total is None and isinstance(items, Sequence):
            total = len(items)
        if total == 0:
            return
        if manner.quiet:
            yield from items
        elif err.is_terminal:
            yield from self._under_bar(items, what, total)
        else:
            yield from self._with_lines(items, what, total)

    def say(self, text: str) -> None:
        """One line above the bar."""
        if manner.quiet:
            return
        console = self._bars.console if self._bars else err
        console.print(f"  {safe(text)}", markup=False, soft_wrap=True)

    def _under_bar(self, items: Iterable[T], what: str, total: int | None) -> Iterator[T]:
        with self._make() as bars:
            self._bars = bars
            task = bars.add_task(what, total=total)
            for item in items:
                yield item
                bars.advance(task)
        self._bars = None

    def _with_lines(self, items: Iterable[T], what: str, total: int | None) -> Iterator[T]:
        of = "" if total is None else f" of {total}"
        self.say(f"{what}: {'begun' if total is None else f'{total} to do'}")
        begun = last = self._clock()
        count = 0
        for count, item in enumerate(items, start=1):
            yield item
            now = self._clock()
            if now - last >= SIGN_OF_LIFE and count != total:
                self.say(f"{what}: {count}{of}, {_rate(count, now - begun)}")
                last = now
        self.say(f"{what}: {count} done in {self._clock() - begun:.0f} s")

    @staticmethod
    def _make() -> Bars:
        return Bars(
            TextColumn("  {task.description}"),
            BarColumn(bar_width=32),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=err,
        )


def _rate(count: int, seconds: float) -> str:
    """``3.1 a second``, or ``4.0 a minute`` where that is slow."""
    each = count / max(seconds, 1e-9)
    return f"{each:.1f} a second" if each >= 1 else f"{60 * each:.1f} a minute"


@contextmanager
def to_output() -> Iterator[None]:
    """Let a fault in writing to standard output say so: it names no file of its own."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or "Standard output"
        raise


def print_json(value: object) -> None:
    """``value`` as JSON on standard output, for scripts; whatever is in it, it stays JSON."""
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    text = json_text(value, ensure_ascii=plain)
    with to_output():
        sys.stdout.write(_escaped_json(text) + "\n")


def _escaped_json(text: str) -> str:
    """JSON whose unsafe characters are escapes; a line's end between its parts stays one."""
    return _UNSAFE.sub(lambda m: m[0] if m[0] == "\n" else f"\\u{ord(m[0]):04x}", text)


def say(text: str = "") -> None:
    """One line of news on standard output, however long; ``--quiet`` keeps it back."""
    if not manner.quiet:
        answer(text)


def answer(text: str = "") -> None:
    """One line that was asked for (a fact, the path of a new file); brackets mean nothing in it."""
    with to_output():
        out.print(safe(text), markup=False, soft_wrap=True)


def complain(text: object) -> None:
    """One line on standard error, whatever ``--quiet`` says."""
    err.print(safe(text), markup=False, soft_wrap=True)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table for people; a long one is plain text."""
    rows = list(rows)
    if len(rows) > LONG:
        lines = [*([title] if title else []), *aligned(columns, rows)]
        with to_output():
            sys.stdout.write("\n".join(map(safe, lines)) + "\n")
        return
    grid = Table(title=_cell(title) if title else None, title_justify="left")
    for name in columns:
        grid.add_column(name)
    for row in rows:
        grid.add_row(*("" if v is None else _cell(v) for v in row))
    with to_output():
        out.print(grid)


def _cell(value: object) -> Text:
    """A cell in which brackets mean nothing."""
    return Text(safe(value))


def show_diagnostics(diagnostics: Sequence[Diagnostic]) -> None:
    """Every refused input and warning, with reason and remedy, on standard error and in the log."""
    refused = [r for r in diagnostics if r.is_error]
    warnings = [r for r in diagnostics if not r.is_error]
    log_diagnostics(diagnostics)
    if refused:
        complain(f"{len(refused)} refused:")
    for diagnostic in refused:
        complain(f"  {diagnostic}")
    if warnings and not manner.quiet:
        complain(f"{len(warnings)} warning{'s' * (len(warnings) != 1)}:")
        for warning in warnings:
            complain(f"  {warning}")
