"""Scores: confusion, precision, recall, bins, and that their pictures show them."""

from __future__ import annotations

import numpy as np
import pytest

from strokebook.vision.labels.label_pictures import confusion_picture, reliability_picture
from strokebook.vision.labels.scores import score_labels

TRUTH = ["a", "a", "a", "b", "c"]
CALLED = ["a", "a", "b", "b", "b"]
SURE = [0.99, 0.9, 0.55, 0.8, 0.55]


def test_confusion_precision_and_recall() -> None:
    scores = score_labels(TRUTH, CALLED, SURE)
    assert scores.confusion == ((2, 1, 0), (0, 1, 0), (0, 1, 0))
    assert [c.precision for c in scores.classes] == [1.0, pytest.approx(1 / 3), None]
    assert [c.recall for c in scores.classes] == [pytest.approx(2 / 3), 1.0, 0.0]
    assert scores.accuracy == pytest.approx(0.6)
    assert scores.pages == 5
    assert "a " in scores.text
    assert "66.7%" in scores.text


def test_bins_say_how_sure_and_how_right() -> None:
    scores = score_labels(TRUTH, CALLED, SURE)
    low = scores.bins[0]
    assert (low.low, low.high, low.pages, low.right) == (0.5, 0.6, 2, 0.0)
    assert low.sure == pytest.approx(0.55)
    assert sum(b.pages for b in scores.bins) == 5
    # two pages off by 0.55, three by 0.2, 0.1 and 0.01
    assert scores.calibration_error == pytest.approx((2 * 0.55 + 0.2 + 0.1 + 0.01) / 5)


def test_no_pages_are_no_fault() -> None:
    scores = score_labels([], [], [])
    assert (scores.accuracy, scores.bins, scores.pages) == (0.0, (), 0)


def test_the_pictures_show_it() -> None:
    scores = score_labels(TRUTH, CALLED, SURE)
    for draw in (confusion_picture, reliability_picture):
        picture = np.asarray(draw(scores, "Labels of 5 pages held back, by sketchbooks"))
        assert picture.shape[0] > 200
        assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 20
