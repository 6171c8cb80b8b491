"""SVG path data: its cost before anything is built of it, and a form that is cheap to read.

Grammar: SVG 1.1, section 8.3. The reader used here (svgelements) makes an object of each command,
with a thousand times the memory of its text, and searches anew for the start of each closed line.
"""

from __future__ import annotations

import re

# Numbers that one drawn segment takes, by command.
ARGUMENTS = {"m": 2, "l": 2, "h": 1, "v": 1, "c": 6, "s": 4, "q": 4, "t": 2, "a": 7, "z": 1}
COMMAND = re.compile(r"([MmZzLlHhVvCcSsQqTtAa])([^MmZzLlHhVvCcSsQqTtAa]*)")
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
FIRST_CLOSES = re.compile(r"[\s,]*(?:[zZ][\s,]*)+")
FIRST_DRAWS = re.compile(r"[\s,]*[LlHhVvCcSsQqTtAa]")
# A close after which the same line is drawn on: not before a move, or before nothing.
MANY_CLOSES = re.compile(r"(?:[zZ][\s,]*){3,}")
ARC_CURVES = 12  # the reader makes a curve of every 30 degrees of an arc
DRAWN_ON = re.compile(r"[zZ](?=[\s,]*[ZzLlHhVvCcSsQqTtAa])")


def segments(d: str, most: int) -> int:
    """How many segments path data has, arcs counted as curves; counting stops past ``most``."""
    count = 0
    for match in COMMAND.finditer(d):
        text = match[2]
        if text:
            numbers = sum(1 for _ in NUMBER.finditer(text))
            command = match[1].lower()
            drawn = max(1, numbers // ARGUMENTS[command])
            count += drawn * ARC_CURVES if command == "a" else drawn
        else:
            count += 1
        if count > most:
            break
    return count


def normalised(d: str) -> str:
    """The same lines in a form that is read in linear time.

    Closes before the first move, which draw nothing, are left out. After a close, the pen is at
    the start of its line; where the line is drawn on from there, a move to that very point is put
    in, so that the next close need not look further back. A second close in a row draws a dot, a
    third the same dot again: it is left out.
    """
    first = FIRST_CLOSES.match(d)
    rest = MANY_CLOSES.sub("zz", d[first.end() :] if first else d)
    return DRAWN_ON.sub("zm0 0", rest)


def begins_drawing(d: str) -> bool:
    """Whether normalised path data draws before it has moved anywhere, which is an error in SVG."""
    return FIRST_DRAWS.match(d) is not None
