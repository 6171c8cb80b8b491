"""Mutants: a valid file harmed in one of many ways, chosen by a random number.

Every way takes the file, another to take pieces from, and the random numbers.
"""

from __future__ import annotations

import random
import re
import struct
from collections.abc import Callable

LONGEST = 1 << 20  # bytes of a mutant
NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
HUGE = (
    b"1e999", b"-1e308", b"9" * 400, b"9" * 5000, b"NaN", b"Infinity", b"-1", b"0", b"null", b'""',
    b"[]", b"{}", b"true", b"9223372036854775808", b"4294967295", b"1e-400",
)  # fmt: skip
INTEGERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**63 - 1)
Harm = Callable[[bytes, bytes, random.Random], bytes]


def flip_bits(data: bytes, _: bytes, rng: random.Random) -> bytes:
    """One to 16 bits turned over."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 2, 4, 16))):
        at = rng.randrange(len(out))
        out[at] ^= 1 << rng.randrange(8)
    return bytes(out)


def flip_head(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """Bits turned over near the start, where headers lie."""
    head = min(len(data), 256)
    return flip_bits(data[:head], other, rng) + data[head:]


def truncate(data: bytes, _: bytes, rng: random.Random) -> bytes:
    """The end, or the start, cut off."""
    at = rng.randrange(len(data))
    return data[:at] if rng.random() < 0.8 else data[at:]


def splice(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """A piece of another file, or of elsewhere in the same, put in or over."""
    start = rng.randrange(len(other))
    piece = other[start : start + rng.choice((4, 64, 4096))]
    at = rng.randrange(len(data))
    return data[:at] + piece + data[at + (len(piece) if rng.random() < 0.5 else 0) :]


def edit_length(data: bytes, _: bytes, rng: random.Random) -> bytes:
    """A number of 1 to 8 bytes replaced, as a length or an offset might be."""
    width, order = rng.choice((1, 2, 4, 8)), rng.choice("<>")
    value = rng.choice(INTEGERS) & ((1 << 8 * width) - 1)
    packed = struct.pack(order + {1: "B", 2: "H", 4: "I", 8: "Q"}[width], value)
    head = len(data) if rng.random() < 0.5 else min(len(data), 512)
    at = rng.randrange(max(1, head - width))
    return data[:at] + packed + data[at + width :]


def huge_number(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """A number written out in digits replaced by one beyond all bounds, or by no number."""
    places = list(NUMBER.finditer(data))
    if not places:
        return edit_length(data, other, rng)
    for _ in range(rng.choice((1, 1, 3))):
        place = rng.choice(places)
        data = data[: place.start()] + rng.choice(HUGE) + data[place.end() :]
        places = list(NUMBER.finditer(data)) or [place]
    return data


def empty(_: bytes, __: bytes, rng: random.Random) -> bytes:
    """Nothing, or nothing but one byte over and over."""
    return bytes([rng.choice((0, 32, 91, 123, 255))]) * rng.choice((0, 0, 1, 4096, 200_000))


def repeat(data: bytes, _: bytes, rng: random.Random) -> bytes:
    """A piece, short or long, repeated where it stands, or the whole file."""
    start = rng.randrange(len(data))
    piece = data[start : start + rng.choice((1, 2, 8, 64, 1024, len(data)))]
    times = min(rng.choice((2, 100, 10_000, 100_000)), 262_144 // len(piece) + 1)
    return data[:start] + piece * times + data[start + len(piece) :]


def blank(data: bytes, _: bytes, rng: random.Random) -> bytes:
    """A stretch overwritten by zeros, ones or noise."""
    at, length = rng.randrange(len(data)), rng.choice((1, 16, 256, 4096))
    piece = rng.choice((b"\0" * length, b"\xff" * length, rng.randbytes(length)))
    return data[:at] + piece[: len(data) - at] + data[at + length :]


def nest(data: bytes, _: bytes, rng: random.Random) -> bytes:
    """Brackets without end, or an opening piece of the file repeated, put in somewhere."""
    at = rng.randrange(len(data))
    piece = rng.choice((b"[", b"{", b"(", b"<g>", b'{"a":', b"a.", b"[["))
    return data[:at] + piece * rng.choice((10, 1000, 50_000)) + data[at:]


HARMS: tuple[Harm, ...] = (
    *(flip_bits, flip_head, truncate, splice, edit_length, huge_number),
    *(empty, repeat, blank, nest),
)


def mutant(data: bytes, other: bytes, seed: int, number: int) -> tuple[str, bytes]:
    """Mutant ``number``: what was done to ``data``, and the result; the same for the same seed."""
    rng = random.Random(f"{seed} {number}")
    harm = HARMS[number % len(HARMS)]
    data = harm(data, other, rng)
    if rng.random() < 0.2 and data:  # twice harmed
        data = rng.choice(HARMS)(data, other, rng)
    return harm.__name__, data[:LONGEST]
