from __future__ import annotations

import numpy as np

from strokebook.geometry.drawing import Drawing, Stroke3
from strokebook.geometry.stroke3 import to_stroke3
from strokebook.model.evaluation.passages import (
    copied_share,
    known_stretches,
    nearest,
    stretches,
)


def walk(seed: int, points: int = 400) -> Stroke3:
    """A line that wanders; its ink is several times the frame."""
    rng = np.random.default_rng(seed)
    heading = np.cumsum(rng.normal(0, 0.35, points))
    return to_stroke3(Drawing.of([np.cumsum(np.stack([np.cos(heading), np.sin(heading)], 1), 0)]))


TRAINING = [walk(seed) for seed in range(12)]
HELD = [walk(seed) for seed in range(100, 112)]


def test_what_was_learnt_by_heart_is_found() -> None:
    assert copied_share(TRAINING[:3], HELD, TRAINING) == 1.0
    others = copied_share([walk(s) for s in range(200, 212)], HELD, TRAINING)
    assert others is not None
    assert others < 0.2


def test_mirrored_and_backwards_are_copies_too() -> None:
    flip = np.array((-1.0, 1.0, 1.0), np.float32)
    back = TRAINING[0][::-1].copy()
    back[:, :2] *= -1
    back[:, 2] = TRAINING[0][:, 2]
    back = np.concatenate([np.zeros((1, 3), np.float32), back[:-1]])
    back[-1, 2] = 1.0
    for copy in (TRAINING[1] * flip, back):
        near = nearest(stretches([copy], 0.3), known_stretches(TRAINING, 0.3))
        assert np.median(near) < 3.0  # stretches begin at other places of the same line


def test_a_copied_part_is_seen_where_the_whole_is_new() -> None:
    half = len(TRAINING[0]) // 2
    mixed = np.concatenate([TRAINING[0][:half], walk(300)[1:half]])
    mixed[half - 1, 2] = 0.0
    share = copied_share([mixed], HELD, TRAINING)
    assert share is not None
    assert 0.2 < share < 0.9


def test_without_a_line_that_long_there_is_no_share() -> None:
    dot = np.array([[0, 0, 1]], np.float32)
    assert copied_share([dot], HELD, TRAINING) is None
