"""Labels as an artist writes them: known, a slip of a known one, or new and of a kind."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from strokebook.base.errors import UsageError
from strokebook.base.options import nearest
from strokebook.library.kinds import DEFAULT_LABELS, KINDS, OTHER, check_label, kind_of
from strokebook.pipeline.project import Project

CLOSE = 0.8  # difflib's ratio from which a new word may be a slip: one letter of five


class LikelySlipError(UsageError):
    """A new label that is nearly a known one; ``meant`` is that one."""

    def __init__(self, label: str, meant: str) -> None:
        super().__init__(
            f"{label!r} is no label yet, and nearly {meant!r}.",
            f"Write {meant!r}, or add --new if {label!r} is another label.",
        )
        self.meant = meant


class KindNeededError(UsageError):
    """A new label of which nothing says what kind of page it means."""

    def __init__(self, label: str) -> None:
        kinds = ", ".join(KINDS)
        super().__init__(
            f"{label!r} is a new label, and nothing says what kind of page it means.",
            f"Add --as KIND (one of {kinds}): pages of the kind drawing are traced.",
        )


def settle_label(
    project: Project,
    label: str,
    kinds: Collection[str | None],
    *,
    kind: str | None = None,
    new: bool = False,
) -> tuple[str, str | None]:
    """A label as it is to be kept, and the kind that it has yet to be given, if any.

    Args:
        project: Open.
        label: As written.
        kinds: What the pages that get it are now; if they are one kind, a new label inherits it.
        kind: What kind of page the label means, as the artist says.
        new: The artist says that it is a new label, however like another.

    Raises:
        UsageError: No label, or no such kind.
        LikelySlipError: It is nearly a known label.
        KindNeededError: It is new and of unknown kind.
    """
    name = check_label(label)
    if kind is not None and kind not in KINDS:
        raise UsageError(f"There is no kind of page {kind!r}.", nearest(kind, KINDS))
    known = project.catalogue.known_labels() | frozenset(DEFAULT_LABELS.values())
    same = next((k for k in sorted(known) if k.casefold() == name.casefold()), None)
    if same is not None or kind_of(name) != OTHER:
        return same or name, kind
    if not new:
        words = {k.casefold(): k for k in known}
        close = difflib.get_close_matches(name.casefold(), words, n=1, cutoff=CLOSE)
        if close:
            raise LikelySlipError(name, words[close[0]])
    if kind is None:
        present_kinds = set(kinds)
        kind = present_kinds.pop() if len(present_kinds) == 1 else None
        if kind is None:
            raise KindNeededError(name)
    return name, kind
