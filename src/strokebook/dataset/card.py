"""The data card: what a data set was made of and how, for people (Markdown) and programs (JSON)."""

from __future__ import annotations

import dataclasses
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from strokebook import __version__
from strokebook.base import InputRefused, UsageError
from strokebook.base.files import file_digest, write_json, write_text
from strokebook.base.options import build as build_options
from strokebook.base.reading import read_plain
from strokebook.dataset.build import DataSet
from strokebook.dataset.options import DatasetOptions
from strokebook.dataset.splits import PARTS, Part
from strokebook.dataset.summary import DataSetSummary, Spread, summarise

THE_ARTISTS = "The drawings are the artist's own; ask before you use or pass on this data set."
_OF_PAGE = re.compile(r"(.+?)p\d+")

# What a JSON that is no card raises where its parts are looked for.
_NO_CARD = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
MAX_BYTES = 1 << 26  # of a card's JSON; one of 100,000 pages has some 5 MB


@dataclasses.dataclass(frozen=True)
class DataCard:
    """What stands on a card.

    Attributes:
        summary: The counts.
        settings: Every option of the data set by name.
        sketchbooks: Sketchbook → pages of it that have a drawing in the data set.
        pages: Page → part; keeps the split when the data set is built again.
        files: Name → content key of the files that the card describes.
        licence: Whose drawings these are and what may be done with them.
        version: Of the program.
    """

    summary: DataSetSummary
    settings: dict[str, Any]
    sketchbooks: dict[str, int]
    pages: dict[str, Part]
    files: dict[str, str]
    licence: str = THE_ARTISTS
    version: str = __version__


def make_card(
    dataset: DataSet,
    files: Sequence[Path] = (),
    *,
    licence: str = THE_ARTISTS,
    books: Mapping[str, str] | None = None,
) -> DataCard:
    """The card of a data set.

    Args:
        dataset: As built.
        files: What was written of it; their content keys stand on the card.
        licence: A sentence.
        books: Page → sketchbook; where a page is missing its id says it (``sb48p005`` → ``sb48``).
    """
    named = books or {}
    counted = Counter(named.get(page) or book_of(page) for page in dataset.groups)
    return DataCard(
        summary=summarise(dataset),
        settings=dataclasses.asdict(dataset.options),
        sketchbooks=dict(sorted(counted.items())),
        pages=dict(dataset.groups),
        files={f.name: file_digest(f) for f in files},
        licence=licence,
    )


def book_of(page: str) -> str:
    """The sketchbook in a page's id: ``sb48p005v2`` → ``sb48``; ``other`` where there is none."""
    match = _OF_PAGE.match(page)
    return match.group(1) if match else "other"


def write_card(card: DataCard, npz: Path) -> tuple[Path, Path]:
    """Write ``NAME.card.json`` and ``NAME.card.md`` beside ``NAME.npz``; returns both paths."""
    as_json, as_text = npz.with_suffix(".card.json"), npz.with_suffix(".card.md")
    write_json(as_json, dataclasses.asdict(card))
    write_text(as_text, to_markdown(card))
    return as_json, as_text


def read_pages(path: Path) -> dict[str, Part]:
    """Page → part from a card's JSON: the ``previous`` of the next build.

    Raises:
        InputRefused: It is not such a card.
    """
    try:
        pages = json.loads(read_plain(path, MAX_BYTES))["pages"]
        if not all(part in PARTS for part in pages.values()):
            raise ValueError
        return {str(page): part for page, part in pages.items()}
    except InputRefused:
        raise
    except _NO_CARD as error:
        reason = "is not a data card with the pages of each part."
        raise InputRefused(path.name, reason, "Delete it to split the pages anew.") from error


def read_rule(npz: Path) -> DatasetOptions | None:
    """By what rule the drawings of a file got their points, from the card beside it.

    Returns:
        None where there is no card, or one of another file, or of a later version.
    """
    name = npz.name.removesuffix(".npz").removesuffix(".flat")
    card = npz.with_name(f"{name}.card.json")
    try:
        found = json.loads(read_plain(card, MAX_BYTES))
        if found["files"].get(npz.name) != file_digest(npz):
            return None
        # A card without a step is of a version that left all points to RDP.
        return build_options(DatasetOptions, found["settings"], card.name, DatasetOptions(step=0.0))
    except (OSError, InputRefused, UsageError, *_NO_CARD):
        return None


def to_markdown(card: DataCard) -> str:
    """The card as a page to read."""
    s = card.summary
    blocks = [
        f"# Data set “{s.name}”",
        f"{s.kept} of {s.offered} drawings, from {_books(card.sketchbooks)}. {card.licence}",
        "## Parts\n\nSplit by page: no page is in two parts.\n\n" + _parts(s),
        "## Points and strokes\n\n" + _spreads(s),
        f"Scale (standard deviation of the train offsets): {s.scale:.4f} units.",
        "## Left out\n\n" + _dropped(s),
        "\n".join(f"- {note}" for note in s.notes),
        "## Settings\n\n" + _table(["setting", "value"], list(card.settings.items())),
        "## Files\n\n" + _table(["file", "content key (BLAKE2b)"], list(card.files.items())),
        f"Made by strokebook {card.version}.",
    ]
    return "\n\n".join(b for b in blocks if b) + "\n"


def _books(books: Mapping[str, int]) -> str:
    pages = sum(books.values())
    listed = ", ".join(f"{book} ({n})" for book, n in books.items())
    return f"{pages} pages of {len(books)} sketchbooks: {listed}" if books else "no pages"


def _parts(s: DataSetSummary) -> str:
    rows = [(p, c.drawings, c.pages, c.points) for p, c in s.parts.items()]
    return _table(["part", "drawings", "pages", "points"], rows)


def _spreads(s: DataSetSummary) -> str:
    named: list[tuple[str, Spread | None]] = [
        ("points, all offered", s.points_offered),
        ("points before", s.points_before),
        ("points after", s.points_after),
        ("strokes before", s.strokes_before),
        ("strokes after", s.strokes_after),
        ("RDP ε, units", s.epsilon),
    ]
    rows = [
        (name, *(f"{v:g}" for v in dataclasses.astuple(spread)[:-1]))
        for name, spread in named
        if spread
    ]
    return _table(["", "least", "5 %", "25 %", "median", "75 %", "95 %", "greatest"], rows)


def _dropped(s: DataSetSummary) -> str:
    rows = [(reason, n) for reason, n in s.dropped.items()]
    return _table(["reason", "drawings"], rows) if rows else "Nothing."


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    cells = [[str(c).replace("|", "\\|").replace("\n", " ") for c in line] for line in lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in cells)
