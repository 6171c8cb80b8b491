"""Tracing accuracy: how well it recovers the pen's path where the pen order is known.

python -m benchmarks.trace_truth                       # every family and engine, minutes
python -m benchmarks.trace_truth --families knots --engines pen --n 40
python -m benchmarks.trace_truth --real ../shared/data/pages --engines pen
"""

from __future__ import annotations

import argparse
import ast
import os
import sys
from pathlib import Path
from typing import Any

from benchmarks.truth.cases import FAMILIES
from benchmarks.truth.engines import WAYS, available, options_with, trace_page
from benchmarks.truth.pictures import real_sheet, save, worst_sheet
from benchmarks.truth.report import report, write_json
from benchmarks.truth.running import Job, run
from strokebook.base.errors import StrokebookError
from strokebook.base.files import write_bytes
from strokebook.base.imaging.images import SUFFIXES
from strokebook.geometry.drawing import Drawing
from strokebook.tracing.options import TraceOptions
from strokebook.tracing.page import load_page

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
OUT = Path(__file__).resolve().parent / "out"


def truth(args: argparse.Namespace, ways: list[str], options: TraceOptions) -> None:
    """Measure every way on every family; print the tables, save the worst cases."""
    cases = [case for family in args.families for case in FAMILIES[family](args.n, args.seed)]
    if not cases or not ways:
        raise StrokebookError("There is nothing to measure.", "Name other families or engines.")
    for name in THREADS:  # tracing is timed on one thread; worker processes read these
        os.environ.setdefault(name, "1")
    results = run([Job(case, tuple(ways), options) for case in cases], args.workers)
    text = report(results)
    print(text)
    if args.table:
        write_bytes(args.table, text.encode())
    if args.json:
        about = {"n": args.n, "seed": args.seed, "options": repr(options)}
        write_json(results, args.json, about)
    for way in ways:
        mine = [r for r in results if r.way == way]
        slug = way.replace(" + ", "-")
        save(worst_sheet(mine, 10, f"{way}: the ten worst"), args.out / f"worst-{slug}.png")
        for family in args.families if args.worst_by_family else ():
            part = [r for r in mine if r.case.family == family]
            picture = worst_sheet(part, 10, f"{way}, {family}: the ten worst")
            save(picture, args.out / f"worst-{slug}-{family}.png")


def real(args: argparse.Namespace, ways: list[str], options: TraceOptions) -> None:
    """Trace real pages and lay the strokes over them."""
    suffixes = {s for group in SUFFIXES.values() for s in group}
    files = sorted(f for f in args.real.iterdir() if f.suffix.lower() in suffixes)
    if not files:
        raise StrokebookError(f"There are no pictures in {args.real}.", "Name another folder.")
    pages = [load_page(f) for f in files]
    outcomes = [trace_page(page, ways, options) for page in pages]
    for way in ways:
        shown = []
        for file, page, outcome in zip(files, pages, outcomes, strict=True):
            done = outcome[way]
            shown.append((file.stem, page.pixels, Drawing.of(done.strokes, page.size)))
            note = done.failure or f"{len(done.strokes)} strokes, {done.seconds:.2f} s"
            print(f"{way}  {file.name}: {note}")
        name = f"real-{way.replace(' + ', '-')}.png"
        save(real_sheet(shown, args.zoom, way), args.out / name)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    add = parser.add_argument
    add("--n", type=int, default=20, help="drawings of each family")
    add("--seed", type=int, default=1)
    add("--workers", type=int, default=1, help="processes; timings are best with 1")
    add("--families", nargs="+", choices=list(FAMILIES), default=list(FAMILIES))
    add("--engines", nargs="+", choices=WAYS, default=list(WAYS))
    add("--set", nargs="+", default=[], metavar="NAME=VALUE", help="tracing options")
    add("--json", type=Path, help="write all that was measured")
    add("--table", type=Path, help="write the tables as text")
    add("--out", type=Path, default=OUT, help="folder for pictures")
    add("--worst-by-family", action="store_true", help="a picture of the worst for each family")
    add("--real", type=Path, metavar="DIR", help="trace a folder of real pages instead")
    add("--zoom", type=int, default=3, help="enlargement of real pages")
    args = parser.parse_args()
    ways = available(args.engines)
    try:
        options = options_with(dict(_setting(text) for text in args.set))
        (real if args.real else truth)(args, ways, options)
    except StrokebookError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _setting(text: str) -> tuple[str, Any]:
    """``name=value``; what is no Python literal is a word."""
    name, _, value = text.partition("=")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value


if __name__ == "__main__":
    sys.exit(main())
