"""What an image file itself says of when its page was drawn: little, and only in its EXIF header.

A camera's ``DateTimeOriginal`` is when the page was photographed. That is taken for the day of the
drawing where it was one of a few; who photographs a whole sketchbook in an afternoon has not drawn
it then (:func:`take_days` tells the two apart). A scanner's date, and a file's own time, only say
that the page is not younger; a file's time is not used at all, as copying changes it.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from PIL import Image

from strokebook.base.errors import InputRefused
from strokebook.base.imaging.images import image_info

AT_ONCE = 6  # photos of one sketchbook on one day; more were taken after the drawing
_EXIF, _ORIGINAL, _DIGITIZED, _CHANGED = 0x8769, 0x9003, 0x9004, 0x0132
_MAKE, _FILE_SOURCE, _EXPOSURE, _F_NUMBER = 0x010F, 0xA300, 0x829A, 0x829D
_DAY = re.compile(r"\s*([0-9]{4})[:-]([0-9]{2})[:-]([0-9]{2})\b")
_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "HEIF")


@dataclass(frozen=True)
class FileDate:
    """A day from a file's header; ``photo``: a camera took it, no scanner."""

    day: date
    photo: bool


def file_date(path: Path) -> FileDate | None:
    """The day in a file's EXIF header; None where there is none, or no picture."""
    with contextlib.suppress(InputRefused):
        image_info(path)  # our own door: no pipe, nothing empty, HEIF registered where it can be
        # A broken header raises nearly anything from within the decoders, and says nothing here.
        with contextlib.suppress(Exception), Image.open(path, formats=_FORMATS) as image:
            header = image.getexif()
            return _read_header(dict(header), dict(header.get_ifd(_EXIF)))
    return None


def _read_header(main: Mapping[int, object], exif: Mapping[int, object]) -> FileDate | None:
    day = _day(exif.get(_ORIGINAL))
    # A scanner says so (1, 2), or has neither exposure nor aperture.
    camera = _first_byte(exif.get(_FILE_SOURCE)) in (None, 3) and bool(main.get(_MAKE))
    if day is not None and camera and (_EXPOSURE in exif or _F_NUMBER in exif):
        return FileDate(day, photo=True)
    days = [d for v in (day, _day(exif.get(_DIGITIZED)), _day(main.get(_CHANGED))) if (d := v)]
    return FileDate(min(days), photo=False) if days else None


def _first_byte(value: object) -> int | None:
    if isinstance(value, bytes):
        return value[0] if value else None
    return value if isinstance(value, int) else None


def _day(value: object) -> date | None:
    match = _DAY.match(value) if isinstance(value, str) else None
    if match is None:
        return None
    with contextlib.suppress(ValueError):  # cameras without a clock write 0000:00:00
        day = date(*(int(n) for n in match.groups()))
        return day if day.year >= 1990 else None  # 1970, 1980: a clock that was never set
    return None


def take_days(
    known: Mapping[str, FileDate], books: Mapping[str, str]
) -> tuple[dict[str, date], dict[str, date]]:
    """What the files' days are worth.

    Args:
        known: By page.
        books: The sketchbook of each page.

    Returns:
        The day of each page that was photographed with few others of its sketchbook; and for every
        page known the last day on which it can have been drawn.
    """
    together = Counter((books[p], d.day) for p, d in known.items() if d.photo)
    days = {p: d.day for p, d in known.items() if d.photo and together[books[p], d.day] <= AT_ONCE}
    return days, {p: d.day for p, d in known.items()}
