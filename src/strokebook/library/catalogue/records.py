"""What the catalogue hands out and takes in: frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from strokebook.base.array_types import Floats32
from strokebook.library.kinds import kind_of

LabelSource = Literal["hand", "cluster", "classifier", "rule"]
VerdictSource = Literal["hand", "cluster", "measure", "filter"]
NameSource = Literal["hand", "rule"]
Space = Literal["pages", "drawings", "search"]  # search: of both, what they are sought by
Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in page pixels, y down
Vectors = Floats32
T = TypeVar("T")


def record(kind: type[T], fields: dict[str, Any]) -> T:
    """A frozen record from all its fields at once.

    A frozen dataclass sets its fields one by one through ``object``, which is half the time of
    reading 100,000 of them.
    """
    new = object.__new__(kind)
    object.__setattr__(new, "__dict__", fields)
    return new


@dataclass(frozen=True)
class ClassLabel:
    """What the classifier takes a page for.

    Attributes:
        label: The likeliest label.
        confidence: Its calibrated probability.
        second: The next; None where there is only one.
        second_confidence: Its probability.
    """

    label: str
    confidence: float
    second: str | None = None
    second_confidence: float | None = None

    def confidence_in(self, label: str) -> float:
        """The probability of a label; of one that is neither the first nor the second at most."""
        if label == self.label:
            return self.confidence
        if label == self.second and self.second_confidence is not None:
            return self.second_confidence
        return max(0.0, 1.0 - self.confidence - (self.second_confidence or 0.0))


@dataclass(frozen=True)
class Page:
    """A page of a sketchbook.

    Attributes:
        id: ``sb48p005``; unique among the pages that are present.
        book: ``sb48``, or the slug of the top folder.
        number: Its page number, if its name has one.
        title: ``sneer`` of ``005--sneer.jpg``.
        path: Posix, relative to the library's root.
        folder: ``art``, ``notes``, ``cover``, ``xtra``, ``priv``, or None.
        image: Key of the file's content; hand work hangs on it.
        width: In pixels, upright.
        height: In pixels, upright.
        format: ``JPEG``, ``PNG``, … by content.
        tags: Of ``cover``, ``extras``, ``favourite``, ``notes``, ``private``.
        private: Lies in ``priv`` (or another copy of it does), or is tagged so.
        label: The label that holds: hand > its cluster's name by hand > classifier > its cluster's
            name by rule > rule.
        label_source: Where ``label`` comes from.
        label_kind: The kind that the artist gave this label; None: its words say it.
        confidence: Of a label that is not by hand, 0 to 1: the calibrated probability where the
            classifier has spoken, else the rule's; None: nobody said.
        cluster: Number of its cluster in the space ``pages``.
        copy_of: The id of another page with the very same image, which stands for both.
        present: False when its file has vanished.
    """

    id: str
    book: str
    number: int | None
    title: str | None
    path: str
    folder: str | None
    image: str
    width: int
    height: int
    format: str
    tags: frozenset[str]
    private: bool
    label: str | None = None
    label_source: LabelSource | None = None
    label_kind: str | None = None
    confidence: float | None = None
    cluster: int | None = None
    copy_of: str | None = None
    present: bool = True

    @property
    def kind(self) -> str | None:
        """``drawing``, ``watercolour``, ``notes``, ``cover``, ``bad-scan``, ``other``, or None."""
        return self.label_kind or kind_of(self.label)


@dataclass(frozen=True)
class NewDrawing:
    """A separated figure as the separation hands it in.

    Attributes:
        box: In page pixels.
        strokes: How many.
        points: How many, over all strokes.
        svg: Its file, posix, relative to the project.
        content: A key of its lines, where they can change while box and counts stay.
    """

    box: Box
    strokes: int
    points: int
    svg: str
    content: str = ""


@dataclass(frozen=True)
class DrawingRecord:
    """A separated figure as the catalogue knows it.

    Attributes:
        id: ``sb48p005d01``: its page's id and its number on the page.
        key: Key of its content; vectors, clusters and verdicts hang on it.
        page: Its page's id.
        image: Its page's image.
        number: From 1, in the order it was handed in.
        box: In page pixels.
        strokes: How many.
        points: How many, over all strokes.
        svg: Its file, posix, relative to the project.
        kept: Whether it may be trained on.
        reason: Why it was dropped, or kept by hand.
        reason_source: Who decided; None when nobody did (it is kept).
        cluster: Number of its cluster in the space ``drawings``.
    """

    id: str
    key: str
    page: str
    image: str
    number: int
    box: Box
    strokes: int
    points: int
    svg: str
    kept: bool = True
    reason: str | None = None
    reason_source: VerdictSource | None = None
    cluster: int | None = None


@dataclass(frozen=True, eq=False)
class Clustering:
    """The clusters of one space as they stand.

    Attributes:
        space: ``pages`` (members are image keys) or ``drawings`` (drawing keys).
        key: What it was computed from; equal key, equal clustering.
        k: How many clusters.
        centroids: ``(k, D)`` float32.
        members: Cluster number by key.
        outside: Keys of the items that are in no cluster, being unlike all (by density).
        reach: By number, how far from its centroid a cluster's farthest member is, where items
            further away are in no cluster; empty: each item is in the nearest.
    """

    space: str
    key: str
    k: int
    centroids: Vectors
    members: Mapping[str, int]
    outside: frozenset[str] = frozenset()
    reach: Mapping[int, float] = field(default_factory=dict)

    @property
    def used(self) -> list[int]:
        """Numbers of the clusters with members, rising."""
        return sorted(set(self.members.values()))


@dataclass(frozen=True)
class Cluster:
    """One cluster; ``name_source`` says whether the artist or a rule named it."""

    number: int
    name: str | None
    name_source: NameSource | None
    size: int


@dataclass(frozen=True)
class StageResult:
    """What a stage did with one item, and under which key of input, settings and version."""

    stage: str
    item: str
    key: str
    seconds: float
    summary: Mapping[str, Any] = field(default_factory=dict)
    at: str = ""
