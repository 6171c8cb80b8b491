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
from benchmarks.hand.__main__ import load, rows_of
from strokebook.base.files import write_json
from strokebook.geometry.render import sheet
from strokebook.geometry.stroke3 import from_stroke3
from strokebook.model.checkpoints.checkpoint import load_model
from strokebook.model.evaluation import novelty
from strokebook.model.sampling import reconstruct, shown, vary

STRENGTHS = (0.2, 0.4, 0.6, 0.8)
SHOWN = 6  # drawings in the picture


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
    parser.add_argument("--picture", type=Path, help="PNG: the given, reconstructed, varied")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    hand, model = load(args.hand, args.project), load_model(args.model)
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
        rows = zip(given[:SHOWN], *(ds[:SHOWN] for ds in ways.values()), strict=True)
        cells = shown(model, [drawing for row in rows for drawing in row])
        titles = ["given", *ways] * SHOWN
        sheet(cells, len(ways) + 1, 180, titles).save(args.picture)


if __name__ == "__main__":
    main()
