"""Default line between points: learnt from drawings of the sample library's program, and packed.

    python -m benchmarks.make_line [--out FILE] [--drawings 240] [--seed 0]

Each drawing is simplified in one of three ways, as a project does it or as the starter's drawings
were, then rounded to whole units. Prints the mean distance to the lines of drawings held out.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from strokebook.dataset.rows import to_rows
from strokebook.demo.people import draw_person
from strokebook.geometry.drawing import Points
from strokebook.geometry.resample import to_frame
from strokebook.geometry.simplify import simplify
from strokebook.geometry.stroke3 import from_stroke3
from strokebook.model.line.fitting import fit_restorer
from strokebook.model.line.pairs import LinePairs, line_pairs
from strokebook.model.line.restorer import PLACES, LineRestorer
from strokebook.model.line.stored_line import DEFAULT, write_line

FRAME = 200.0
# Tolerances of RDP, units: a project's; more of it, where points are many; the starter's drawings.
WAYS = (0.5, 1.0, 1.5)
SEED = 1 << 29  # of the first drawing; libraries have smaller seeds, the starter's larger ones


def pair(number: int) -> tuple[tuple[Points, ...], tuple[Points, ...]]:
    """A drawing's line, and its points, in units of the frame."""
    line, _ = to_frame(draw_person(SEED + number), FRAME)
    rows = to_rows(simplify(line, WAYS[number % len(WAYS)]), "int16")
    simple = from_stroke3(rows)
    corner = np.rint(line.points).min(0)
    return line.strokes, tuple(s + corner for s in simple.strokes)


def errors(line: LineRestorer, held: LinePairs) -> tuple[float, float]:
    """RMS distance to the lines, units: of the bare segments, of the restored ones."""
    rest = held.deviation - line.through(line.deviation(held.features))
    parts = (held.deviation, rest)
    return tuple(float(np.sqrt(np.square(p).sum(2).mean())) for p in parts)  # type: ignore[return-value]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=DEFAULT)
    parser.add_argument("--drawings", type=int, default=240)
    parser.add_argument("--held", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    whole = [pair(k) for k in range(args.drawings + args.held)]
    known = line_pairs(whole[: args.drawings], PLACES)
    held = line_pairs(whole[args.drawings :], PLACES)
    line = fit_restorer(known, args.seed, extent=FRAME)
    write_line(args.out, line)
    bare, restored = errors(line, held)
    size = args.out.stat().st_size
    print(f"{args.out}: {size:,} bytes, learnt from {len(known):,} segments")
    print(f"{len(held):,} segments held out: {bare:.3f} units bare, {restored:.3f} restored")


if __name__ == "__main__":
    main()
