"""Composition on scans: pages painted, traced, separated and judged, as a run does it.

    python -m benchmarks.seeing.composition_scans WORK --seed 3 --pages 80

A sixth of the pages bear one to four single figures, well apart, a sixth a pattern of 8 to 12, the
rest one chain of two to four. What a separated drawing is goes by the truth: single, if it lies on
a page of single figures and covers one of them; several, if it is most of the ink of a chain or
pattern. Drawings that are a part of a chain (separation cut it) are left out. The turns rule of
before is judged beside, on the same drawings.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

import strokebook as sb
from benchmarks.seeing.make_composition import bins
from strokebook.demo.pages import PAINTERS
from strokebook.vision.composition.composition import (
    NEVER,
    CompositionOptions,
    judge_composition,
)

KINDS = ("drawing", "chain", "chain", "pattern", "chain", "chain")
Row = tuple[int, float, bool, bool]  # figures, chance of several, kept by the classifier, by turns


def judge_page(seed: int, number: int, what: str) -> list[Row]:
    """The drawings of one page: how many figures each is, and the verdicts on it."""
    rng = np.random.default_rng([0xC5, seed, number])
    chain, single = 2 + (number + number // 6) % 3, 1 + number % 4
    count = {"drawing": single, "chain": chain}.get(what, int(rng.integers(8, 13)))
    painted = PAINTERS[what](rng, number + 1, count)
    page = sb.trace(painted.pixels)
    found = sb.separate(page)
    size = (float(painted.pixels.shape[1]), float(painted.pixels.shape[0]))
    now = judge_composition(found, size)
    before = judge_composition(found, size, CompositionOptions(drop_certainty=NEVER))
    whole = sum(d.length for d in found)
    rows = []
    for drawing, new, old in zip(found, now, before, strict=True):
        inside = _inside(drawing, [d["box"] for d in painted.drawings])
        if what == "drawing" and inside == 1:
            rows.append((1, 1 - new.chances[0], new.keep, old.keep))
        elif what != "drawing" and drawing.length > 0.8 * whole:
            rows.append((count, 1 - new.chances[0], new.keep, old.keep))
    return rows


def _inside(drawing: sb.Drawing, boxes: list[list[float]]) -> int:
    """How many true figures' middles the drawing's box covers."""
    low, high = drawing.points.min(axis=0), drawing.points.max(axis=0)
    middles = np.array([((b[0] + b[2]) / 2, (b[1] + b[3]) / 2) for b in boxes])
    return int(np.all((middles > low) & (middles < high), axis=1).sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--pages", type=int, default=80)
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    for number in range(given.pages):
        rows += judge_page(given.seed, number, KINDS[number % len(KINDS)])
        print(f"{number + 1} of {given.pages}: {len(rows)} drawings", flush=True)
    several = np.array([row[0] > 1 for row in rows])
    many = np.array([row[1] for row in rows])
    facts: dict[str, object] = {
        "singles": int((~several).sum()),
        "others": int(several.sum()),
        "balanced accuracy": float(np.mean(many[several] > 0.5) + np.mean(many[~several] <= 0.5))
        / 2,
        "calibration": bins(many, several),
    }
    for figures in sorted({row[0] for row in rows}):
        part = [row for row in rows if row[0] == figures]
        facts[f"{figures} figures"] = {
            "drawings": len(part),
            "over one half": float(np.mean([row[1] > 0.5 for row in part])),
            "dropped": float(np.mean([not row[2] for row in part])),
            "dropped by turns alone": float(np.mean([not row[3] for row in part])),
        }
    print(json.dumps(facts, indent=1))
    (given.work / f"scans-{given.seed}.json").write_text(json.dumps(facts, indent=1))


if __name__ == "__main__":
    main()
