"""People drawn in one line: portraits from the front, three-quarter, in profile, and figures."""

from __future__ import annotations

import numpy as np

from strokebook.demo.bust import draw_bust
from strokebook.demo.face import draw_face
from strokebook.demo.figure import draw_body
from strokebook.demo.hair import draw_hair
from strokebook.demo.hand import settle
from strokebook.demo.head import Head
from strokebook.demo.line import Line
from strokebook.demo.profile import draw_profile
from strokebook.demo.traits import Traits, traits_of
from strokebook.geometry.drawing import Drawing

KINDS = ("three-quarter", "frontal", "profile", "figure")
_SHARES = (0.4, 0.18, 0.2, 0.22)


def draw_person(seed: int, kind: str = "") -> Drawing:
    """A person in one long line (sometimes two or three), in a frame 200 units high or wide.

    Args:
        seed: The same seed gives the same drawing.
        kind: One of :data:`KINDS`; by default the seed chooses.
    """
    rng = np.random.default_rng([0x5B, seed])
    kind = kind or str(rng.choice(KINDS, p=_SHARES))
    traits = traits_of(rng)
    line = _profile(traits, rng) if kind == "profile" else _facing(kind, traits, rng)
    strokes = settle(line, traits, rng)
    return Drawing.of(strokes, unit="unit", source=f"demo:{seed}", meta={"kind": kind})


def start_drawing(seed: int) -> Drawing:
    """The first quarter of such a drawing's line: a start to complete."""
    whole = draw_person(seed, "three-quarter")
    first = whole.strokes[0].astype(np.float64)
    run = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(first, axis=0), axis=1))])
    cut = int(np.searchsorted(run, 0.26 * whole.length))
    return whole.with_strokes([first[: max(cut, 2)]])


def _facing(kind: str, traits: Traits, rng: np.random.Generator) -> Line:
    turn = rng.uniform(0.02, 0.2) if kind == "frontal" else rng.uniform(0.45, 0.72)
    head = Head(
        turn=float(turn),
        nod=float(rng.normal(0.05, 0.15)),
        tilt=float(rng.normal(-0.02, 0.14)),
        width=float(rng.normal(0.98, 0.08)),
        jaw=float(rng.normal(1.0, 0.1)),
    )
    line = Line()
    draw_face(line, head, traits)
    nape = draw_hair(line, head, traits)
    loose_from = len(line.keys)
    chin = head.at(0.0, 1.02, 0.6)
    if kind == "figure":
        draw_body(line, nape, chin, traits, rng)
    else:
        draw_bust(line, nape, chin, traits, rng)
    line.loosen(rng, traits.angular, 2 * traits.loose, loose_from)
    return line


def _profile(traits: Traits, rng: np.random.Generator) -> Line:
    line = Line()
    nape, chin = draw_profile(line, traits, float(rng.normal(0.0, 0.12)))
    loose_from = len(line.keys)
    draw_bust(line, nape, chin, traits, rng)
    line.loosen(rng, traits.angular, 2 * traits.loose, loose_from)
    return line
