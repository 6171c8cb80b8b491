"""Errors of the operating system that name the file a person knows of."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def naming(path: Path, partial: str | None = None) -> Iterator[None]:
    """Let errors of the operating system be about ``path``.

    A full disk names no file at all, a failed rename the hidden part. Errors about another file
    (one that is read meanwhile) stay as they are.

    Args:
        path: The file that is to be written.
        partial: Its hidden part, where there is one; None: all errors are about ``path``.
    """
    try:
        yield
    except OSError as error:
        if partial is None or error.filename in (None, partial):
            error.filename, error.filename2 = str(path), None
        raise
