"""``date``, ``dates``: when pages were drawn, said by hand and read off the scans."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from strokebook.base.errors import UsageError
from strokebook.cli.app import HERE, AsJson, ProjectDir, app, editing, finish, reading, writing
from strokebook.cli.console import answer, print_json, say, show_diagnostics, table
from strokebook.library.edits.store import natural
from strokebook.pipeline.dating.page_dates import HOW, ProjectDates, collect_dates
from strokebook.pipeline.dating.page_reading import (
    DateSuggestion,
    check_page_numbers,
    count_read,
    decide_dates,
    read_pages,
    suggest_dates,
)
from strokebook.pipeline.dating.reading_sheets import DATES, draw_reading_sheets
from strokebook.pipeline.editing.date_by_hand import forget_dates, set_dates
from strokebook.pipeline.output.pictures import counted
from strokebook.vision.dates.intervals import DateInterval
from strokebook.vision.dates.spelling import parse_days, spell_days
from strokebook.vision.reading.page_numbers import NumberCheck

FEW = 12  # missing numbers that are listed one by one


@app.command("date")
def date_by_hand(
    words: Annotated[
        list[str],
        typer.Argument(help="Sketchbooks (sb48) or pages (sb48p005), then the date."),
    ],
    project: ProjectDir = HERE,
    forget: Annotated[
        bool, typer.Option("--forget", help="Take the dates of these back; no date is given.")
    ] = False,
) -> None:
    """Say when a sketchbook or a page was drawn: a year, a month, a day, or a range with two dots.

    Example: `strokebook date sb48 2019-05..2019-07`
    """
    if forget:
        with editing(project) as opened:
            taken = forget_dates(opened, words)
        for name in words:
            say(f"{name}: {'date taken back' if name.lower() in taken else 'had no date'}")
        return
    if len(words) < 2:
        raise UsageError(
            "A date needs a sketchbook or a page, and when it was.", "date sb48 2019-05..2019-07"
        )
    days = parse_days(words[-1])
    with editing(project) as opened:
        names = set_dates(opened, words[:-1], days)
        known = collect_dates(opened)
    for name in names:
        say(f"{name}: {spell_days(days)}, by hand")
    for sentence in known.sentences:
        say(f"Contradiction: {sentence}")


@app.command("dates")
def show_dates(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="Sketchbooks to list page by page; with --accept or --dismiss the pages or "
            "sketchbooks whose suggestions are meant.",
            show_default=False,
        ),
    ] = None,
    project: ProjectDir = HERE,
    read: Annotated[
        bool,
        typer.Option(
            "--read",
            help="Read dates and page numbers off the scans first (needs strokebook[read]; a "
            "third of a second a page, 1.5 s a cover, of one core).",
        ),
    ] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Accept the suggested dates: all, or those named.")
    ] = False,
    dismiss: Annotated[
        bool, typer.Option("--dismiss", help="Dismiss the suggested dates named.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List when sketchbooks and pages were drawn, dates and page numbers read, contradictions.

    Example: `strokebook dates --read`
    """
    wanted = names or []
    if accept + dismiss + read > 1:
        raise UsageError("--read, --accept and --dismiss are three steps.", "Give one of them.")
    if dismiss and not wanted:
        raise UsageError("--dismiss needs the pages or sketchbooks that were misread.", "")
    if accept or dismiss:
        with editing(project) as opened:
            _show_decided(decide_dates(opened, wanted, accept=accept), accept=accept)
        return
    refused = _read(project) if read else False
    with reading(project) as opened:
        known, suggested = collect_dates(opened), suggest_dates(opened)
        numbers, done = check_page_numbers(opened), count_read(opened)
        sheets = sorted(opened.pictures.glob(f"{DATES}-*.jpg"))
    if as_json:
        print_json(_as_json(known, suggested, numbers))
    else:
        _show_known(known, wanted)
        _show_suggested(suggested, [str(path) for path in sheets])
        _show_list("Contradictions", known.sentences)
        _show_numbers(numbers)
        _show_progress(done)
    finish(refused)


def _read(project: Path) -> bool:
    with writing(project, command="dates --read") as opened:
        outcome = read_pages(opened)
        say(f"{counted(outcome.worked, 'page')} read, {outcome.ready} were read before.")
        for path in draw_reading_sheets(opened):
            say(f"Look at {path}")
        show_diagnostics(outcome.diagnostics)
    return bool(outcome.diagnostics)


def _show_decided(decided: list[DateSuggestion], *, accept: bool) -> None:
    for one in decided:
        days = spell_days(one.days)
        say(f"{one.about}: {days}, as it was read" if accept else f"{one.about}: not {days}")
    if not decided:
        say("No date waits to be accepted. 'strokebook dates --read' reads the scans.")


def _show_known(known: ProjectDates, wanted: list[str]) -> None:
    if not known.pages:
        answer("There are no pages yet. 'strokebook run LIBRARY' finds them.")
        return
    books = sorted({page.book for page in known.pages}, key=natural)
    asked = [name.strip().lower() for name in wanted]
    if unknown := [name for name in asked if name not in books]:
        raise UsageError(
            f"There is no sketchbook {unknown[0]!r}.", f"There are {', '.join(books) or 'none'}."
        )
    rows = [_book_row(known, book) for book in books if book in asked or not asked]
    table("Sketchbooks", ("sketchbook", "drawn", "from", "pages", "dated"), rows)
    own = [
        (page.id, spell_days(known.intervals[page.id].days), HOW[known.intervals[page.id].source])
        for page in known.pages
        if page.id in known.intervals
        and (page.book in asked or (not asked and known.intervals[page.id].source != "between"))
    ]
    if own:
        table("Pages", ("page", "drawn", "from"), own)
    undated = [p.id for p in known.pages if p.id not in known.intervals]
    if undated and len(undated) < len(known.pages):
        answer(f"Nothing is known of when {counted(len(undated), 'page')} came about.")
    elif undated:
        answer("No date is known yet. 'strokebook date sb48 2019-05..2019-07' says one.")


def _book_row(known: ProjectDates, book: str) -> tuple[object, ...]:
    pages = [page for page in known.pages if page.book == book]
    dated = [known.intervals[p.id] for p in pages if p.id in known.intervals]
    own = sum(interval.source != "between" for interval in dated)
    if book in known.books:
        interval = known.books[book]
        return book, spell_days(interval.days), HOW[interval.source], len(pages), own
    if not dated:
        return book, None, None, len(pages), own
    days = min(d.first for d in dated), max(d.last for d in dated)
    return book, spell_days(days), "its pages", len(pages), own


def _show_suggested(suggested: list[DateSuggestion], sheets: list[str]) -> None:
    if not suggested:
        return
    rows = [
        (one.about, spell_days(one.days), one.text, f"{one.certainty:.2f}") for one in suggested
    ]
    table(
        f"{counted(len(rows), 'date')} read, not accepted yet",
        ("for", "date", "reads", "certainty"),
        rows,
    )
    if sheets:
        answer(f"Look at {', '.join(sheets)}")
    one = suggested[0].about
    answer(
        f"'strokebook dates --accept' takes all, 'strokebook dates {one} --dismiss' refuses one."
    )


def _show_numbers(numbers: NumberCheck) -> None:
    for book, offset in numbers.offsets.items():
        word = "higher" if offset > 0 else "lower"
        answer(
            f"{book}: the numbers on its pages are {abs(offset)} {word} than those of its files."
        )
    _show_list(
        "Filed under another number",
        [
            f"{one.page} is filed under {one.filed:03d}, reads {one.read}"
            for one in numbers.misfiled
        ],
    )
    _show_list(
        "The same number twice",
        [f"{', '.join(o.page for o in ones)} read {ones[0].read}" for ones in numbers.twice],
    )
    _show_list("Missing", [f"{book} has no {_some(ns)}" for book, ns in numbers.missing.items()])


def _some(numbers: tuple[int, ...]) -> str:
    shown = ", ".join(f"{n:03d}" for n in numbers[:FEW])
    return shown + (f" and {len(numbers) - FEW} more" if len(numbers) > FEW else "")


def _show_list(title: str, lines: list[str]) -> None:
    if lines:
        answer(f"{title}:")
    for line in lines:
        answer(f"  {line}")


def _show_progress(done: tuple[int, int]) -> None:
    if done[0] < done[1]:
        answer(
            f"{done[0]} of {counted(done[1], 'page')} read for dates and numbers; "
            "'strokebook dates --read' reads the others."
        )


def _as_json(
    known: ProjectDates, suggested: list[DateSuggestion], numbers: NumberCheck
) -> dict[str, object]:
    return {
        "books": {book: _days(interval) for book, interval in known.books.items()},
        "pages": {page: _days(interval) for page, interval in known.intervals.items()},
        "suggestions": [
            {
                "for": one.about,
                "page": one.page.id,
                "first": one.days[0].isoformat(),
                "last": one.days[1].isoformat(),
                "certainty": round(one.certainty, 4),
                "lines": [{"text": w.text, "box": list(w.box)} for w in one.written],
            }
            for one in suggested
        ],
        "contradictions": known.sentences,
        "numbers": {
            "misfiled": [
                {
                    "page": one.page,
                    "filed": one.filed,
                    "read": one.read,
                    "certainty": round(one.written.certainty, 4),
                    "box": list(one.written.box),
                }
                for one in numbers.misfiled
            ],
            "offsets": numbers.offsets,
            "missing": {book: list(ns) for book, ns in numbers.missing.items()},
            "twice": [[one.page for one in ones] for ones in numbers.twice],
        },
    }


def _days(interval: DateInterval) -> dict[str, str]:
    first, last = interval.first.isoformat(), interval.last.isoformat()
    return {"first": first, "last": last, "source": interval.source}
