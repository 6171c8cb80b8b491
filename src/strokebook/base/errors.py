"""The errors a person can meet; each says what, why and what to do; formatted at the edge."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Refusal:
    """One input that was left out, or taken with a remark.

    Attributes:
        subject: The file or page as the artist would name it.
        reason: What is wrong with it.
        remedy: What the artist can do.
        fatal: False for a remark about an input that was used all the same.
        passing: True when nothing need be wrong with the input itself (its disk is away, another
            one is full, no memory was left): it is no result, and the next run tries again.
    """

    subject: str
    reason: str
    remedy: str
    fatal: bool = True
    passing: bool = False

    def __str__(self) -> str:
        return f"{self.subject}: {self.reason} {self.remedy}".strip()


class InputRefused(StrokebookError):
    """One input (a file, a page, a drawing) cannot be used; the rest of the work goes on."""

    def __init__(
        self, subject: str, reason: str, remedy: str = "", *, passing: bool = False
    ) -> None:
        super().__init__(f"{subject}: {reason}", remedy)
        self.subject = subject
        self.bare_reason = shortened(reason)
        self.passing = passing

    def __reduce__(self) -> tuple[Any, ...]:
        # The mark that the fault may pass is set from the state, after the class was called.
        arguments = (self.subject, self.bare_reason, self.remedy)
        return type(self), arguments, {"passing": self.passing}

    @property
    def refusal(self) -> Refusal:
        """The same as a record that can be kept and listed."""
        return Refusal(self.subject, self.bare_reason, self.remedy, passing=self.passing)


def may_pass(error: BaseException | None) -> bool:
    """Whether ``error`` speaks of the machine (disk, permission, memory), not of the input.

    An ``OSError`` without a number comes from a decoder that met damaged data, not from the system.
    """
    if isinstance(error, MemoryError):
        return True
    return isinstance(error, OSError) and error.errno is not None
