"""Scans per second: catalogued, embedded and labelled, against a plain loop over the same files.

    python -m benchmarks.seeing.scan_speed [--scans 200] [--seed 913] [--folder DIR]

The peer is the loop that one writes in an afternoon: PIL opens a scan, resizes it to the network's
square, and the same network (EfficientNet-Lite0, as its package gives it) embeds sixteen at a time.
Ours does that and more: hashes, previews, signatures, fine-tuning, the rule's measures, clusters,
labels, the map, sheets, and the files by label. The two see the same scans of 8 megapixels in one
run. Wall time is what counts on a quiet machine; processor time is what remains of it under other
load. The last line is what the rate means for 2,000 scans: fine-tuning looks at 600 pages at most,
so beyond 600 it costs no more.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import Image

from benchmarks.seeing.scan_set import make_scans
from strokebook.pipeline.project import open_project
from strokebook.pipeline.stages.embed import embed_pages
from strokebook.pipeline.stages.scan import scan_library
from strokebook.vision.backbones.nets import packaged_lite0

T = TypeVar("T")

BATCH, SIDE = 16, 224
GOAL = 2000


def timed(work: Callable[[], T]) -> tuple[T, float, float]:
    """What ``work`` gives, its wall seconds, and the processor's of all threads."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    start = time.perf_counter()
    result = work()
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
    return result, wall, user + system


def plain_loop(files: Sequence[Path]) -> np.ndarray:
    """The peer: open, resize, embed; nothing is kept but the vectors."""
    import torch
    from torch import nn

    net = packaged_lite0()
    whole = nn.Sequential(*net.trunk, *net.tail)  # as its package gives it, without folding
    mean, std = np.array(net.mean, np.float32), np.array(net.std, np.float32)
    rows = []
    with torch.inference_mode():
        for first in range(0, len(files), BATCH):
            pictures = [
                np.asarray(Image.open(f).convert("RGB").resize((SIDE, SIDE)), np.float32)
                for f in files[first : first + BATCH]
            ]
            images = (np.stack(pictures) / 255 - mean) / std
            tensor = torch.from_numpy(images).permute(0, 3, 1, 2)
            rows.append(whole(tensor).mean(dim=(2, 3)).numpy())
    return np.concatenate(rows)


def ours(library: Path, folder: Path, precision: str) -> list[tuple[str, float, float]]:
    """Seconds of each stage, and of the second embedding of the drawings' kind without tuning."""
    times = []
    with open_project(folder, library=library) as project:
        vision = replace(project.settings.vision, precision=precision)
        project.settings = replace(project.settings, vision=vision)
        for name, stage in (("scan", scan_library), ("embed", embed_pages)):
            _, wall, cpu = timed(lambda stage=stage: stage(project))
            times.append((name, wall, cpu))
        labels = {page.label for page in project.catalogue.pages()}
        print(f"labels: {', '.join(sorted(map(str, labels)))}")
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scans", type=int, default=200)
    parser.add_argument("--seed", type=int, default=913)
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    parser.add_argument("--folder", type=Path, help="keep the scans here")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="strokebook-") as temporary:
        library = args.folder or Path(temporary, "library")
        make_scans(library, args.scans, args.seed)
        files = sorted(library.rglob("*.jpg"))[: args.scans]
        _, wall, cpu = timed(lambda: plain_loop(files))
        print(f"{'peer':8} {wall:8.1f} s {cpu:8.1f} s of processor  {len(files) / wall:6.1f} a s")
        times = ours(library, Path(temporary, "project"), args.precision)
    total = [sum(t[k] for t in times) for k in (1, 2)]
    for name, *seconds in [*times, ("ours", *total)]:
        print(f"{name:8} {seconds[0]:8.1f} s {seconds[1]:8.1f} s of processor")
    print(f"ours / peer: {total[0] / wall:.2f} by wall, {total[1] / cpu:.2f} by processor")
    print(f"{GOAL} scans at this rate: {total[0] * GOAL / len(files):.0f} s")


if __name__ == "__main__":
    main()
