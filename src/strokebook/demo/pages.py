"""The sketchbook's pages: drawings, patterns, watercolours, notes, a cover, bad and private scans.

Every painter takes the page's own random generator and number and gives a :class:`Painted`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from strokebook.base.array_types import Bytes, Floats
from strokebook.demo.chain import draw_chain
from strokebook.demo.cover import paint_cover
from strokebook.demo.ink import Image, Strokes, fit, lay, stain
from strokebook.demo.numerals import PLAIN, Lettering
from strokebook.demo.paper import HEIGHT, WIDTH, blank, scan, show_through
from strokebook.demo.people import draw_person
from strokebook.demo.script import arrow, box, extent, signs, word
from strokebook.demo.wash import PIGMENTS, Glazes
from strokebook.geometry.drawing import Drawing

Pixels = Bytes  # (H, W, 3) RGB
_INKS = ((0.07, 0.07, 0.08), (0.10, 0.10, 0.13), (0.12, 0.13, 0.22), (0.24, 0.16, 0.11))
#: Paper of a private page, striped: no pigment, ink or paper comes near this pink.
MARKER = (236, 40, 190)


@dataclass
class Painted:
    """A finished page.

    Attributes:
        pixels: The scan.
        drawings: For every drawing its ``box`` (page px) and ``source`` (its seed).
        strokes: The strokes of each, as the pen went, in page px.
        written: What can be read on the page: ``number`` and ``date`` in its corners, the
            ``heading`` of notes (a date), the ``dates`` on a cover's note.
    """

    pixels: Pixels
    drawings: list[dict[str, Any]] = field(default_factory=list)
    strokes: list[list[list[list[float]]]] = field(default_factory=list)
    written: dict[str, Any] = field(default_factory=dict)


@dataclass
class _Sheet:
    """A page being worked on: paper, and the ink that will go on it."""

    page: Image
    ink: Image
    rng: np.random.Generator
    pen: float
    painted: Painted
    lettering: Lettering

    @classmethod
    def new(cls, rng: np.random.Generator, lettering: Lettering) -> _Sheet:
        """A blank sheet and a pen chosen for it."""
        ink = np.zeros((HEIGHT, WIDTH), np.float32)
        pen = float(rng.uniform(2.0, 3.6))
        painted = Painted(np.zeros((0, 0, 3), np.uint8))
        return cls(blank(rng), ink, rng, pen, painted, lettering)

    def draw(self, person: Drawing, seed: int, place: tuple[float, float, float, float]) -> Strokes:
        """Draw a person into ``place`` (x, y, w, h) and note where the ink went."""
        strokes = fit(person.strokes, place)
        lay(self.ink, strokes, self.pen, self.rng)
        x0, y0, x1, y1 = extent(strokes)
        edge = 0.75 * self.pen  # half the widest line
        rim = [x0 - edge, y0 - edge, x1 + edge, y1 + edge]
        self.painted.drawings.append({"box": [round(v, 1) for v in rim], "source": seed})
        self.painted.strokes.append([np.round(s[::2], 1).tolist() for s in strokes])
        return strokes

    def write(self, strokes: Strokes, width: float = 2.4) -> None:
        """Ink strokes that are no drawing: numbers, words."""
        if len(strokes):
            lay(self.ink, strokes, width, self.rng)

    def number(self, n: int) -> None:
        """The page's number in its outer lower corner, and a date in the inner one."""
        text = str(n) if self.lettering.number is None else self.lettering.number
        x = 46 if n % 2 == 0 else WIDTH - 112
        at = (x + float(self.rng.normal(0, 6)), HEIGHT - 66 + float(self.rng.normal(0, 4)))
        self.write(signs(text, at, 24, self.rng, self.lettering.hand), 2.2)
        self.painted.written["number"] = text
        if self.lettering.date:
            self.date(WIDTH - 260 if n % 2 == 0 else 60)

    def date(self, x: float) -> None:
        """The page's date in its lower corner."""
        at = (x + float(self.rng.normal(0, 6)), HEIGHT - 66 + float(self.rng.normal(0, 4)))
        self.write(signs(self.lettering.date, at, 24, self.rng, self.lettering.hand), 2.2)
        self.painted.written["date"] = self.lettering.date

    def scanned(self, n: int) -> Painted:
        """Let the ink dry and scan the page."""
        stain(self.page, self.ink, _INKS[int(self.rng.choice(4, p=[0.5, 0.25, 0.15, 0.1]))])
        self.painted.pixels = scan(self.page, self.rng, n % 2 == 0)
        return self.painted


def _person(rng: np.random.Generator, kind: str = "") -> tuple[Drawing, int]:
    seed = int(rng.integers(1 << 31))
    return draw_person(seed, kind), seed


def paint_drawings(
    rng: np.random.Generator, n: int, count: int, lettering: Lettering = PLAIN
) -> Painted:
    """``count`` drawings (1 to 4) well apart."""
    sheet = _Sheet.new(rng, lettering)
    _ghost(sheet)
    columns, rows = {1: (1, 1), 2: (1, 2), 3: (2, 2), 4: (2, 2)}[count]
    if count == 2 and rng.random() < 0.5:
        columns, rows = 2, 1
    wide, high = (WIDTH - 120) / columns, (HEIGHT - 190) / rows
    for cell in sorted(rng.permutation(columns * rows)[:count]):
        person, seed = _person(rng)
        size = rng.uniform(0.78, 0.9) if count > 1 else rng.uniform(0.72, 0.92)
        w, h = wide * size, high * size
        x = 60 + (cell % columns) * wide + (wide - w) * rng.uniform(0.2, 0.8)
        y = 50 + (cell // columns) * high + (high - h) * rng.uniform(0.2, 0.8)
        sheet.draw(person, seed, (x, y, w, h))
    sheet.number(n)
    return sheet.scanned(n)


def paint_pattern(
    rng: np.random.Generator, n: int, count: int, lettering: Lettering = PLAIN
) -> Painted:
    """``count`` (8 to 12) figures that touch and overlap, covering the page."""
    sheet = _Sheet.new(rng, lettering)
    rows = -(-count // 4)
    wide, high = (WIDTH - 90) / 4, (HEIGHT - 150) / rows
    for cell in range(count):
        person, seed = _person(rng, "figure" if rng.random() < 0.35 else "")
        x, y = 45 + (cell % 4) * wide, 40 + (cell // 4) * high
        sheet.draw(person, seed, (x - 0.16 * wide, y - 0.05 * high, 1.32 * wide, 1.1 * high))
    sheet.number(n)
    return sheet.scanned(n)


def paint_chain(
    rng: np.random.Generator, n: int, count: int, lettering: Lettering = PLAIN
) -> Painted:
    """One chain of ``count`` (2 to 4) figures that have grown together (:mod:`.chain`)."""
    sheet = _Sheet.new(rng, lettering)
    seed = int(rng.integers(1 << 31))
    size = float(rng.uniform(0.72, 0.92))
    wide, high = size * (WIDTH - 120), size * (HEIGHT - 190)
    sheet.draw(draw_chain(seed, count), seed, ((WIDTH - wide) / 2, 60, wide, high))
    sheet.number(n)
    return sheet.scanned(n)


def paint_watercolour(
    rng: np.random.Generator,
    n: int,
    count: int,
    lettering: Lettering = PLAIN,
    strength: float = 1.0,
) -> Painted:
    """Glazes that follow a drawing (``count`` 1) or only colours (``count`` 0).

    ``strength`` 0.2 is the same page with its washes diluted to a fifth.
    """
    sheet, glazes = _Sheet.new(rng, lettering), Glazes(rng)
    names = [str(p) for p in rng.choice(list(PIGMENTS), 4, replace=False)]
    for _ in range(int(rng.integers(3, 6)) if count else int(rng.integers(9, 15))):
        centre = (rng.uniform(0.12, 0.88) * WIDTH, rng.uniform(0.12, 0.85) * HEIGHT)
        glazes.pool(centre, rng.uniform(70, 270), str(rng.choice(names)), rng.uniform(0.5, 1.1))
    if count:
        person, seed = _person(rng)
        strokes = sheet.draw(person, seed, (170, 110, WIDTH - 340, HEIGHT - 300))
        line = np.vstack(strokes)
        cut = int(len(line) * 0.45)  # the head comes first
        head, body = line[:cut], line[cut:]
        for part, pigment in ((head, "ochre"), (body, names[0]), (head, names[1])):
            hull = cv2.convexHull(part.astype(np.float32))[:, 0]
            shift = rng.normal(0, 14, 2)
            glazes.shape(hull + shift, pigment, rng.uniform(0.35, 0.85))
    glazes.over(sheet.page, strength)
    sheet.number(n)
    return sheet.scanned(n)


def paint_notes(
    rng: np.random.Generator, n: int, count: int, lettering: Lettering = PLAIN
) -> Painted:
    """Lines of handwriting with boxes, underlines and arrows on about ``count`` lines in 3."""
    sheet = _Sheet.new(rng, lettering)
    heading = f"2023-01-{int(rng.integers(4, 29)):02d}"
    sheet.write(signs(heading, (90, 60), 26, rng), 2.3)
    sheet.painted.written["heading"] = heading
    y = 165.0
    while y < HEIGHT - 150:
        size = float(rng.uniform(9, 15))
        x = 80 + float(rng.choice([0, 0, 0, 60, 200])) + float(rng.normal(0, 6))
        line = _words(x, y, size, WIDTH - float(rng.uniform(90, 480)), rng)
        sheet.write(line, 1.35)
        if rng.random() < count / 3:
            _mark(sheet, line, size)
        y += size * float(rng.uniform(4.2, 5.6)) + (40 if rng.random() < 0.12 else 0)
    sheet.number(n)
    return sheet.scanned(n)


def _words(x: float, y: float, size: float, right: float, rng: np.random.Generator) -> list[Floats]:
    out: list[Floats] = []
    slope = float(rng.normal(-0.008, 0.01))
    while x < right:
        strokes = word(int(rng.integers(2, 9)), (x, y + slope * x), size, rng)
        x = extent(strokes)[2] + 1.1 * size
        out += strokes
    return out


def _mark(sheet: _Sheet, line: list[Floats], size: float) -> None:
    """Sometimes a box around the line's first words, an underline, or an arrow from it."""
    rng, some = sheet.rng, line[: int(sheet.rng.integers(1, 4))]
    x0, y0, x1, y1 = extent(some)
    chance = rng.random()
    if chance < 0.5:
        sheet.write([box((x0 - size, y0 - 0.6 * size, x1 + size, y1 + 0.7 * size), rng)], 2.6)
    elif chance < 0.78:
        sheet.write([np.array([[x0, y1 + 5], [(x0 + x1) / 2, y1 + 7], [x1 + 6, y1 + 4]])], 2.4)
    else:
        start = complex(extent(line)[2] + 14, (y0 + y1) / 2)
        if start.real < WIDTH - 130:
            sheet.write(arrow(start, start + complex(70, float(rng.uniform(-40, 60)))), 2.4)


def paint_bad(
    rng: np.random.Generator, n: int, count: int, lettering: Lettering = PLAIN
) -> Painted:
    """A scan gone wrong: ``count`` 0 the lid open in the dark, 1 moved, 2 half off the glass."""
    pixels = paint_drawings(rng, n, 1, lettering).pixels
    if count == 0:
        dark = cv2.GaussianBlur(pixels, (0, 0), 9).astype(np.float32) * rng.uniform(0.16, 0.3)
        return Painted(dark.astype(np.uint8))
    if count == 1:
        smear = np.eye(61, dtype=np.float32) / 61
        moved = cv2.filter2D(pixels, -1, smear).astype(np.float32) * 0.72
        return Painted(moved.astype(np.uint8))
    turn = np.array([[0.97, -0.24, 330], [0.24, 0.97, -420]], np.float32)
    off = cv2.warpAffine(pixels, turn, (WIDTH, HEIGHT), borderValue=(22, 23, 26))
    return Painted(np.asarray(cv2.GaussianBlur(off, (0, 0), 1.6), np.uint8))


def paint_private(
    rng: np.random.Generator, n: int, count: int, lettering: Lettering = PLAIN
) -> Painted:
    """A page on striped paper in :data:`MARKER` pink, which tests look for in every output."""
    sheet = _Sheet.new(rng, lettering)
    stripes = (np.add.outer(np.arange(HEIGHT), np.arange(WIDTH)) // 48 % 3)[..., None]
    pink = np.array(MARKER, np.float32) / 255
    sheet.page = np.where(stripes > 0, pink, pink * np.float32(0.93)).astype(np.float32)
    person, seed = _person(rng)
    sheet.draw(person, seed, (150, 150, WIDTH - 300, HEIGHT - 350))
    for k in range(max(count, 1)):
        sheet.write(_words(90, HEIGHT - 140 + 36.0 * k, 10, WIDTH - 300, rng), 2.0)
    return sheet.scanned(n)


def _ghost(sheet: _Sheet) -> None:
    """On some pages, the drawing on the back shines through."""
    if sheet.rng.random() < 0.3:
        back = np.zeros((HEIGHT, WIDTH), np.float32)
        person, _ = _person(sheet.rng)
        lay(back, fit(person.strokes, (120, 110, WIDTH - 240, HEIGHT - 260)), 4.0, sheet.rng)
        show_through(sheet.page, back, float(sheet.rng.uniform(0.02, 0.05)))


def paint_front(
    rng: np.random.Generator, n: int, count: int, lettering: Lettering = PLAIN
) -> Painted:
    """The book's cover; ``count`` is the book's number on its dated note."""
    del n  # a cover has no page number
    pixels, dates = paint_cover(rng, f"SB{count}", lettering)
    return Painted(pixels, written={"dates": list(dates)})


PAINTERS: dict[str, Callable[[np.random.Generator, int, int, Lettering], Painted]] = {
    "drawing": paint_drawings,
    "pattern": paint_pattern,
    "chain": paint_chain,  # in no sample library: its pages stay as they were
    "watercolour": paint_watercolour,
    "notes": paint_notes,
    "cover": paint_front,
    "bad-scan": paint_bad,
    "private": paint_private,
}
