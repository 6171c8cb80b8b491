"""Joining and splicing: speed against singleline-dataset 0.0.2, and what ``mended`` gains.

python -m benchmarks.join_splice             # speed and equal results (needs the peer, README)
python -m benchmarks.join_splice --order     # pen order on lines whose order is known
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import peer
from strokebook.figures.join import JoinOptions, join
from strokebook.figures.splice import SpliceOptions, splice
from strokebook.geometry.drawing import Drawing

Floats = npt.NDArray[np.float64]
FAITHFUL = JoinOptions(mode="faithful"), SpliceOptions(mode="faithful")
MENDED = JoinOptions(mode="mended"), SpliceOptions(mode="mended")


def page(strokes: int, points: int, seed: int) -> list[Floats]:
    """A page of wandering strokes in the 200-unit frame, ``points`` in all; float32 values."""
    rng = np.random.default_rng(seed)
    each = points // strokes
    lines = [
        np.cumsum(rng.normal(0, 2.5, (each, 2)), axis=0) + rng.uniform(20, 180, 2)
        for _ in range(strokes)
    ]
    return [line.astype(np.float32).astype(np.float64) for line in lines]


def timed(call: Callable[[], Any], least: float = 0.3) -> tuple[float, Any]:
    """The median time of ``call`` in seconds, over at least ``least`` seconds, and its result."""
    spent: list[float] = []
    result = None
    while not spent or (sum(spent) < least and len(spent) < 25):
        start = time.perf_counter()
        result = call()
        spent.append(time.perf_counter() - start)
    return float(np.median(spent)), result


def same(ours: Drawing, theirs: Sequence[Floats]) -> bool:
    """Whether strokes, their order, directions and points are equal to the last bit."""
    return len(ours) == len(theirs) and all(
        np.array_equal(a, b) for a, b in zip(ours.strokes, theirs, strict=True)
    )


def speed(counts: Sequence[int], points: int) -> bool:
    """Print the table against the peer; True when all results are the same."""
    loaded = peer.load()
    if loaded is None:
        print(f"The peer is not installed in {peer.folder()}: {peer.INSTALL}")
        return False
    theirs, _ = loaded
    print("strokes points  step     peer s     ours s    mended s    ratio  same result")
    agree = True
    for count in counts:
        lines = page(count, points, seed=count)
        drawing = Drawing.of(lines, size=(200, 200), unit="unit")
        steps = (
            ("join", lambda x: theirs.merge_until(x, 15.0)[0], join, 0),
            ("splice", lambda x: theirs.splice_until(x, 40.0)[0], splice, 1),
        )
        for name, other, own, k in steps:
            slow, a = timed(lambda f=other, x=lines: f(x), least=0.0)
            fast, b = timed(lambda f=own, k=k, d=drawing: f(d, FAITHFUL[k]))
            mended, _ = timed(lambda f=own, k=k, d=drawing: f(d, MENDED[k]))
            equal = same(b, a)
            agree &= equal
            print(
                f"{count:7} {drawing.n_points:6}  {name:6} {slow:8.4f} {fast:10.5f} "
                f"{mended:11.5f} {slow / fast:8.0f}  {'yes' if equal else 'NO'}",
                flush=True,
            )
    return agree


def order(shared: Path, count: int) -> None:
    """Print order error and off-ink travel of known lines, broken, then joined and spliced."""
    from benchmarks import pen_order

    lines = pen_order.known_lines(shared / "data" / "quickdraw_raw.ndjson.gz", count)
    broken = [pen_order.broken(line, seed) for seed, line in enumerate(lines)]
    print(f"{len(lines)} lines   strokes  order error (DTW, units)  off the ink (units)")
    for name, options in (("broken", None), ("faithful", FAITHFUL), ("mended", MENDED)):
        rows = []
        for line, pieces in zip(lines, broken, strict=True):
            drawing = Drawing.of(pieces, size=(200, 200), unit="unit")
            if options is not None:
                drawing = splice(join(drawing, options[0]), options[1])
            error = pen_order.order_error(drawing.points, line)
            rows.append((len(drawing), error, pen_order.off_ink(drawing.strokes, line)))
        strokes, error, astray = np.mean(rows, axis=0)
        print(f"{name:10} {strokes:7.2f} {error:14.2f} {astray:24.2f}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--order", action="store_true", help="measure pen order, not speed")
    parser.add_argument("--lines", type=int, default=60, help="lines for --order")
    parser.add_argument("--strokes", type=int, nargs="+", default=[10, 50, 200])
    parser.add_argument("--points", type=int, default=1000)
    args = parser.parse_args()
    if args.order:
        order(Path(os.environ.get("STROKEBOOK_SHARED", peer.ROOT.parent / "shared")), args.lines)
        return 0
    agree = speed(args.strokes, args.points)
    print(f"same result: {'yes' if agree else 'no'}")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
