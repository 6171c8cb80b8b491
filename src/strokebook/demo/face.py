"""Frontal and three-quarter faces: chin, far cheek, far eye, nose, near eye, lips, jaw, ear."""

from __future__ import annotations

from strokebook.demo.head import Head
from strokebook.demo.line import Line, Place
from strokebook.demo.traits import Traits

# The pen's way is the same in every face (a model learns it from a hundred), the shapes are not.


def draw_face(line: Line, head: Head, traits: Traits) -> None:
    """Draw a face from the chin round to the near ear, without lifting the pen."""
    _far_cheek(line, head, traits)
    draw_far_eye(line, head, traits)
    draw_nose(line, head, traits)
    draw_near_eye(line, head, traits)
    draw_lips(line, head, traits)
    _jaw(line, head, traits)


def draw_eye(line: Line, place: Place, traits: Traits, lid: float = 1.0) -> None:
    """An almond from its outer corner (u = -1) over the lids and back, then a scribbled pupil."""
    a, g = lid * traits.lid, 0.25 * traits.gaze
    line.sharp(place(-1.0, 0.1))
    line.via(place, [(-0.45, -0.5 * a), (0.15, -0.55 * a), (0.65, -0.2 * a)])
    line.sharp(place(1.08, 0.22))
    line.via(place, [(0.45, 0.42 * a), (-0.2, 0.45 * a), (-0.7, 0.28)])
    line.to(place(-0.75, -0.05 * a), place(g - 0.1, -0.46 * a), place(g + 0.34, -0.1 * a))
    line.to(place(g + 0.05, 0.34 * a), place(g - 0.26, -0.02), place(g + 0.02, -0.3 * a))
    line.sharp(place(g + 0.16, 0.1)).sharp(place(g - 0.02, -0.06))


def _far_cheek(line: Line, head: Head, traits: Traits) -> None:
    line.to(head.at(0.06, 0.94 * traits.chin + 0.05, 0.66), head.edge(0.98), head.edge(0.8))
    line.to(head.edge(0.5), head.edge(0.26, 1.03))


def draw_far_eye(line: Line, head: Head, traits: Traits) -> None:
    """The far eye, and along its brow back to the nose."""
    slant = -0.45
    size = 0.19 * traits.eye
    patch = head.patch(-0.34, 0.0, 0.60, slant)

    def place(u: float, v: float) -> complex:
        return patch(u * size, v * size)

    draw_eye(line, place, traits)
    # Out over the lid's end and back along the brow, which runs on into the nose.
    line.to(place(-0.5, -0.75 * traits.lid)).sharp(place(-1.35, -0.55))
    rise = -1.25 * traits.brow
    line.via(place, [(-0.7, rise - 0.35), (0.1, rise - 0.35), (0.9, rise + 0.25)])


def draw_nose(line: Line, head: Head, traits: Traits) -> None:
    """From the bridge down and round the tip."""
    n = traits.nose
    line.to(head.at(-0.06, -0.05, 0.72), head.at(-0.06, 0.18 * n, 0.82))
    line.to(head.at(-0.08, 0.36 * n, 0.97))
    line.to(head.at(-0.1, 0.45 * n, 0.95)).sharp(head.at(-0.08, 0.5 * n, 0.84))
    line.to(head.at(0.02, 0.485 * n, 0.84), head.at(0.1, 0.51 * n, 0.76))
    line.to(head.at(0.19, 0.46 * n, 0.66), head.at(0.17, 0.36 * n, 0.68))


def draw_near_eye(line: Line, head: Head, traits: Traits) -> None:
    """Over the brow into the near eye."""
    size = 0.2 * traits.eye
    patch = head.patch(0.36, 0.0, 0.58, 0.4)

    def place(u: float, v: float) -> complex:
        return patch(-u * size, v * size)  # mirrored: its outer corner lies to the right

    rise = -1.25 * traits.brow
    swing = 0.4 * traits.flourish
    line.to(head.at(0.1, 0.2, 0.72), place(1.35, -0.5), place(1.1, rise + 0.1))
    line.via(place, [(0.3, rise - 0.45 * swing), (-0.8, rise - 0.3 * swing)])
    if traits.brow_loop:
        high = rise - 1.7 * traits.flourish
        line.via(place, [(-1.7, rise + 0.1), (-1.9, 0.6 * high + 0.4 * rise), (-0.7, high)])
        line.via(place, [(0.5, 0.6 * high + 0.4 * rise), (0.1, rise - 0.35), (-0.9, rise + 0.1)])
    line.sharp(place(-1.75, rise * 0.62))
    draw_eye(line, place, traits)
    line.to(place(-0.35, 0.62 * traits.lid))


def draw_lips(line: Line, head: Head, traits: Traits) -> None:
    """Down the cheek and round both lips."""
    m, f, c = 0.25 * traits.mouth, 0.12 * traits.lips, traits.cheek
    near, far = head.patch(0.02, 0.69, 0.72, 0.4), head.patch(0.02, 0.69, 0.72, -0.15)

    def place(u: float, v: float) -> complex:
        return (far if u < 0 else near)(u * m, v * f)

    line.to(head.at(0.42 + 0.12 * c, 0.24, 0.52), head.at(0.40 + 0.14 * c, 0.45 + 0.05 * c, 0.5))
    line.sharp(place(1.2, -0.15))
    line.to(place(0.6, -0.55), place(0.22, -1.0)).sharp(place(0.0, -0.7))
    line.to(place(-0.22, -1.0), place(-0.6, -0.5)).sharp(place(-0.98, 0.05))
    line.to(place(-0.4, -0.08), place(0.0, 0.12), place(0.45, -0.1)).sharp(place(0.95, -0.05))
    line.to(place(0.55, 0.8), place(0.05, 1.15), place(-0.5, 0.75)).sharp(place(-0.7, 0.25))


def _jaw(line: Line, head: Head, traits: Traits) -> None:
    c, j = traits.chin, head.jaw
    line.to(head.at(-0.08, 0.87, 0.70), head.at(-0.16, 0.95 * c, 0.68))
    line.to(head.at(-0.02, 1.03 * c, 0.64), head.at(0.26 * j, 0.98 * c, 0.5))
    line.to(head.at(0.5 * j, 0.78, 0.22), head.at(0.66 * j, 0.5, 0.02))
    draw_ear(line, head.patch(0.74, 0.1, -0.08, 0.9), traits)


def draw_ear(line: Line, patch: Place, traits: Traits) -> None:
    """An ear as one loop from its lobe over the rim and back with a curl inside."""
    e = 0.3 * traits.ear

    def place(u: float, v: float) -> complex:
        return patch(u * e, v * e)

    line.via(place, [(-0.05, 1.0), (0.45, 0.75), (0.8, -0.1), (0.75, -0.9), (0.25, -1.15)])
    line.via(place, [(-0.2, -0.7), (-0.05, 0.0), (0.3, 0.3), (0.35, -0.35)])
