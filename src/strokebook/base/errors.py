"""The errors a person can meet; each says what, why and what to do; formatted at the edge."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

LONGEST = 600  # characters of a reason; what a file says of itself may be as long as the file


def shortened(text: str) -> str:
    """``text`` on one line, without its middle where it is too long to be read."""
    text = " ".join(text.splitlines())
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST // 2]} … {text[-LONGEST // 4 :]}"


class StrokebookError(Exception):
    """Something that stops the present command; ``remedy`` says what to do about it."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        self.reason = shortened(reason)
        self.remedy = remedy
        super().__init__(self.reason)

    def __str__(self) -> str:
        return f"{self.reason} {self.remedy}".strip()

    def __reduce__(self) -> tuple[Any, ...]:
        # Worker processes send errors home by pickle, which calls the class with these.
        return type(self), (self.reason, self.remedy)


class UsageError(StrokebookError):
    """The command or a setting was used wrongly (exit code 2)."""


class Severity(Enum):
    """What became of the input that a diagnostic is about."""

    ERROR = "error"  # it was left out
    WARNING = "warning"  # it was used all the same


@dataclass(frozen=True)
class Diagnostic:
    """What is wrong with one input, as a record that can be kept and listed.

    Attributes:
        subject: The file or page as the artist would name it.
        reason: What is wrong with it.
        remedy: What the artist can do.
        severity: Whether the input was left out (an error) or used all the same (a warning).
        transient: True when nothing need be wrong with the input itself (its disk is away, another
            one is full, no memory was left): it is no result, and the next run tries again.
    """

    subject: str
    reason: str
    remedy: str
    severity: Severity = Severity.ERROR
    transient: bool = False

    @property
    def is_error(self) -> bool:
        """Whether the input was left out."""
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        return f"{self.subject}: {self.reason} {self.remedy}".strip()


class InputRefused(StrokebookError):
    """One input (a file, a page, a drawing) cannot be used; the rest of the work goes on."""

    def __init__(
        self, subject: str, reason: str, remedy: str = "", *, transient: bool = False
    ) -> None:
        super().__init__(f"{subject}: {reason}", remedy)
        self.subject = subject
        self.bare_reason = shortened(reason)
        self.transient = transient

    def __reduce__(self) -> tuple[Any, ...]:
        # ``transient`` is set from the state, after the class was called.
        arguments = (self.subject, self.bare_reason, self.remedy)
        return type(self), arguments, {"transient": self.transient}

    @property
    def diagnostic(self) -> Diagnostic:
        """The same as a record that can be kept and listed."""
        return Diagnostic(self.subject, self.bare_reason, self.remedy, transient=self.transient)


def is_transient(error: BaseException | None) -> bool:
    """Whether ``error`` is a fault of the machine (disk, permission, memory), not of the input.

    An ``OSError`` without a number comes from a decoder that met damaged data, not from the system.
    """
    if isinstance(error, MemoryError):
        return True
    return isinstance(error, OSError) and error.errno is not None
