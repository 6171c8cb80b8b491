"""People that begin with an oval: what the starter learns strangers' starts from."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.plain_heads import draw_plain_head


@pytest.mark.parametrize("seed", range(12))
def test_a_head_is_a_whole_oval_and_a_body_follows(seed: int) -> None:
    drawing = draw_plain_head(seed)
    first = drawing.strokes[0]
    middle = drawing.points[:, 1].max() / 2
    steps = np.diff(first, axis=0)
    turned = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
    whole = np.abs(turned - turned[0])
    assert whole.max() > 1.6 * np.pi  # goes round once at least
    end = first[int(np.argmax(whole > 1.6 * np.pi))]
    assert end[1] < middle  # and does so in the upper half
    assert drawing.points[:, 1].max() == pytest.approx(200, abs=2)


def test_a_seed_gives_the_same_drawing() -> None:
    one, again, other = draw_plain_head(5), draw_plain_head(5), draw_plain_head(6)
    assert all(np.array_equal(a, b) for a, b in zip(one.strokes, again.strokes, strict=True))
    assert one.points.shape != other.points.shape or not np.array_equal(one.points, other.points)
