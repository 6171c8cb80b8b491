"""What a check finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that is not in order.

    Attributes:
        subject: The file, page or edit concerned, as the artist would name it.
        fault: What is wrong with it, as a sentence that goes on from ``subject``.
        remedy: What to do about it, one sentence.
        repairable: ``strokebook check --repair`` mends it.
    """

    subject: str
    fault: str
    remedy: str
    repairable: bool = False

    def __str__(self) -> str:
        return f"{self.subject}: {self.fault} {self.remedy}".strip()


REPAIR = "'strokebook check --repair' mends it."
FEW = 5  # subjects that are named before the others are only counted


def name_some(subjects: list[str]) -> str:
    """The first few of ``subjects``, and how many others there are."""
    shown = ", ".join(subjects[:FEW])
    return shown if len(subjects) <= FEW else f"{shown} and {len(subjects) - FEW} others"
