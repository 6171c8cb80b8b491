"""What an edit changes further on: pages that are traced, drawings that are learnt from."""

from __future__ import annotations

from dataclasses import dataclass

from strokebook.pipeline.project import Project


@dataclass(frozen=True)
class Standing:
    """What the stages would work on as things stand.

    Attributes:
        traced: Images of the pages that are traced.
        learnt: Keys of the drawings that are learnt from, if no cut drops them.
        trained: There is a model.
    """

    traced: frozenset[str]
    learnt: frozenset[str]
    trained: bool

    @classmethod
    def of(cls, project: Project) -> Standing:
        """As it is now."""
        private = project.options.include_private
        pages = project.catalogue.pages(include_private=private, kind="drawing")
        traced = frozenset(page.image for page in pages)
        drawings = project.catalogue.drawings(include_private=private)
        offered = (d for d in drawings if d.kept or d.reason_source == "filter")
        learnt = frozenset(d.key for d in offered if d.image in traced)
        model = project.at("models", "drawings", "best.json")
        return cls(traced, learnt, model.exists())


@dataclass(frozen=True)
class Effects:
    """The difference that an edit makes.

    Attributes:
        pages_in: Pages that are traced from now on.
        pages_out: Pages that are no longer traced.
        drawings_in: Known drawings that are learnt from, from now on.
        drawings_out: Drawings that are no longer learnt from.
        left: Drawings that are learnt from now.
        trained: There is a model, which the next run trains anew.
    """

    pages_in: int = 0
    pages_out: int = 0
    drawings_in: int = 0
    drawings_out: int = 0
    left: int = 0
    trained: bool = False

    @property
    def sentences(self) -> list[str]:
        """For the artist; what does not change is not spoken of."""
        lines = []
        if self.pages_in:
            lines.append(f"{_count(self.pages_in, 'page')} more will be traced.")
        if self.pages_out:
            lines.append(f"{_count(self.pages_out, 'page')} will no longer be traced.")
        if self.drawings_in or self.drawings_out:
            change = [
                f"{_count(n, 'drawing')} {word}"
                for n, word in ((self.drawings_in, "come in"), (self.drawings_out, "drop out"))
                if n
            ]
            lines.append(f"To learn from: {', '.join(change)}; {self.left} are left.")
        if lines and self.trained:
            lines.append("The next run trains the model anew.")
        return lines


def compare(before: Standing, after: Standing) -> Effects:
    """What changed from one standing to another."""
    return Effects(
        pages_in=len(after.traced - before.traced),
        pages_out=len(before.traced - after.traced),
        drawings_in=len(after.learnt - before.learnt),
        drawings_out=len(before.learnt - after.learnt),
        left=len(after.learnt),
        trained=after.trained,
    )


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"
