from __future__ import annotations

import numpy as np
import pytest

from strokebook.demo.ink import fit, lay, stain


def test_fit_keeps_the_shape_and_fills_the_box() -> None:
    (out,) = fit([np.array([[0, 0], [10, 20.0]])], (100, 50, 40, 40))
    assert out.tolist() == [[110, 50], [130, 90]]  # as high as the box, centred across


@pytest.mark.parametrize("width", [2.0, 4.0])
def test_ink_lies_along_the_stroke_about_as_wide_as_the_pen(width: float) -> None:
    layer = np.zeros((60, 200), np.float32)
    stroke = np.c_[np.linspace(20, 180, 161), np.full(161, 30.0)]
    lay(layer, [stroke], width, np.random.default_rng(0))
    across = layer[:, 60:140].sum(axis=0).mean()
    assert 0.5 * width < across < 1.2 * width
    assert layer[20:40].sum() == layer.sum() > 0


def test_the_pen_is_wider_where_it_turns() -> None:
    layer = np.zeros((200, 200), np.float32)
    t = np.linspace(0, 4 * np.pi, 240)
    curl = np.c_[60 + 8 * np.cos(t), 60 + 8 * np.sin(t)]
    straight = np.c_[np.linspace(20, 180, 240), np.full(240, 150.0)]
    lay(layer, [curl[:115], straight], 3.0, np.random.default_rng(0))
    on_curl = layer[60, 45:60].sum()  # the curl's left side, cut across
    on_line = layer[140:160, 100].sum()
    assert on_curl > 1.15 * on_line


def test_ink_off_the_page_is_cut_not_refused() -> None:
    layer = np.zeros((20, 20), np.float32)
    lay(
        layer, [np.array([[10.0, 10], [15, 10], [60, 10], [70, 90]])], 2.0, np.random.default_rng(0)
    )
    assert layer[10, 18] > 0.5
    lay(layer, [np.array([[300.0, 300], [310, 300]])], 2.0, np.random.default_rng(0))


def test_stain_mixes_by_coverage() -> None:
    page = np.ones((1, 3, 3), np.float32)
    stain(page, np.array([[0, 0.5, 1]], np.float32), (0.2, 0.2, 0.2))
    assert page[0, :, 0].tolist() == pytest.approx([1.0, 0.6, 0.2])
