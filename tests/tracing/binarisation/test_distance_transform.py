import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strokebook.tracing.binarisation.distance_transform import connected, to_paper


def ink(seed: int, height: int, width: int, share: float) -> np.ndarray:
    """Random ink with paper all round, (height, width)."""
    grain = np.random.default_rng(seed).random((height, width)).astype(np.float32)
    smooth = cv2.GaussianBlur(grain, (0, 0), 1.2)
    mask = (smooth < np.quantile(smooth, share)).astype(np.uint8)
    mask[[0, -1]] = 0
    mask[:, [0, -1]] = 0
    return mask


PAGES = {
    "seed": st.integers(0, 2**31),
    "height": st.integers(3, 40),
    "width": st.integers(3, 40),
    "share": st.floats(0.05, 0.95),
}


@settings(max_examples=40, deadline=None)
@given(**PAGES)
def test_distances_are_those_of_a_whole_page_transform(
    seed: int, height: int, width: int, share: float
) -> None:
    mask = ink(seed, height, width, share)
    pixels = np.flatnonzero(mask).astype(np.int32)
    whole = cv2.distanceTransform(mask, cv2.DIST_L2, 5)
    assert to_paper((height, width), pixels) == pytest.approx(whole, abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(**PAGES)
def test_marks_are_those_of_a_whole_page_labelling(
    seed: int, height: int, width: int, share: float
) -> None:
    mask = ink(seed, height, width, share)
    count, labels = connected((height, width), np.flatnonzero(mask).astype(np.int32))
    true_count, true = cv2.connectedComponents(mask, connectivity=8)
    assert count == true_count
    pairs = set(zip(labels.tolist(), true.ravel().tolist(), strict=True))
    assert len(pairs) == count - (mask.all() and 1)  # one to one
    assert (labels > 0).tolist() == (mask.ravel() > 0).tolist()
