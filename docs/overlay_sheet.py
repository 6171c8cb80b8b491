"""The traced lines of the ten real pages, as a sheet and a table for docs/tracing.md.

    python docs/overlay_sheet.py ../shared/data/pages           # lines alone: docs/pictures/
    python docs/overlay_sheet.py ../shared/data/pages --scans OUT.png   # over the scans, to look at

The scans are Andrew Look's (singleline_dataset, Apache-2.0) and are no part of this repository;
the sheet that is has none of their pixels, only what the engine drew.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from strokebook.figures.prepare_page import PageOptions, prepare_page
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.polyline import arc_length, evenly
from strokebook.geometry.render import paint, sheet
from strokebook.tracing.page import PageImage, load_page
from strokebook.tracing.registry import engine

# Strokes of the figure that a person counted on the scan, five times enlarged: a line that leaves
# the page ends there; date, page number, specks and the scanner's edge do not count.
BY_EYE = {
    "real02": 1, "real03": 1, "real05": 1, "real06": 2, "real08": 3,
    "real09": 2, "real11": 2, "real13": 3, "real15": 3, "real16": 1,
}  # fmt: skip
ZOOM = 2
BEGINS, ENDS = (220, 30, 30), (30, 90, 220)


def main() -> None:
    """Trace every page; write the sheet, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("pages", type=Path)
    parser.add_argument("--scans", type=Path, help="a sheet over the scans instead")
    args = parser.parse_args()
    cells, titles, total = [], [], [0, 0]
    rows = ["| page | by eye | traced | with small marks | seconds |", "|---|---|---|---|---|"]
    for file in sorted(args.pages.glob("*.png")):
        page = load_page(file)
        traced, seconds = _trace(page)
        kept = _kept(traced)
        counted = BY_EYE.get(file.stem, 0)
        total = [total[0] + counted, total[1] + len(kept)]
        rows.append(f"| {file.stem} | {counted} | {len(kept)} | {len(traced)} | {seconds:.2f} |")
        cells.append(_picture(page if args.scans else None, traced if args.scans else kept))
        titles.append(f"{file.stem}: {counted} by eye, {len(kept)} traced")
    rows.append(f"| all | {total[0]} | {total[1]} | | |")
    sys.stdout.write("\n".join(rows) + "\n")
    size = (max(c.width for c in cells), max(c.height for c in cells))
    picture = sheet(cells, 5, size, titles)
    if args.scans:
        picture.save(args.scans)
        return
    target = Path(__file__).parent / "pictures" / "real_pages_traced.png"
    picture.quantize(96, dither=Image.Dither.NONE).save(target, optimize=True)


def _trace(page: PageImage) -> tuple[Drawing, float]:
    """The strokes, and the seconds of a second run: code is compiled in the first."""
    engine("pen").trace(page)
    start = time.perf_counter()
    traced = engine("pen").trace(page).drawing
    return traced, time.perf_counter() - start


def _kept(traced: Drawing) -> Drawing:
    """The strokes of the drawings that are large enough to be some."""
    figures = prepare_page(traced, PageOptions(path="traced")).kept
    return traced.with_strokes(s for f in figures for s in f.drawing.strokes)


def _picture(page: PageImage | None, drawing: Drawing) -> Image.Image:
    """Strokes coloured by time on white or on the page; red where each begins, blue where it ends.

    Args:
        page: None: white.
        drawing: In page pixels.
    """
    size = (round(drawing.size[0] * ZOOM), round(drawing.size[1] * ZOOM))
    canvas = np.full((size[1], size[0], 3), 255, np.uint8)
    if page is not None:
        large = cv2.resize(page.pixels, size, interpolation=cv2.INTER_CUBIC)
        canvas = (165 + large.astype(np.uint16) * 90 // 255).astype(np.uint8)
    lines = [np.asarray(s, np.float64) * ZOOM for s in drawing.strokes]
    # Colours follow the number of points, so the points must lie evenly.
    even = [evenly(s, max(2, int(arc_length(s)[-1] / 2))).astype(np.float64) for s in lines]
    paint(canvas, even, 1.6, "time")
    for line in lines:
        for point, colour in ((line[0], BEGINS), (line[-1], ENDS)):
            at = (round(float(point[0])), round(float(point[1])))
            cv2.circle(canvas, at, 3, colour, -1, cv2.LINE_AA)
    return Image.fromarray(canvas)


if __name__ == "__main__":
    main()
