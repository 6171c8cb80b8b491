"""The map: how well it keeps neighbours, how well later pages are placed, seconds and memory.

    python -m benchmarks.seeing.maps [--vectors 2000] [--new 200] [--seed 1]

Vectors as in ``benchmarks.seeing.clustering``. The last ``--new`` of them are placed on the map of
the others, by openTSNE's transform and by the median of their five nearest alone, each with its
seconds. Neighbours kept: the share of the ten nearest old vectors (cosine) of a new one that are
among the 30 nearest on the map.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.seeing.clustering import make_rows, peak
from strokebook.vision.maps.map2d import extend_map, fit_map

Floats = npt.NDArray[np.float32]


def kept(old: Floats, new: Floats, xy: Floats, placed: Floats, asked: int = 300) -> float:
    """The share of new vectors' nearest old ones that are near on the map too."""
    shares = []
    for row in range(min(asked, len(new))):
        near = np.argsort(-(old @ new[row]), kind="stable")[:10]
        close = np.argsort(np.linalg.norm(xy - placed[row], axis=1), kind="stable")[:30]
        shares.append(len({*near.tolist()} & {*close.tolist()}) / 10)
    return float(np.mean(shares))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--vectors", type=int, default=2000)
    parser.add_argument("--dims", type=int, default=1280)
    parser.add_argument("--new", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.npy"
        make_rows(path, options.vectors, options.dims, options.seed)
        rows = np.asarray(np.load(path, mmap_mode="r"), np.float32)
    old, new = rows[: -options.new], rows[-options.new :]
    before, begun, busy = peak(), time.perf_counter(), time.process_time()
    xy, scale = fit_map(old, options.seed)
    seconds, busy = time.perf_counter() - begun, time.process_time() - busy
    print(f"{len(old)} x {options.dims}, seed {options.seed}: {seconds:.0f} s ({busy:.0f} s busy)")
    print(f"  highest memory {peak():.0f} MB ({before:.0f} with the vectors)", flush=True)
    for told, by in (("transform", scale), ("medians", 0.0)):
        begun, busy = time.perf_counter(), time.process_time()
        placed = extend_map(old, xy, new, by)
        seconds, busy = time.perf_counter() - begun, time.process_time() - busy
        share = kept(old, new, xy, placed)
        print(f"  {told}: {len(new)} new in {seconds:.1f} s ({busy:.1f} s busy), kept {share:.3f}")


if __name__ == "__main__":
    main()
