"""What a TIFF's directories say that Pillow does not: how many pages there are, how light is kept.

Source: TIFF Revision 6.0 (Adobe, 1992), sections 2 and 8; BigTIFF's layout is libtiff's.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from PIL import Image

BITS_PER_SAMPLE, PHOTOMETRIC, MAX_SAMPLE = 258, 262, 281
NEW_SUBFILE, OLD_SUBFILE = 254, 255
REDUCED, MASK, OLD_REDUCED = 1, 4, 2  # bits of NewSubfileType; a value of SubfileType
MOST_DIRECTORIES = 10_000


@dataclass(frozen=True)
class TiffSamples:
    """How a picture's numbers stand for light.

    Attributes:
        bits: Per sample, one number a channel; () where nothing is said.
        white_is_zero: The least value is white (MinIsWhite).
        highest: The greatest value that the file says it uses, where it says so.
    """

    bits: tuple[int, ...] = ()
    white_is_zero: bool = False
    highest: int | None = None


def samples(image: Image.Image) -> TiffSamples:
    """What an opened picture's tags say of its samples; nothing for other formats than TIFF."""
    if image.format != "TIFF":
        return TiffSamples()
    tags: Any = image.tag_v2  # type: ignore[attr-defined]
    bits, highest = tags.get(BITS_PER_SAMPLE, ()), tags.get(MAX_SAMPLE, ())
    first = highest[0] if isinstance(highest, tuple) and highest else highest
    return TiffSamples(
        bits=tuple(bits) if isinstance(bits, tuple) else (bits,),
        white_is_zero=tags.get(PHOTOMETRIC) == 0,
        highest=first if isinstance(first, int) else None,
    )


def count_pages(path: Path) -> int:
    """How many pages a TIFF has; thumbnails and masks are none. At least 1."""
    return max(1, len(page_frames(path)))


def page_frames(path: Path) -> list[int]:
    """Which directories of a TIFF are pages, counted from 0; thumbnails and masks are none.

    Pillow's own count sets up every page, and is quadratic in their number.
    """
    try:
        with path.open("rb") as file:
            return [n for n, kind in enumerate(_directories(file)) if _is_page(kind)]
    except (OSError, struct.error):
        return []


def _is_page(kind: tuple[int, int]) -> bool:
    new, old = kind
    return not new & (REDUCED | MASK) and old != OLD_REDUCED


def _directories(file: IO[bytes]) -> list[tuple[int, int]]:
    """NewSubfileType and SubfileType of each directory, as far as the chain can be followed."""
    head = file.read(16)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None:
        return []
    big = struct.unpack_from(f"{order}H", head, 2)[0] == 43
    room = file.seek(0, 2)  # a hostile chain could read the same bytes again and again
    directories: list[tuple[int, int]] = []
    seen: set[int] = set()
    (offset,) = struct.unpack_from(f"{order}Q" if big else f"{order}I", head, 8 if big else 4)
    while offset and offset not in seen and room >= 0 and len(directories) < MOST_DIRECTORIES:
        seen.add(offset)
        try:
            kind, offset, size = _directory(file, offset, order, big)
        except (struct.error, OSError, ValueError, OverflowError):
            break  # cut off: what was met so far counts
        directories.append(kind)
        room -= size
    return directories


def _directory(
    file: IO[bytes], offset: int, order: str, big: bool
) -> tuple[tuple[int, int], int, int]:
    """The two subfile types, the offset of the next directory, and this one's size in bytes."""
    count_form, entry, width = ("Q", 20, 8) if big else ("H", 12, 4)
    file.seek(offset)
    (count,) = struct.unpack(order + count_form, file.read(struct.calcsize("=" + count_form)))
    if count > 65_535:
        raise ValueError("more entries than a directory can have")
    entries = file.read(count * entry)
    (following,) = struct.unpack(order + ("Q" if big else "I"), file.read(width))
    kinds = {NEW_SUBFILE: 0, OLD_SUBFILE: 0}
    for at in range(0, len(entries), entry):
        tag, form = struct.unpack_from(f"{order}HH", entries, at)
        if tag in kinds:
            short = f"{order}H" if form == 3 else f"{order}I"
            (kinds[tag],) = struct.unpack_from(short, entries, at + entry - width)
        elif tag > OLD_SUBFILE:  # entries are sorted by tag
            break
    return (kinds[NEW_SUBFILE], kinds[OLD_SUBFILE]), following, len(entries) + width
