"""People whose head begins as an oval, as somebody begins who never drew in this hand.

People of :mod:`strokebook.demo` begin at the chin and draw the cheek, the eyes and the nose in one
line. Whoever opens the page to draw on begins otherwise: a head is an oval, its eyes are dots.
Without such drawings the starter model has no way on from there.
"""

from __future__ import annotations

import math

import numpy as np

from strokebook.demo import face
from strokebook.demo.bust import draw_bust
from strokebook.demo.figure import draw_body
from strokebook.demo.hair import draw_hair
from strokebook.demo.hand import settle
from strokebook.demo.head import Head
from strokebook.demo.line import Line
from strokebook.demo.traits import Traits, traits_of
from strokebook.geometry.drawing import Drawing

ROUND = 14  # key points of a whole oval


def draw_plain_head(seed: int) -> Drawing:
    """A person in a frame of 200 units: an oval, perhaps a face in it, perhaps hair, and a body.

    The oval begins anywhere, mostly at the top, and runs either way; its ends miss each other a
    little. The face is one of this hand's, or dots and a line, or none.
    """
    rng = np.random.default_rng([0x0A, seed])
    traits = traits_of(rng)
    head = Head(
        turn=float(rng.uniform(0.0, 0.35)),
        nod=float(rng.normal(0.0, 0.1)),
        tilt=float(rng.normal(0.0, 0.1)),
        width=float(rng.normal(1.0, 0.1)),
    )
    line = Line()
    _oval(line, head, rng)
    kind = str(rng.choice(("own", "plain", "none"), p=(0.4, 0.25, 0.35)))
    if rng.random() < 0.5:
        line.lift()
    if kind == "own":
        _own_face(line, head, traits)
    elif kind == "plain":
        _plain_face(line, head, rng)
    nape = head.skull(-0.75, 0.9)
    if rng.random() < 0.6:
        nape = draw_hair(line, head, traits)
    loose_from, chin = len(line.keys), head.at(0.0, 1.04, 0.4)
    if rng.random() < 0.5:
        draw_body(line, nape, chin, traits, rng)
    else:
        draw_bust(line, nape, chin, traits, rng)
    line.loosen(rng, traits.angular, 2 * traits.loose, loose_from)
    strokes = [stroke for stroke in settle(line, traits, rng) if len(stroke) > 1]
    return Drawing.of(strokes, unit="unit", source=f"plain:{seed}", meta={"kind": kind})


def _oval(line: Line, head: Head, rng: np.random.Generator) -> None:
    first = -0.5 * math.pi + float(
        rng.normal(0.0, 0.4) if rng.random() < 0.8 else rng.uniform(0, 6)
    )
    turned = (1.0 + float(rng.normal(0.01, 0.03))) * float(rng.choice((-1.0, 1.0)))
    wide, high = 0.78 * head.width * float(rng.uniform(0.9, 1.2)), float(rng.uniform(0.95, 1.12))
    tilt = complex(math.cos(head.tilt), math.sin(head.tilt))
    for k in range(ROUND + 1):
        angle = first + turned * 2 * math.pi * k / ROUND
        egg = 1.0 - 0.08 * math.sin(angle)  # narrower at the chin; y points down
        line.to(complex(wide * egg * math.cos(angle), high * math.sin(angle) - 0.02) * tilt)


def _own_face(line: Line, head: Head, traits: Traits) -> None:
    for feature in (face.draw_far_eye, face.draw_nose, face.draw_near_eye, face.draw_lips):
        feature(line, head, traits)


def _plain_face(line: Line, head: Head, rng: np.random.Generator) -> None:
    """Eyes as dots or small rings, a mouth as a bow, a stroke each."""
    size = float(rng.uniform(0.04, 0.13))
    for x in (-0.3, 0.3):
        middle = head.at(x, float(rng.normal(-0.05, 0.05)), 0.6)
        line.lift()
        for k in range(7):
            line.to(middle + size * complex(math.cos(k), math.sin(k)))
    if rng.random() < 0.7:
        line.lift()
        low, half = float(rng.normal(0.55, 0.05)), float(rng.uniform(0.2, 0.36))
        bow = float(rng.uniform(-0.04, 0.16))
        line.to(head.at(-half, low, 0.6), head.at(0.0, low + bow, 0.7), head.at(half, low, 0.6))
    line.lift()
