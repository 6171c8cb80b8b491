"""Card of a model that is shared: its name, its artist, its licence, whom it is owed to, its facts.

A model's own card says where it was trained and from what; what leaves the artist's computer must
not. So the shared card is written anew from numbers, and the few texts that it takes over lose
paths, page ids and dates first.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from strokebook import __version__
from strokebook.base.errors import UsageError
from strokebook.model.checkpoints import starter
from strokebook.model.checkpoints.checkpoint import SketchModel

CELLS = {"lstm": "LSTM", "layer_norm": "layer-norm LSTM", "hyper": "HyperLSTM"}
NAMELESS = "drawings"  # the name of a model whose own is nothing but a date or a path
UNKNOWN = "unknown"  # how a licence or source begins that an imported file does not say
MOST_WORDS, MOST_TEXT, MOST_CREDITS = 500, 100_000, 100  # characters, characters, lines

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_YEAR = r"(?:19|20)\d\d"
DATES = re.compile(
    rf"\b{_YEAR}[-/._]\d{{1,2}}(?:[-/._]\d{{1,2}})?(?:[T ]\d\d:\d\d(?::\d\d)?\S*)?(?![\d])"
    rf"|\b\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:{_YEAR}|\d\d)\b"
    rf"|\b{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\.? {_MONTH},? {_YEAR}\b"
    rf"|\b{_MONTH} (?:\d{{1,2}}(?:st|nd|rd|th)?,? )?{_YEAR}\b",
    re.IGNORECASE,
)
PAGE_IDS = re.compile(r"\bsb\d{1,6}p\d{1,6}[a-z0-9~-]*", re.IGNORECASE)
# A word with a slash that is no address; addresses are how sources are named.
PATHS = re.compile(r"(?<!\S)(?!\(?https?://)\S*[\\/]\S*")


@dataclass(frozen=True)
class Card:
    """What a shared model says of itself.

    Attributes:
        name: Of what it draws.
        artist: Whose hand it is; empty: not said.
        licence: Likewise.
        credits: Whom it is owed to, a line each.
        text: For people, Markdown.
    """

    name: str
    artist: str = ""
    licence: str = ""
    credits: tuple[str, ...] = ()
    text: str = ""


def card_of(
    model: SketchModel,
    title: str,
    *,
    name: str | None = None,
    artist: str | None = None,
    licence: str | None = None,
    credit: tuple[str, ...] = (),
) -> Card:
    """The card of a model.

    Args:
        model: Trained, imported, or read from a shared file, whose card then fills what is not
            given here.
        title: What it is called where it lies, such as its folder's name.
        name: What the artist calls it; taken as it is, as all that follows.
        artist: Whose hand it is.
        licence: Of the model.
        credit: Whom it is owed to, before those that the model knows of.

    Raises:
        UsageError: A text is too long, or has no letter.
    """
    before = model.info.get("card") or {}
    card = Card(
        _words("--name", name) if name is not None else _title(model, title),
        _words("--artist", artist) if artist is not None else str(before.get("artist", "")),
        _words("--licence", licence) if licence is not None else _licence(model),
        tuple(dict.fromkeys([*(_words("--credit", c) for c in credit), *_known_credits(model)])),
    )
    return Card(card.name, card.artist, card.licence, card.credits, _page(model, card))


def clean(text: str) -> str:
    """``text`` without paths, page ids and dates."""
    for pattern in (DATES, PAGE_IDS, PATHS):
        text = pattern.sub("", text)
    text = re.sub(r"\s+", " ", text)
    return re.sub(r" (?=[,.;:)])|(?<=\() ", "", text).strip(" ,;:-_")


def _words(option: str, text: str) -> str:
    words = " ".join(text.split())
    if not words:
        raise UsageError(f"{option} is empty.", "Leave it out, or give a text.")
    if len(words) > MOST_WORDS:
        raise UsageError(
            f"{option} has {len(words)} characters, over the limit of {MOST_WORDS}.", "Shorten it."
        )
    return words


def _title(model: SketchModel, title: str) -> str:
    known: dict[str, Any] = model.info.get("card") or model.info.get("imported") or {}
    return clean(str(known.get("name") or title))[:MOST_WORDS] or NAMELESS


def _licence(model: SketchModel) -> str:
    for source in (model.info.get("card"), model.info, model.info.get("imported")):
        text = str((source or {}).get("licence") or "")
        if text and not text.startswith(UNKNOWN):
            return clean(text)[:MOST_WORDS]
    return ""


def _known_credits(model: SketchModel) -> list[str]:
    info = model.info
    if info.get("card"):
        return [str(c) for c in info["card"].get("credits", ())]
    lines = _sources(info)
    if info.get("started_from") == starter.NAME:
        own = json.loads((starter.FOLDER / "card.json").read_text("utf-8"))
        lines += [f"Begun from strokebook's starter: {line}" for line in _sources(own)]
    imported = info.get("imported") or {}
    if imported:
        source = clean(str(imported.get("source", "")))
        known = source and not source.startswith(UNKNOWN)
        lines.append(f"Trained by others: {source}" if known else "Trained by others")
    return [line[:MOST_WORDS] for line in lines if line][:MOST_CREDITS]


def _sources(info: dict[str, Any]) -> list[str]:
    """What a packed model says of its data."""
    rows = info.get("sources") or []
    return [
        clean(f"{row.get('what', '')}: {row.get('source', '')} ({row.get('licence', '')})")
        for row in rows
        if isinstance(row, dict)
    ]


def _page(model: SketchModel, card: Card) -> str:
    """The card for people, Markdown."""
    facts = model.statistics
    text = [f"# {card.name}", "", _kind(model), ""]
    if card.artist:
        text.append(f"- Drawn after the hand of {card.artist}.")
    if facts.drawings:
        text.append(
            f"- It learnt from {facts.drawings} drawings (median {facts.points} points, at most"
            f" {facts.longest})."
        )
    if model.chooser is not None:
        text.append(
            f"- It shows about one of {1 / model.chooser.budget:.0f} drawings that it makes: those"
            " most like what it learnt from."
        )
    text.append(f"- Licence: {card.licence or 'not said; ask before you share it'}.")
    text += [f"- {line}." for line in card.credits]
    text.append(f"- Written by strokebook {__version__}; weights of 16 bits.")
    return "\n".join(text) + "\n"


def _kind(model: SketchModel) -> str:
    options = model.options
    frame = "local-frame decoder" if options.local_frame else "SketchRNN decoder"
    encoder = (
        f", with an encoder ({CELLS[options.encoder_cell]} 2 × {options.encoder}, z {options.z})"
        if options.conditional
        else ""
    )
    return (
        f"A {frame} ({CELLS[options.decoder_cell]} {options.decoder}, {options.mixtures}"
        f" mixtures){encoder}."
    )
