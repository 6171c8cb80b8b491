"""Dates and page numbers read from painted pages in three hands, and from the real pages.

Every hand writes the numbers and dates of sketchbooks of 24 pages: most numbers in sequence, some
pages without one, some filed under the wrong number, some with a date as well; and covers with two
dates. A third of the pages is as it was scanned, a third turned by up to 2 degrees and saved as
JPEG 60, a third reduced to 45 %. What is read is kept in OUT and read but once.

    python -m benchmarks.seeing.reading OUT --seed 1 --books 5 --covers 20 [--real PAGES]

Prints, per hand and kind: queries, suggested, right, precision, recall; then each that was wrong.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from strokebook.demo.numerals import HANDS, Lettering
from strokebook.demo.pages import PAINTERS
from strokebook.vision.dates.spelling import days_of, spell_days
from strokebook.vision.reading.ocr import RapidReader
from strokebook.vision.reading.page_numbers import NumberRead, believe
from strokebook.vision.reading.places import Written, read_page
from strokebook.vision.reading.understand import cover_dates, number_of, page_date

PAGES = 24  # of a painted sketchbook
TODAY = date(2026, 1, 1)
KINDS = ("drawing", "drawing", "drawing", "watercolour", "pattern", "notes")
REAL = {"real03": "2021-10", "real08": "79", "real16": "113"}  # all else that is written is cut off


@dataclass(frozen=True)
class Query:
    """A page to be painted and read.

    Attributes:
        name: Unique.
        book: Of which sketchbook.
        filed: The number of its file.
        what: Its kind.
        number: Written in its corner; "": none.
        dates: Written in its other corner, or on its note.
    """

    name: str
    book: str
    filed: int
    what: str
    hand: str
    number: str
    dates: tuple[str, ...]


def queries(seed: int, books: int, covers: int) -> Iterator[Query]:
    for h, hand in enumerate(HANDS):
        for book in range(books):
            rng = np.random.default_rng([seed, h, book])
            start = int(rng.integers(1, 160))
            for n in range(start, start + PAGES):
                chance = rng.random()
                number = "" if chance < 0.15 else str(n)
                if chance > 0.95:  # filed under the wrong number
                    number = str(int(rng.integers(1, 300)))
                dates = (_spelt(rng),) if rng.random() < 0.4 else ()
                what = str(rng.choice(KINDS))
                name = f"{hand}-{seed}-{book}-{n}"
                yield Query(name, f"{hand}{book}", n, what, hand, number, dates)
        for cover in range(covers):
            rng = np.random.default_rng([seed, h, 1000 + cover])
            first = date(2012, 1, 1) + timedelta(days=int(rng.integers(4000)))
            last = first + timedelta(days=int(rng.integers(20, 200)))
            month = rng.random() < 0.3
            dates = tuple(d.isoformat()[: 7 if month else 10] for d in (first, last))
            name = f"{hand}-{seed}-cover{cover}"
            yield Query(name, f"{hand}cover{cover}", cover, "cover", hand, "", dates)


def _spelt(rng: np.random.Generator) -> str:
    day = date(2012, 1, 1) + timedelta(days=int(rng.integers(4000)))
    forms = (day.isoformat(), day.isoformat()[:7], f"{day.day}.{day.month}.{day.year}")
    return forms[int(rng.integers(3))]


def paint(query: Query) -> tuple[Image.Image, str]:
    """The page, and the date over its notes ("": it has none)."""
    key = hashlib.sha256(query.name.encode()).digest()
    rng = np.random.default_rng(list(key[:8]))
    lettering = Lettering(
        query.hand, number=query.number, date="".join(query.dates), note=query.dates
    )
    count = {"pattern": 9, "notes": 1, "watercolour": 1}.get(query.what, int(rng.integers(1, 5)))
    painted = PAINTERS[query.what](rng, query.filed, count, lettering)
    page = worn(Image.fromarray(painted.pixels), key[8] % 3, rng)
    return page, painted.written.get("heading", "")


def worn(page: Image.Image, how: int, rng: np.random.Generator) -> Image.Image:
    """As it was (0), turned and saved as JPEG 60 (1), reduced to 45 % (2)."""
    if how == 1:
        turned = page.rotate(
            rng.uniform(-2, 2), Image.Resampling.BICUBIC, fillcolor=page.getpixel((9, 9))
        )
        file = io.BytesIO()
        turned.save(file, "JPEG", quality=60)
        return Image.open(file).convert("RGB")
    if how == 2:
        size = (round(page.width * 0.45), round(page.height * 0.45))
        return page.resize(size, Image.Resampling.LANCZOS)
    return page


Read = dict[str, tuple[list[Written], str]]


def read_all(asked: list[Query], file: Path) -> Read:
    """What is read on each page, and its heading; pages read before are taken from ``file``."""
    known = {}
    if file.exists():
        known = {(d := json.loads(line))["name"]: d for line in file.read_text().splitlines()}
    reader = RapidReader(1)
    with file.open("a") as out:
        for query in asked:
            if query.name not in known:
                picture, heading = paint(query)
                begun = time.process_time()
                written = read_page(picture, reader, whole=query.what == "cover")
                seconds = time.process_time() - begun
                lines = [[w.text, w.certainty, *w.box] for w in written]
                known[query.name] = {"name": query.name, "lines": lines, "seconds": seconds}
                known[query.name]["heading"] = heading
                out.write(json.dumps(known[query.name], default=float) + "\n")
                out.flush()
    for what in ("cover", "page"):
        times = [
            known[q.name]["seconds"] for q in asked if (q.what == "cover") == (what == "cover")
        ]
        if times:
            print(f"a {what} takes {np.mean(times):.2f} s of one core ({len(times)} read)")
    read = {}
    for q in asked:
        lines = [Written(t, c, tuple(box)) for t, c, *box in known[q.name]["lines"]]
        read[q.name] = (lines, known[q.name]["heading"])
    return read


def judge(asked: list[Query], read: Read) -> None:
    score: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])  # asked, told, right
    wrong: list[str] = []
    numbers = [
        NumberRead(q.name, q.book, q.filed, number, w)
        for q in asked
        if q.what != "cover"
        for w in read[q.name][0]
        if (number := number_of(w.text)) is not None
    ]
    filed: dict[str, list[int]] = defaultdict(list)
    for q in asked:
        filed[q.book].append(q.filed)
    believed = {one.page: one for one in believe(numbers, filed)}
    for q in asked:
        if q.what != "cover":
            kind = "misfiled" if q.number not in ("", str(q.filed)) else "number"
            told = str(believed[q.name].read) if q.name in believed else ""
            _count(score[q.hand, kind], q.number, told, wrong, q)
        kind, look = ("cover", cover_dates) if q.what == "cover" else ("date", page_date)
        lines, heading = read[q.name]
        found = look(lines, TODAY)
        told = spell_days(found[0]) if found else ""
        # Of a page with two dates that differ none is the right one: to tell any is wrong.
        dates = (heading, *q.dates) if heading and q.what != "cover" else q.dates
        truth = "" if kind == "date" and len(set(dates)) > 1 else _truth(dates)
        _count(score[q.hand, kind], truth, told, wrong, q)
    _show(score)
    print("wrong:", *wrong, sep="\n  ")


def _truth(dates: tuple[str, ...]) -> str:
    if not dates:
        return ""
    spans = []
    for text in dates:
        parts = [int(n) for n in text.replace(".", "-").split("-")]
        parts = parts[::-1] if "." in text else parts
        spans.append(days_of(*parts))
    return spell_days((spans[0][0], spans[-1][1]))


def _count(row: list[int], truth: str, told: str, wrong: list[str], q: Query) -> None:
    row[0] += bool(truth)
    row[1] += bool(told)
    row[2] += bool(told) and told == truth
    if told and told != truth:
        wrong.append(f"{q.name} ({q.what}): {told!r} for {truth!r}")


def _show(score: dict[tuple[str, str], list[int]]) -> None:
    kinds = sorted({kind for _, kind in score})
    rows: list[tuple[str, Any]] = [(f"{h} {k}", score[h, k]) for h in HANDS for k in kinds]
    rows += [(f"all {k}", np.sum([score[h, k] for h in HANDS], 0)) for k in kinds]
    rows.append(("all", np.sum(list(score.values()), 0)))
    print(f"{'':18}{'queries':>9}{'told':>7}{'right':>7}{'precision':>11}{'recall':>8}")
    for name, (there, told, right) in rows:
        precision, recall = right / max(told, 1), right / max(there, 1)
        print(f"{name:18}{there:9}{told:7}{right:7}{precision:11.4f}{recall:8.3f}")


def read_real(folder: Path) -> None:
    reader = RapidReader(1)
    for path in sorted(folder.glob("*.png")):
        written = read_page(Image.open(path).convert("RGB"), reader)
        dated = page_date(written, TODAY)
        numbers = believe(
            [
                NumberRead(path.stem, "real", None, n, w)
                for w in written
                if (n := number_of(w.text)) is not None
            ]
        )
        told = [spell_days(dated[0])] if dated else []
        told += [str(one.read) for one in numbers]
        raw = ", ".join(f"{w.text} {w.certainty:.3f}" for w in written)
        print(f"{path.stem}: told {told}, there is {REAL.get(path.stem, 'nothing')} (read: {raw})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--books", type=int, default=5)
    parser.add_argument("--covers", type=int, default=20)
    parser.add_argument("--real", type=Path)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    if args.real:
        read_real(args.real)
    asked = list(queries(args.seed, args.books, args.covers))
    judge(asked, read_all(asked, args.out / f"read-{args.seed}.jsonl"))


if __name__ == "__main__":
    main()
