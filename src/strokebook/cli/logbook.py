"""The log file: commands, stages, refusals, warnings, and the details of what went wrong.

It lies in the project (``logs/strokebook.log``) and is for finding faults, so it must be safe to
send to somebody: no name of a scan goes into it and no pixel. Until the project is known its
lines wait in memory; a command without a project leaves a file only where it failed.
"""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from typing import Any

from strokebook import __version__
from strokebook.base import owned
from strokebook.base.errors import Diagnostic, StrokebookError
from strokebook.base.imaging.images import SUFFIXES

FOLDER, FILE = "logs", "strokebook.log"
MOST, KEPT = 300_000, 3  # bytes of a file, and how many former ones stay beside it
SAYING = ("label", "correct", "uncorrect", "tag", "keep", "drop", "show", "date", "dates")
WAITING = 1000  # lines in memory before a project is known

_IMAGES = sorted({s.lstrip(".") for group in SUFFIXES.values() for s in group} | {"gif", "bmp"})
_SCAN = re.compile(rf"[^/\\\n]+\.({'|'.join(_IMAGES)})\b", re.IGNORECASE)

log = logging.getLogger("strokebook")


def without_names(text: str) -> str:
    """``text`` with the name of every scan replaced: ``sb48/art/*.jpg``.

    A page may be private, or become so; of its name the log then holds nothing.
    """
    return _SCAN.sub(lambda match: f"*.{match[1].lower()}", text)


class _Nameless(logging.Formatter):
    """Lines without the names of scans, in the message and in a traceback."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's own name)
        record.message = without_names(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return without_names(super().formatException(ei))


class _Quiet(logging.handlers.RotatingFileHandler):
    """A rotating file that never stands in the way: what can't be written is left out."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's own name)
        """Say nothing: a full disk is told by the command itself."""

    def doRollover(self) -> None:  # noqa: N802
        """Begin a new file; where another process has the old one open (Windows), go on in it."""
        file = Path(self.baseFilename)
        with contextlib.suppress(OSError, StrokebookError):
            for number in range(1, self.backupCount + 1):
                _claim(file.with_name(f"{file.name}.{number}"))
            super().doRollover()


class Logbook:
    """The log of one command."""

    def __init__(self) -> None:
        self.file: Path | None = None
        self._waiting = logging.handlers.MemoryHandler(WAITING, logging.CRITICAL + 1)
        log.addHandler(self._waiting)
        logging.getLogger("py.warnings").addHandler(self._waiting)

    def keep_in(self, folder: Path) -> None:
        """Write to the project ``folder`` from now on, what was waiting first; or go on waiting."""
        if self.file is not None:
            return
        target = folder / FOLDER / FILE
        with contextlib.suppress(OSError, StrokebookError):
            _claim(target)
            target.parent.mkdir(exist_ok=True)
            self._write_to(target)

    def place(self) -> Path | None:
        """The file with the details of a failure: the project's, else a temporary one.

        None where neither can be written.
        """
        if self.file is None:
            with contextlib.suppress(OSError):
                handle, name = tempfile.mkstemp(prefix="strokebook-", suffix=".log")
                os.close(handle)
                self._write_to(Path(name))
        return self.file

    def close(self) -> None:
        """Write the last lines and let go of the file."""
        self._waiting.flush()
        log.removeHandler(self._waiting)
        logging.getLogger("py.warnings").removeHandler(self._waiting)
        if self._waiting.target is not None:
            self._waiting.target.close()
        self._waiting.close()

    def _write_to(self, file: Path) -> None:
        with file.open("a"):
            pass  # an error now rather than at the first line
        handler = _Quiet(
            file, maxBytes=MOST, backupCount=KEPT, encoding="utf-8", errors="backslashreplace"
        )
        handler.setFormatter(
            _Nameless("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s")
        )
        self.file = file
        self._waiting.setTarget(handler)
        self._waiting.flush()
        self._waiting.capacity = 1  # from now on every line at once: a killed command leaves them


def _claim(target: Path) -> None:
    """List a log file as ours; links, other people's files and what is no file are refused.

    Raises:
        OSError: It is one of these.
        StrokebookError: A folder of ours is a link.
    """
    if target.parent.is_symlink() or target.is_symlink():
        raise FileExistsError(f"{target} is a link.")
    if target.exists() and not target.is_file():
        raise FileExistsError(f"{target} is no file.")
    if target.exists() and owned.home(target) is not None and not owned.is_ours(target):
        raise FileExistsError(f"{target} is not ours.")
    owned.claim(target)


@contextlib.contextmanager
def keeping_log(words: Sequence[str]) -> Iterator[Logbook]:
    """The log of the command ``words``."""
    book = Logbook()
    level = log.level
    log.setLevel(logging.INFO)
    logging.captureWarnings(True)
    log.info("strokebook %s: %s", __version__, command_line(words))
    try:
        yield book
    finally:
        logging.captureWarnings(False)
        log.setLevel(level)
        book.close()


def command_line(words: Sequence[str]) -> str:
    """The command as the log shows it: of files their suffix, of folders the last part.

    Of a command that speaks of pages only its options' names: what is said of a page is nowhere
    but in the log of edits, from which it goes when the page becomes private.
    """
    saying = next((n for n, word in enumerate(words) if word in SAYING), len(words))
    shown = [_word(word) for word in words[: saying + 1]]
    rest = (w.partition("=")[0] if w.startswith("-") else "…" for w in words[saying + 1 :])
    return " ".join([*shown, *rest])


def _word(word: str) -> str:
    if "/" not in word and "\\" not in word:
        return word
    return f"…/*{PurePath(word).suffix}" if PurePath(word).suffix else "…/"


def log_diagnostics(diagnostics: Sequence[Diagnostic]) -> None:
    """Why inputs were refused, without their names: reasons with counts; warnings as a count."""
    reasons = Counter(r.reason for r in diagnostics if r.is_error)
    for reason, count in reasons.items():
        log.warning("refused %d: %s", count, reason)
    warnings = sum(not r.is_error for r in diagnostics)
    if warnings:
        log.info("%d warnings", warnings)
