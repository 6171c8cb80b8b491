"""Command ``python -m benchmarks.hand.redraw``: whether redrawn drawings are still the given ones.

Held-out drawings are reconstructed and varied; counted is how many of the results lie nearer to the
drawing that was given than to any other held-out one (chamfer distance in frames of 200 units).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.hand import hands
from benchmarks.hand.drawn import rows_of
from strokebook.base.files import write_json
from strokebook.geometry.render import sheet
from strokebook.geometry.stroke3 import from_stroke3
from strokebook.model.checkpoints.checkpoint import load_model
from strokebook.model.evaluation import novelty
from strokebook.model.sampling import interpolate, reconstruct, shown, vary

STRENGTHS = (0.2, 0.4, 0.6, 0.8)
SHOWN = 4  # drawings in the picture


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("hand", choices=sorted(hands.FROZEN))
    parser.add_argument("--model", type=Path, required=True, help="folder of a trained model")
    parser.add_argument("--project", type=Path, help="of the hand made")
    parser.add_argument("--drawings", type=int, default=48)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, help="JSON file")
    parser.add_argument("--picture", type=Path, help="PNG or JPEG: redrawn, varied, between two")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    hand, model = hands.load(args.hand, args.project), load_model(args.model)
    hands.check_frozen(hand)
    given = [from_stroke3(rows) for rows in hand.test[: args.drawings]]
    ways = {"reconstruct": [reconstruct(model, d, seed=args.seed, zoom=1.0) for d in given]}
    for strength in STRENGTHS:
        varied = (
            vary(model, d, 1, strength, seed=args.seed + k, zoom=1.0) for k, d in enumerate(given)
        )
        ways[f"vary {strength}"] = [drawings[0] for drawings in varied]
    found: dict[str, Any] = {"hand": hand.name, "test": hand.digest, "among": len(hand.test)}
    for way, drawings in ways.items():
        near = novelty.nearest(rows_of(drawings), hand.test)
        own = sum(n.index == k for k, n in enumerate(near))
        points = [len(d.points) / len(g.points) for d, g in zip(drawings, given, strict=True)]
        found[way] = {"own": own, "of": len(given), "points": float(np.median(points))}
    print(found)
    if args.out:
        write_json(args.out, found)
    if args.picture:
        columns = [given[:SHOWN], *(drawings[:SHOWN] for drawings in ways.values())]
        cells = [drawing for row in zip(*columns, strict=True) for drawing in row]
        titles = ["given", *ways] * SHOWN
        for k in range(0, SHOWN, SHOWN // 2):  # two ways from one to another
            cells += interpolate(model, given[k], given[k + 1], len(columns), seed=args.seed)
            titles += ["interpolate"] * len(columns)
        sheet(shown(model, cells), len(columns), 180, titles).save(args.picture)


if __name__ == "__main__":
    main()
