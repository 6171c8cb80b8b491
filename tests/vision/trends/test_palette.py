from __future__ import annotations

import itertools

import numpy as np
import pytest

from strokebook.vision.trends import palette

# Machado, Oliveira & Fernandes 2009, severity 1.0, on linear RGB.
BLIND = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "none": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
}  # fmt: skip


def lab(colour: str, matrix: list[list[float]]) -> np.ndarray:
    """CIELAB (D65) of a colour as such an eye sees it."""
    v = np.array(palette.rgb(colour))
    linear = np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(matrix) @ linear, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ seen / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("eye", BLIND)
def test_colour_blind_people_tell_the_kinds_apart(eye: str) -> None:
    colours = [lab(c, BLIND[eye]) for c in palette.KIND_COLOURS.values()]
    nearest = min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(colours, 2))
    assert nearest > 20  # a difference of 2.3 can just be seen


@pytest.mark.parametrize("eye", BLIND)
def test_later_clusters_are_always_lighter(eye: str) -> None:
    lightness = [lab(palette.ramp(share), BLIND[eye])[0] for share in np.linspace(0, 1, 17)]
    assert (np.diff(lightness) > 1).all()


def test_colours_go_by_when_a_layer_was_drawn() -> None:
    shares = np.array([[0.0, 0.1, 0.9], [0.9, 0.1, 0.0], [0.1, 0.8, 0.1]])
    assert palette.colours_by_time(shares) == [palette.ramp(1), palette.ramp(0), palette.ramp(0.5)]


def test_two_labels_of_one_kind_have_two_colours() -> None:
    colours = palette.label_colours(["drawing", "drawing", None, "notes"])
    assert len(set(colours)) == 4
    assert colours[0] == palette.KIND_COLOURS["drawing"]


def test_writing_is_light_on_dark() -> None:
    assert palette.is_dark("#1c2c4c")
    assert not palette.is_dark("#f0dfae")
