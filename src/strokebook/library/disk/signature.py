"""A small signature of a page's picture, by which the same page is known in another file.

The signature is the picture as 32 × 32 grey values, without its mean and at unit length, so that
the inner product of two is their correlation. Another light, another resolution, a comment in the
file or another JPEG quality leave it nearly as it is; a turn of a degree or two leaves most of it.

Of a private page only a fingerprint is kept: the signs of 256 random projections (Charikar 2002,
"Similarity estimation techniques from rounding algorithms"). The share of differing bits estimates
the angle between two signatures; a picture cannot be drawn from them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image

from strokebook.base.array_types import Bytes, Floats32, Ints64

SIDE = 32
BITS = 256
SAME = 0.90  # least correlation of two scans of one page; EXPERIMENTS.md has the measurement
UNLIKE = 0.72  # below it two pictures are certainly of different pages
MARGIN = 0.03  # by which the best match must lead the second to be the only one
LEAST_SPREAD = 4.0  # grey levels of 255: pictures with less are blank and like each other
_BYTES = SIDE * SIDE

Grey = Bytes  # (32, 32)
Unit = Floats32  # (1024,), mean 0, length 1; all zeros for a blank page
Bits = Bytes  # (256,), 0 or 1


def measure_signature(image: Image.Image) -> bytes:
    """The signature of an upright picture of any size: 1,024 grey values, row by row."""
    # A large reduction in one step would leave most pixels out: BOX averages all of them.
    return image.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX).tobytes()


def is_blank(signature: bytes) -> bool:
    """True for a picture without features, which is like any other; a fingerprint: False."""
    if len(signature) != _BYTES:
        return False
    grey = np.frombuffer(signature, np.uint8).reshape(SIDE, SIDE)
    # The border holds the scanner's shadow, which all pages of one scanner share.
    return float(grey[2:-2, 2:-2].std()) < LEAST_SPREAD


def fingerprint(signature: bytes) -> bytes:
    """The 256-bit fingerprint of a signature, packed into 32 bytes; a fingerprint stays itself."""
    if len(signature) == BITS // 8:
        return signature
    return np.packbits(_project(_unit(signature)[None])[0]).tobytes()


@dataclass(frozen=True, eq=False)
class Signatures:
    """Signatures and fingerprints side by side, to be compared with one signature at a time.

    Attributes:
        keys: What each is of.
        rows: Indices into ``keys`` of those that are signatures.
        units: Their unit vectors, ``(S, 1024)``.
        hashed: Indices into ``keys`` of those that are fingerprints.
        bits: Their bits, ``(F, 256)``.
    """

    keys: Sequence[str]
    rows: Ints64
    units: Floats32
    hashed: Ints64
    bits: Bytes

    @classmethod
    def of(cls, items: Sequence[tuple[str, bytes]]) -> Signatures:
        """Make them of (key, signature or fingerprint); blank pages match nothing."""
        grey = [i for i, (_, s) in enumerate(items) if len(s) == _BYTES]
        packed = [i for i, (_, s) in enumerate(items) if len(s) == BITS // 8]
        units = [_unit(items[i][1]) for i in grey]
        bits = [np.unpackbits(np.frombuffer(items[i][1], np.uint8)) for i in packed]
        return cls(
            keys=[key for key, _ in items],
            rows=np.array(grey, np.int64),
            units=np.array(units, np.float32).reshape(len(grey), _BYTES),
            hashed=np.array(packed, np.int64),
            bits=np.array(bits, np.uint8).reshape(len(packed), BITS),
        )

    def compare(self, signature: bytes) -> Floats32:
        """The correlation of ``signature`` with each, ``(K,)``; estimated for fingerprints."""
        scores = np.zeros(len(self.keys), np.float32)
        if len(signature) != _BYTES:
            bits = np.unpackbits(np.frombuffer(signature, np.uint8))
            grey = _project(self.units) if len(self.rows) else np.zeros((0, BITS), np.uint8)
            scores[self.rows] = _correlation(grey, bits)
        else:
            unit = _unit(signature)
            scores[self.rows] = self.units @ unit
            bits = _project(unit[None])[0]
        scores[self.hashed] = _correlation(self.bits, bits)
        return scores


def _correlation(bits: Bytes, other: Bits) -> Floats32:
    share = (bits != other).mean(axis=1) if len(bits) else np.zeros(0)
    return np.cos(math.pi * share).astype(np.float32)


def _unit(signature: bytes) -> Unit:
    if is_blank(signature):
        return np.zeros(_BYTES, np.float32)
    grey = np.frombuffer(signature, np.uint8).astype(np.float32)
    centred = grey - grey.mean()
    return np.asarray(centred / max(float(np.linalg.norm(centred)), 1e-6), np.float32)


def _project(units: Floats32) -> Bytes:
    return (units @ _directions() > 0).astype(np.uint8)


@cache
def _directions() -> Floats32:
    """The 256 directions, ``(1024, 256)``; their seed may never change, since bits are kept."""
    return np.random.default_rng(1024).standard_normal((_BYTES, BITS)).astype(np.float32)
