"""Contact sheets of what was read: each line cut out of its scan, with what it was read as."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from strokebook.base import owned
from strokebook.base.errors import InputRefused
from strokebook.base.imaging.images import open_image
from strokebook.geometry.render import sheet
from strokebook.library.catalogue.records import Page
from strokebook.pipeline.dating.page_reading import check_page_numbers, suggest_dates
from strokebook.pipeline.output.pictures import counted, save_picture
from strokebook.pipeline.project import Project
from strokebook.pipeline.stage import page_file
from strokebook.vision.dates.spelling import spell_days
from strokebook.vision.reading.places import SIZE, Written

DATES, NUMBERS = "dates-read", "numbers-read"
MOST, COLUMNS, CELL = 48, 4, (300, 120)
_AROUND = 0.8  # of a line's height: what is shown around it


@dataclass(frozen=True)
class Cutting:
    """A place on a page with what was read there, in words."""

    page: Page
    written: tuple[Written, ...]
    caption: str


def draw_reading_sheets(project: Project) -> list[Path]:
    """Draw the suggested dates, and the numbers that are not as filed; the sheets drawn."""
    dates = [
        Cutting(one.page, one.written, f"{one.about}: {spell_days(one.days)} ({one.certainty:.2f})")
        for one in suggest_dates(project)
    ]
    pages = {page.id: page for page in project.catalogue.pages(include_private=False)}
    numbers = [
        Cutting(
            pages[one.page],
            (one.written,),
            f"{one.page}: reads {one.read} ({one.written.certainty:.2f})",
        )
        for one in check_page_numbers(project).misfiled
    ]
    drawn = _draw(project, DATES, "suggested", "date", dates)
    return drawn + _draw(project, NUMBERS, "not as filed", "number", numbers)


@owned.owning("picture")
def _draw(
    project: Project, name: str, what: str, noun: str, cuttings: Sequence[Cutting]
) -> list[Path]:
    """Sheets of the cuttings, and none left of an earlier reading."""
    drawn = []
    for number, start in enumerate(range(0, len(cuttings), MOST), start=1):
        some = cuttings[start : start + MOST]
        pictures = [_cut(project, one) for one in some]
        heading = f"{counted(len(cuttings), noun)} {what}"
        heading += f" ({start + 1} to {start + len(some)})" if len(cuttings) > MOST else ""
        path = project.pictures / f"{name}-{number}.jpg"
        image = sheet(pictures, COLUMNS, CELL, [one.caption for one in some], heading, lines=2)
        save_picture(image, path)
        drawn.append(path)
    for path in project.pictures.glob(f"{name}-*.jpg"):
        if path not in drawn:
            owned.remove(path)
    return drawn


def _cut(project: Project, cutting: Cutting) -> Image.Image:
    """The lines with a little around them, as one picture; paper where the scan is away."""
    with contextlib.suppress(InputRefused, OSError):
        scan = open_image(page_file(project, cutting.page), reduce_to=SIZE)
        boxes = [one.box for one in cutting.written]
        around = _AROUND * max(box[3] - box[1] for box in boxes)
        x0, y0 = min(b[0] for b in boxes) - around, min(b[1] for b in boxes) - around
        x1, y1 = max(b[2] for b in boxes) + around, max(b[3] for b in boxes) + around
        w, h = scan.size
        left, top = int(max(0.0, x0) * w), int(max(0.0, y0) * h)
        part = scan.crop((left, top, min(w, int(x1 * w) + 1), min(h, int(y1 * h) + 1)))
        scale = min(CELL[0] / part.width, CELL[1] / part.height)
        size = (max(1, int(part.width * scale)), max(1, int(part.height * scale)))
        return part.resize(size, Image.Resampling.BICUBIC)
    return Image.new("RGB", CELL, "white")
