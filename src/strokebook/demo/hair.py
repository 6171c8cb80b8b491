"""Hair: from the near ear over the brow, the crown and down to the nape."""

from __future__ import annotations

import math
from collections.abc import Callable

from strokebook.demo.head import Head
from strokebook.demo.line import Line
from strokebook.demo.traits import Traits


def draw_hair(line: Line, head: Head, traits: Traits) -> complex:
    """Draw the hair and return the nape, where the neck goes on."""
    nape = head.skull(-0.75, 0.86)
    _HAIRS[traits.hair](line, head, traits)
    line.to(nape)
    return nape


def _hairline(line: Line, head: Head, height: float, dip: float = 0.0) -> None:
    line.to(head.at(0.66, -0.25, 0.15), head.at(0.52, -0.55 * height, 0.42))
    line.to(head.at(0.1, -0.74 * height - dip, 0.6))


def _parted(line: Line, head: Head, traits: Traits) -> None:
    _hairline(line, head, 1.0, 0.06)
    line.sharp(head.at(-0.12, -0.86, 0.5))
    line.to(head.edge(-0.55, 1.02), head.edge(-0.1, 1.12)).sharp(head.edge(0.06, 1.14))
    swell = 1.08 + 0.06 * traits.flourish
    line.to(head.edge(-0.5, 1.22))
    _crown(line, head, swell, 2.2, -0.5)


def _bun(line: Line, head: Head, traits: Traits) -> None:
    _hairline(line, head, 0.95)
    line.to(head.edge(-0.5, 1.0)).sharp(head.edge(-0.16, 1.02))
    line.to(head.edge(-0.6, 1.1))
    _crown(line, head, 1.04, 2.1, 1.25)
    r = 0.3 * (0.8 + 0.3 * traits.flourish)
    root = head.skull(1.05, 1.05)
    for turn in (2.6, 1.5, 0.4, -0.9, -2.0, -3.4, -4.6, -5.6):
        size = r if turn > -2.0 else 0.62 * r
        line.to(root + complex(0.1, -r) + size * complex(math.cos(turn), -math.sin(turn)))
    line.to(head.skull(0.7, 1.02), head.skull(0.2, 1.02), head.skull(-0.35, 1.0))


def _long(line: Line, head: Head, traits: Traits) -> None:
    _hairline(line, head, 1.0)
    line.to(head.edge(-0.5, 1.0)).sharp(head.edge(-0.05, 1.1))
    line.to(head.edge(-0.55, 1.18))
    _crown(line, head, 1.14, 2.15, 0.1)
    fall = head.skull(0.0, 1.1)
    drop = 1.0 + 0.4 * traits.flourish
    line.to(fall + complex(0.06, 0.5 * drop), fall + complex(0.24, 0.95 * drop))
    line.sharp(fall + complex(0.1, 1.4 * drop))
    line.to(fall + complex(-0.08, 0.95 * drop), fall + complex(-0.2, 0.5 * drop))
    line.sharp(fall + complex(-0.25, 0.35))


def _curls(line: Line, head: Head, traits: Traits) -> None:
    line.to(head.at(0.66, -0.25, 0.15))
    angles = [0.9, 1.25, 1.6, 1.95, 2.3, 2.62]
    for low in angles:  # forward along the hairline ...
        line.to(head.skull(low - 0.16, 0.70), head.skull(low + 0.06, 0.86))
        line.to(head.skull(low + 0.16, 0.72))
    line.sharp(head.edge(-0.05, 1.06))
    for high in (2.7, 2.2, 1.7, 1.2, 0.7, 0.2, -0.25):  # ... and back over the crown
        line.to(head.skull(high + 0.2, 1.06), head.skull(high, 1.24 * traits.flourish**0.3))
        line.to(head.skull(high - 0.2, 1.14), head.skull(high - 0.02, 1.0))


def _cap(line: Line, head: Head, traits: Traits) -> None:
    low = -0.44 - 0.06 * traits.flourish
    line.to(head.at(0.62, -0.4, 0.3), head.at(0.1, low, 0.7)).sharp(head.edge(-0.42, 1.06))
    line.to(head.edge(-0.75, 1.12))
    _crown(line, head, 1.1, 2.0, 0.9)
    line.to(head.skull(0.35, 1.14)).sharp(head.skull(0.12, 1.1))
    line.to(head.at(0.5, -0.66, 0.4), head.at(0.0, -0.76, 0.6)).sharp(head.edge(-0.62, 1.06))
    line.to(head.skull(1.9, 1.0), head.skull(1.3, 0.98), head.skull(0.5, 0.98))
    line.to(head.skull(-0.2, 0.98))


def _crown(line: Line, head: Head, out: float, first: float, last: float) -> None:
    number = max(round((first - last) / 0.55), 2)
    for k in range(number + 1):
        line.to(head.skull(first + (last - first) * k / number, out))


_HAIRS: dict[str, Callable[[Line, Head, Traits], None]] = {
    "parted": _parted,
    "bun": _bun,
    "long": _long,
    "curls": _curls,
    "cap": _cap,
}
