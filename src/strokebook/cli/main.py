"""The command ``strokebook``: every group of commands, and one net for all that goes wrong."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterator
from typing import Any

import typer

from strokebook.base.signals import answered_like_ctrl_c
from strokebook.cli import (
    check,
    curate,
    edits,
    evaluate,
    learn,
    look,
    run,
    trash,
)
from strokebook.cli.app import app, session
from strokebook.cli.console import STOPPED, WRONG_USE, complain, err, manner, to_output
from strokebook.cli.drawing import draw, interchange, plot, publish
from strokebook.cli.faults import fault_of
from strokebook.cli.logbook import keeping_log, log
from strokebook.cli.seeing import (
    clusters,
    dates,
    duplicates,
    open_data,
    over_time,
    page_map,
    review,
    similar,
)

# Importing a group puts its commands into the app.
COMMANDS = (
    *(run, look, curate, edits, check, learn, evaluate),
    *(clusters, page_map),
    *(draw, plot, interchange, publish, trash),
    *(similar, duplicates, clusters, page_map, over_time, dates, open_data, review),
)
RUN = "strokebook.pipeline.run"  # the logger of the stages
BEFORE = ("--verbose", "-v", "--quiet", "-q", "--version")


def main() -> None:
    """Run the command line; whatever happens ends as one sentence and an exit code."""
    _spell_what_cannot_be_shown()
    manner.quiet = manner.verbose = False
    with keeping_log(sys.argv[1:]) as book, _aloud(), answered_like_ctrl_c() as ending:
        session.book, session.project = book, None
        code = _caught()
        if code == STOPPED:
            code = ending.exit_code
        log.info("ended with %d", code)
    sys.exit(code)


class _Aloud(logging.Handler):
    """What the rooms below log, for ``--verbose``; without a terminal the stages as they begin."""

    def emit(self, record: logging.LogRecord) -> None:
        """Show one line."""
        begins = record.name == RUN and record.getMessage().endswith("begins")
        stage = begins and not err.is_terminal and not manner.quiet
        notice = record.levelno >= logging.WARNING and not manner.quiet
        if record.name != log.name and (manner.verbose or stage or notice):
            complain(f"  {record.getMessage()}")


@contextlib.contextmanager
def _aloud() -> Iterator[None]:
    handler = _Aloud(logging.INFO)
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


def _caught() -> int:
    """The exit code of the command, whatever it raises."""
    try:
        return _run()
    except (KeyboardInterrupt, typer.Abort):
        return _stopped()
    except BrokenPipeError:
        return _reader_left()
    except SystemExit as ended:  # how typer ends where nobody reads on
        if isinstance(ended.__context__, BrokenPipeError):
            return _reader_left()
        raise
    except Exception as error:
        if hasattr(error, "format_message"):  # the words of the command line were wrong
            return _wrong_words(error)
        return _failed(error)


def _run() -> int:
    ended = app(args=sys.argv[1:] or ["--help"], prog_name="strokebook", standalone_mode=False)
    with to_output():
        sys.stdout.flush()  # a full disk is told here, not at the interpreter's end
    return _stopped() if ended == STOPPED else ended if isinstance(ended, int) else 0


def _stopped() -> int:
    complain("Stopped. What was done is kept; run the command again to go on.")
    return STOPPED


def _reader_left() -> int:
    """The reader (head, less) has seen enough."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _wrong_words(error: Any) -> int:
    words = str(error.format_message()).strip()
    words += "" if words.endswith((".", "?", "!")) else "."
    if getattr(error, "option_name", None) in BEFORE:
        words += f" Write it before the command: strokebook {error.option_name} …"
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "strokebook"
    complain(f"strokebook: {' '.join(words.split())} See '{command} --help'.")
    log.warning("wrong words: %s", type(error).__name__)
    return WRONG_USE


def _failed(error: Exception) -> int:
    fault = fault_of(error, session.project)
    log.error("%s", fault.sentence, exc_info=None if fault.code == WRONG_USE else error)
    if not fault.ours:
        complain(f"strokebook: {fault.sentence}")
        return fault.code
    place = session.book.place() if session.book is not None else None
    details = f"the details are in {place}." if place else "the details could not be written."
    complain(
        f"strokebook failed: {fault.sentence.rstrip('.')}. This is our fault; {details} What was"
        " done is kept; please report it with that file."
    )
    return fault.code


def _spell_what_cannot_be_shown() -> None:
    """Let a terminal or file without a character get its number, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
