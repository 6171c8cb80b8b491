"""Starter model of the package: trained, packed, with its card.

    python -m benchmarks.make_starter WORK [--minutes 8 13 15] [--install]

Three trainings, each from the one before: WORK/quickdraw, Quick, Draw! drawings of all words
(``few_drawings`` starts from it too); WORK/artist, the artist's drawings and Quick, Draw! drawings
of people and of what is best drawn in a line; WORK/starter, the artist's upright figures and people
that the sample program draws, some with an oval for a head (:mod:`benchmarks.plain_heads`). Nothing
of their validation and test drawings is learnt from. The trainings can be stopped, and go on where
they were. ``--install`` packs the result into the package (16 bits a weight).
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np

from benchmarks import line_sets
from benchmarks.held_out import nats
from benchmarks.line_sets import RULE
from benchmarks.line_sets import simplified_rows as simplified
from benchmarks.plain_heads import draw_plain_head
from strokebook.demo.people import draw_person
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.resample import to_frame
from strokebook.geometry.stroke3 import from_stroke3, to_stroke3
from strokebook.model.checkpoints import starter
from strokebook.model.checkpoints.checkpoint import load_model
from strokebook.model.config import PRESETS
from strokebook.model.data.augment import backwards
from strokebook.model.data.batches import scale_of
from strokebook.model.data.training_lines import TrainingLines
from strokebook.model.training.result import TrainResult
from strokebook.model.training.train import train

SIZES = PRESETS["evening"].model
FIRST = replace(
    PRESETS["evening"].train,
    batch=64,
    rotate_augment=0.0,
    warp_augment=0.0,
    validate_every=250,
    samples_every=1000,
    patience=0,
    start_from="nothing",
    threads=1,
)
SECOND = replace(
    FIRST,
    batch=50,
    learning_rate=4e-3,
    rotate_augment=8.0,
    mirror_augment=0.5,
    reverse_augment=0.3,
    warp_augment=0.02,
    validate_every=100,
    samples_every=300,
)
THIRD = replace(SECOND, learning_rate=3e-3, reverse_augment=0.0)
SOURCES = [
    {
        "what": "look_i16: drawings of Andrew Look's sketchbooks, traced",
        "source": "Andrew Look, singleline_models",
        "licence": "MIT",
    },
    {
        "what": "7,196 raw drawings of 345 words",
        "source": "Google, Quick, Draw!",
        "licence": "CC BY 4.0",
    },
    {"what": "people that the sample program draws", "source": "strokebook", "licence": "MIT"},
]
STAGES = ("quickdraw", "artist", "starter")
LICENCE = "MIT, as strokebook; name the sources where you pass it on"
CARD = Path(__file__).with_name("starter_card.md")  # numbers are filled in
MOST_STROKES = 4
SPECK = 8.0  # units of the frame: smaller strokes are page marks
DRAWN, DRAWN_SEED = 3000, 1 << 31  # people of the sample program; libraries have smaller seeds
PLAIN = 1000  # people that begin with a plain oval
LONG = 40  # points: what a Quick, Draw! drawing has at least to be learnt beside the artist's
LINE_WORDS = frozenset(
    [
        *("The Mona Lisa", "angel", "beard", "ear", "eye", "eyeglasses", "face", "foot", "goatee"),
        *("hand", "hat", "knee", "leg", "mermaid", "mouth", "moustache", "nose", "shoe", "skull"),
        *("smiley face", "yoga", "bird", "camel", "cat", "cow", "dog", "dolphin", "duck"),
        *("elephant", "fish", "flamingo", "flower", "horse", "kangaroo", "lion", "monkey", "owl"),
        *("panda", "parrot", "rabbit", "snail", "swan", "teddy-bear", "tiger", "whale"),
    ]
)


def pretrain(work: Path, minutes: float) -> TrainResult:
    """A model of Quick, Draw! drawings of every word."""
    data, options = line_sets.quickdraw(), replace(FIRST, minutes=minutes)
    return train(data.train, data.valid, SIZES, options, work / "quickdraw", progress=Says())


def go_on(work: Path, minutes: float) -> TrainResult:
    """From there, the artist's drawings and those of Quick, Draw! that are nearest to them."""
    artist, quick = line_sets.look(), line_sets.quickdraw()
    pairs = zip(quick.train, quick.words, strict=True)
    people = [rows for rows, word in pairs if word in LINE_WORDS and len(rows) >= LONG]
    print(f"{len(artist.train)} drawings of the artist's, {len(people)} of Quick, Draw!")
    known = line_sets.look_lines()
    lines = replace(known, lines=[*known.lines, *[None] * len(people)])
    return train(
        artist.train + people,
        artist.valid,
        SIZES,
        replace(SECOND, minutes=minutes),
        work / "artist",
        start_from=work / "quickdraw",
        progress=Says(),
        lines=lines,
    )


def finish(work: Path, minutes: float) -> TrainResult:
    """In the end, the artist's upright figures, and people that the sample's program draws."""
    drawn, plain = people(DRAWN, DRAWN_SEED), plain_heads(PLAIN, DRAWN_SEED)
    learnt = upright("train") + drawn[100:] + plain[30:]
    return train(
        [simplified(line) for line in learnt],
        [simplified(line) for line in upright("valid") + drawn[:100] + plain[:30]],
        SIZES,
        replace(THIRD, minutes=minutes),
        work / "starter",
        start_from=work / "artist",
        progress=Says(),
        lines=TrainingLines(learnt, simplified, RULE.step, RULE.epsilon),
    )


def people(count: int, seed: int) -> list[Drawing]:
    """People in long lines as :mod:`strokebook.demo` draws them, in the frame."""
    return [to_frame(draw_person(seed + n), line_sets.FRAME)[0] for n in range(count)]


def plain_heads(count: int, seed: int) -> list[Drawing]:
    """People whose head is an oval, in the frame."""
    return [to_frame(draw_plain_head(seed + n), line_sets.FRAME)[0] for n in range(count)]


def upright(part: Literal["train", "valid", "test"]) -> list[Drawing]:
    """The artist's upright figures of a part."""
    lines = map(upright_line, line_sets.unsimplified(part))
    return [line for line in lines if line is not None]


def upright_line(drawing: Drawing) -> Drawing | None:
    """A drawing in the frame, without its specks, begun at the top.

    Where a joined line begins says nothing about the hand; from the head on it is easier to learn.

    Returns:
        None for one that is wider than tall, has many strokes, or hardly a line.
    """
    width, height = drawing.size
    large = [s for s in drawing.strokes if np.ptp(s, axis=0).max() >= SPECK]
    if len(drawing.strokes) > MOST_STROKES or height < width or not large:
        return None
    framed, _ = to_frame(drawing.with_strokes(large), line_sets.FRAME)
    y = framed.points[:, 1]
    third = max(1, len(y) // 3)
    if y[:third].mean() > y[-third:].mean():  # y points down
        framed = from_stroke3(backwards(to_stroke3(framed)))
    return framed if len(simplified(framed)) >= LONG else None


class Says:
    """Progress as lines."""

    def track(self, items, what, total=None):  # type: ignore[no-untyped-def]  # noqa: ARG002, D102
        return iter(items)

    def say(self, text: str) -> None:
        """A line at once."""
        print(text, flush=True)


def install(work: Path) -> None:
    """Pack the result into the package, with its numbers on the held-out drawings."""
    folder, trained = starter.FOLDER, work / "starter"
    others = [simplified(d) for d in people(100, DRAWN_SEED + DRAWN)]
    plain = [simplified(d) for d in plain_heads(100, DRAWN_SEED + PLAIN)]
    figures = [simplified(line) for line in upright("test")]
    cards = [json.loads((work / n / "card.json").read_text("utf-8")) for n in STAGES]
    numbers = {
        "artist_drawings": len(figures),
        "artist_nats": round(nats(trained, figures, scale_of(figures)), 3),
        "people_nats": round(nats(trained, others, scale_of(others)), 3),
        "plain_nats": round(nats(trained, plain, scale_of(plain)), 3),
        "drawn": DRAWN,
        "plain": PLAIN,
        "parameters": sum(p.numel() for p in load_model(trained).net.parameters()),
        "minutes": round(sum(card["seconds"] for card in cards) / 60),
    }
    origin = {"name": starter.NAME, "sources": SOURCES, "licence": LICENCE, "numbers": numbers}
    page = CARD.read_text("utf-8").format(**numbers)
    starter.pack(trained, folder, origin, page)
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(f"{folder}: {size / 1e6:.2f} MB, {numbers}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--minutes", type=float, nargs=3, default=(8.0, 13.0, 15.0))
    parser.add_argument("--install", action="store_true", help="pack it into the package")
    args = parser.parse_args()
    pretrain(args.work, args.minutes[0])
    go_on(args.work, args.minutes[1])
    finish(args.work, args.minutes[2])
    if args.install:
        install(args.work)


if __name__ == "__main__":
    main()
