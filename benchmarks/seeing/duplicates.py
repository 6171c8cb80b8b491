"""Does ``duplicates`` tell pairs that are none: pages of libraries without any, and drawings.

Pages: a project of ``page_search`` (sketchbooks of several seeds, nothing in it twice) and folders
of pictures. Drawings: the true strokes of those sketchbooks, and drawings of a data set.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.seeing.second_scans import scan_again
from strokebook.base.imaging.images import open_image
from strokebook.dataset.load import read_npz
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.stroke3 import from_stroke3
from strokebook.pipeline.project import open_project
from strokebook.pipeline.seeing.duplicates import find_page_duplicates
from strokebook.vision.search.near_duplicates import likely_pairs
from strokebook.vision.search.nearest import find_nearest
from strokebook.vision.search.registration import PageFeatures, measure_features, register
from strokebook.vision.search.same_drawing import LIKELY, lay_line, measure_line, measure_line_map

SIDE = 640  # px of a preview


def features_of(path: Path, seed: int | None = None) -> PageFeatures:
    """Of a page's preview, or of that of its second scan."""
    picture = open_image(path)
    if seed is not None:
        picture = scan_again(picture, np.random.default_rng([seed, 9]))
    picture.thumbnail((SIDE, SIDE))
    return measure_features(picture)


def compare_pages(paths: Sequence[Path]) -> str:
    """All pairs of pictures, and each with its own second scan."""
    pages = [features_of(path) for path in paths]
    again = [features_of(path, seed) for seed, path in enumerate(paths)]
    false = 0
    for one, other in itertools.combinations(pages, 2):
        fit = register(one, other)
        false += fit is not None and fit.is_same_page
    fits = [register(one, other) for one, other in zip(pages, again, strict=True)]
    same = sum(fit is not None and fit.is_same_page for fit in fits)
    pairs = len(pages) * (len(pages) - 1) // 2
    return f"{false} of {pairs} pairs falsely told, {same} of {len(pages)} second scans known"


def true_drawings(folder: Path) -> Iterator[tuple[str, Drawing]]:
    """The drawings of made sketchbooks as they were drawn."""
    for file in sorted(folder.rglob("truth_strokes.json")):
        for page, drawings in json.loads(file.read_text()).items():
            for number, strokes in enumerate(drawings, 1):
                yield f"{page} d{number}", Drawing.of([np.array(s) for s in strokes], (1000, 1414))


def data_set(file: Path) -> Iterator[tuple[str, Drawing]]:
    """The drawings of an npz."""
    for split, rows in read_npz(file).items():
        for number, row in enumerate(rows):
            yield f"{split} {number}", from_stroke3(row)


def compare_drawings(named: Sequence[tuple[str, Drawing]]) -> str:
    """Pairs told as one line; all of them are false unless the eye says otherwise."""
    start = time.process_time()
    lines = [measure_line(drawing) for _, drawing in named]
    maps = np.stack([measure_line_map(line) for line in lines])
    pairs = likely_pairs(maps, lambda asked, most: find_nearest(asked, maps, most), LIKELY)
    fits = [(lay_line(lines[a], lines[b]), named[a][0], named[b][0]) for a, b in pairs]
    told = [f"{a} and {b}: {fit.why}" for fit, a, b in fits if fit.is_same_line]
    nearest = min((fit.mean for fit, _, _ in fits if not fit.is_same_line), default=1.0)
    seconds = time.process_time() - start
    head = f"{len(told)} pairs told among {len(named)} drawings ({len(pairs)} laid onto each other,"
    tail = f" {seconds:.0f} s of one core); the nearest not told {nearest:.4f} apart"
    return "\n  ".join([head + tail, *told])


def main() -> None:
    """Print what is told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", type=Path, help="of page_search; its library lies beside it")
    parser.add_argument("--pages", type=Path, help="folder of pictures")
    parser.add_argument("--drawings", type=Path, help="data set (npz)")
    options = parser.parse_args()
    if options.pages:
        paths = sorted(p for p in options.pages.iterdir() if p.suffix in (".png", ".jpg"))
        print(f"{options.pages.name}: {compare_pages(paths)}", flush=True)
    if options.project:
        named = list(true_drawings(options.project.parent))
        print(f"made drawings: {compare_drawings(named)}", flush=True)
        with open_project(options.project) as opened:
            groups = find_page_duplicates(opened)
            count = len(opened.catalogue.standing_pages())
        told = [f"{pair.first} and {pair.second}: {pair.why}" for g in groups for pair in g.pairs]
        print("\n  ".join([f"made pages: {len(told)} pairs told among {count}", *told]), flush=True)
    if options.drawings:
        print(f"{options.drawings.name}: {compare_drawings(list(data_set(options.drawings)))}")


if __name__ == "__main__":
    main()
