"""Review: the least sure pages and drawings first, each confirmed or corrected with one key.

Every decision is an edit in the log, so that ``undo`` takes it back, and a page that was decided on
is not asked about again: the next review goes on where this one ended.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from strokebook.base import owned
from strokebook.base.errors import UsageError
from strokebook.base.imaging.images import open_image
from strokebook.geometry.render import render
from strokebook.library.catalogue.records import Page
from strokebook.library.disk.previews import preview_path
from strokebook.library.kinds import DEFAULT_LABELS
from strokebook.pipeline import locks
from strokebook.pipeline.editing.curate import apply_cluster_decisions
from strokebook.pipeline.editing.effects import Effects, Standing, compare
from strokebook.pipeline.output.pictures import save_picture
from strokebook.pipeline.project import Project
from strokebook.pipeline.seeing.drawing_reasons import explain_drawing, read_judgements
from strokebook.pipeline.seeing.page_reasons import explain_label, spell_certainty
from strokebook.pipeline.stage import usable_pages
from strokebook.pipeline.stages.figures import load_figure
from strokebook.pipeline.stages.labelling import relabel
from strokebook.vision.sheets import contact_sheet

STAGE, FOLDER = "review", "review"
PER_SHEET = 40
SIDE = 150  # px of a picture on a sheet
SHOWN = 480  # px of a picture in a terminal
LABEL_KEYS = {kind[0]: label for kind, label in DEFAULT_LABELS.items()}  # d, w, n, c, b


@dataclass(frozen=True)
class ReviewItem:
    """A page or drawing to look at.

    Attributes:
        name: Its id.
        image: Its page's image.
        stands: Its label, or ``kept`` or ``dropped``; "" for a page without a label.
        confidence: How sure that is, 0 to 1; None: not known.
        why: One sentence.
        file: A picture of it: the preview of a page, the SVG of a drawing.
        of_drawing: It is a drawing.
    """

    name: str
    image: str
    stands: str
    confidence: float | None
    why: str
    file: Path
    of_drawing: bool = False

    def as_dict(self) -> dict[str, object]:
        """For scripts."""
        names = ("name", "stands", "confidence", "why")
        return {**{n: getattr(self, n) for n in names}, "file": str(self.file)}

    @property
    def certainty(self) -> str:
        """``62 %``, for a caption."""
        return "" if self.confidence is None else spell_certainty(self.confidence)


def pages_to_review(project: Project, most: int) -> list[ReviewItem]:
    """The pages whose labels are the least sure, at most ``most``.

    Left out are pages labelled by hand, private ones, and second copies. Pages of which it is not
    known how sure their label is come last; first among those where the rule says otherwise.
    """
    pages = [p for p in usable_pages(project) if p.label_source != "hand" and not p.private]
    pages = [p for p in pages if preview_path(project.folder, p.image).exists()]
    judged = project.catalogue.results("judge")

    def doubt(page: Page) -> tuple[float, bool]:
        said = judged[page.image].summary.get("label") if page.image in judged else None
        return (math.inf if page.confidence is None else page.confidence, said == page.label)

    first = sorted(pages, key=doubt)[:most]
    return [
        ReviewItem(
            page.id,
            page.image,
            page.label or "",
            page.confidence,
            explain_label(project, page),
            preview_path(project.folder, page.image),
        )
        for page in first
    ]


def drawings_to_review(project: Project, most: int) -> list[ReviewItem]:
    """The drawings of which it is the least sure that they are rightly kept or dropped.

    Left out are those that the artist kept or dropped, alone or with their cluster, those of
    private pages, and those that were not measured yet.
    """
    judged = read_judgements(project)
    records = [
        d
        for d in project.catalogue.drawings()
        if d.key in judged and d.reason_source not in ("hand", "cluster")
    ]
    first = sorted(records, key=lambda d: judged[d.key].certainty_of(d.kept))[:most]
    return [
        ReviewItem(
            d.id,
            d.image,
            "kept" if d.kept else "dropped",
            judged[d.key].certainty_of(d.kept),
            explain_drawing(d, judged[d.key]),
            project.at(d.svg),
            of_drawing=True,
        )
        for d in first
    ]


def picture_of(project: Project, item: ReviewItem, side: int = SHOWN) -> Image.Image:
    """A small picture of a page or drawing."""
    if not item.of_drawing:
        return open_image(item.file, reduce_to=side)
    return render(load_figure(project, project.catalogue.drawing(item.name)), (side, side), 1.5)


def draw_review_sheets(project: Project, items: Sequence[ReviewItem], what: str) -> list[Path]:
    """Contact sheets of what is to be reviewed, in its order; those of before are removed.

    Args:
        project: Open.
        items: Pages, or drawings.
        what: ``pages`` or ``drawings``: the beginning of the files' names.
    """
    folder = project.pictures / FOLDER
    sheets = [items[n : n + PER_SHEET] for n in range(0, len(items), PER_SHEET)]
    paths = [folder / f"{what}-{n:02d}.jpg" for n in range(1, len(sheets) + 1)]
    with owned.owning(STAGE):
        for n, (path, part) in enumerate(zip(paths, sheets, strict=True)):
            first = n * PER_SHEET + 1
            captions = [
                f"{k} {item.name}: {item.stands or 'no label'} {item.certainty}"
                for k, item in enumerate(part, start=first)
            ]
            heading = f"{what} {first} to {first + len(part) - 1} of {len(items)}, least sure first"
            cells = [picture_of(project, item, SIDE) for item in part]
            save_picture(contact_sheet(cells, captions, heading.capitalize()), path)
    if owned.is_marked(project.pictures):
        for path, entry in owned.listed(project.pictures):
            ours = entry.stage == STAGE and path.name.startswith(f"{what}-")
            if ours and path.name not in {p.name for p in paths}:
                owned.remove(path)
    return paths


@dataclass(frozen=True)
class _Step:
    """What one key did: where the review stood before it, and the command that it wrote."""

    at: int
    command: int | None


@dataclass
class Review:
    """A walk through what is to be reviewed, one decision a key.

    Attributes:
        project: Open.
        items: In the order in which they are asked about.
        at: Which one is next.
        confirmed: How many were left as they were, by hand.
        changed: How many got another label, or were kept or dropped otherwise.
    """

    project: Project
    items: Sequence[ReviewItem]
    at: int = 0
    confirmed: int = 0
    changed: int = 0
    _steps: list[_Step] = field(default_factory=list)
    _before: Standing | None = None

    def __post_init__(self) -> None:
        self._before = Standing.of(self.project)

    @property
    def item(self) -> ReviewItem | None:
        """What is asked about now; None at the end."""
        return self.items[self.at] if self.at < len(self.items) else None

    def pass_hidden(self) -> None:
        """Go past what has become private since the review began: it is not shown."""
        while self.item is not None and self.item.image in self.project.catalogue.private_hashes():
            self.at += 1

    def skip(self) -> None:
        """Leave the item as it is, and undecided."""
        self._go_on(None)

    def confirm(self) -> str:
        """Say by hand that the item is right as it stands.

        Raises:
            UsageError: A page without a label.
        """
        item = self._needed()
        if not item.stands:
            raise UsageError(f"{item.name} has no label that could be right.", "Choose one.")
        return self.decide(item.stands)

    def decide(self, stands: str) -> str:
        """Say by hand what the item is: a label, or ``kept`` or ``dropped``; what was written."""
        item = self._needed()
        with self._editing():
            if item.of_drawing:
                self.project.catalogue.decide([item.name], stands == "kept")
                apply_cluster_decisions(self.project)
            else:
                self.project.catalogue.set_hand_labels({item.name: stands})
        self._count(item, stands, 1)
        return f"{item.name} is {stands}, by hand"

    def hide(self) -> str:
        """Mark a page private; what was made of it is removed at the end of the review."""
        item = self._needed()
        self.project.catalogue.tag(item.name, "private")  # waits for nobody: no lock
        self._go_on(self._last_command())
        return f"{item.name} is private"

    def undo(self) -> str:
        """Take the last key of this review back, and stand before it again.

        Raises:
            UsageError: There is none, or another command has edited the project since.
        """
        if not self._steps:
            raise UsageError("Nothing was decided in this review yet.")
        step = self._steps[-1]
        item = self.items[step.at]
        if step.command is not None:
            with locks.editing(self.project):
                last = self.project.catalogue.next_undo(1)[0]
                if last.number != step.command:
                    raise UsageError(
                        "Another command has edited the project since.",
                        "See 'strokebook log', and undo it from there.",
                    )
                stood = self._decided(item)
                self.project.catalogue.undo([last])
                apply_cluster_decisions(self.project)
            if stood is not None:
                self._count(item, stood, -1)
        self._steps.pop()
        self.at = step.at
        return f"{item.name} is as it was"

    def learn(self) -> None:
        """Let the classifier learn from the decisions: once, so that no key waits for a fit."""
        with locks.editing(self.project):
            relabel(self.project)

    def effects(self) -> Effects:
        """What the decisions change further on."""
        assert self._before is not None
        return compare(self._before, Standing.of(self.project))

    @contextmanager
    def _editing(self) -> Iterator[None]:
        """One command of the artist's; between two of them nobody has to wait for us."""
        with locks.editing(self.project):
            with self.project.catalogue.hand_edit():
                yield
            command = self._last_command()
        self._go_on(command)

    def _go_on(self, command: int | None) -> None:
        self._steps.append(_Step(self.at, command))
        self.at += 1

    def _last_command(self) -> int:
        return self.project.catalogue.next_undo(1)[0].number

    def _needed(self) -> ReviewItem:
        if self.item is None:
            raise UsageError("Everything was looked at.")
        return self.item

    def _decided(self, item: ReviewItem) -> str | None:
        """What a hand says of an item at present; None: nothing (it was hidden)."""
        if item.of_drawing:
            return "kept" if self.project.catalogue.drawing(item.name).kept else "dropped"
        page = self.project.catalogue.page(item.name)
        return page.label if page.label_source == "hand" and not page.private else None

    def _count(self, item: ReviewItem, stands: str, by: int) -> None:
        if stands == item.stands:
            self.confirmed += by
        else:
            self.changed += by
