"""Background removal: a page divided by its background, against shadows and tints."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Bytes
from strokebook.tracing.binarisation.clean import GRAZES
from strokebook.tracing.binarisation.levels import DARKEST, Grey

BACKGROUND_SIDE = 700  # longest side of the copy on which the background is estimated
LEAST_WINDOW = 25  # pixels: on small pages a thick pen is as wide as a share of the side
LEAST_SEEN = 0.25  # of the brightest background: on what is darker no line can be seen
BLACK = 40.0  # grey, DARKEST added: the same, however dark the rest of the page is
LEAST_BRIGHT = 0.75  # of the background: what is darker is no paper


def divide_by_background(grey: Grey, background: float = 0.03) -> Grey:
    """Divide the page by its background, for the pen engine.

    The background is closed and smoothed on a reduced copy, then enlarged: it is smooth, and this
    is faster. What is nearly black becomes paper, since no line can be seen there. The other engine
    divides by :func:`~.levels.flatten`, at full size and without that rule; their greys differ, and
    each engine's thresholds are set for its own.
    """
    height, width = grey.shape
    step = max(1, round(max(height, width) / BACKGROUND_SIDE))
    window = max(background * max(height, width), LEAST_WINDOW)
    paper = _paper(_brightest(grey, step), max(3, round(window / step)) | 1)
    # DARKEST keeps the division calm where the background is black: no line can be seen there.
    lift = np.round(DARKEST + np.arange(256) * (255 - DARKEST) / 255).astype(np.uint8)
    lifted = as_bytes(cv2.LUT(grey, lift))
    paper = as_bytes(cv2.LUT(paper, lift))
    unseen = paper < max(LEAST_SEEN * np.percentile(paper, 90), BLACK)
    if step > 1:
        paper = as_bytes(cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR))
    every = max(1, max(height, width) // 200)
    # The closing lies above the paper's mean by some grain; the median brings paper to 1.
    ratio = lifted[::every, ::every] / paper[::every, ::every].astype(np.float32)
    bright = ratio[ratio > LEAST_BRIGHT]  # the page's ink may be the larger half
    middle = float(np.median(bright)) if bright.size else 1.0
    flat = as_bytes(cv2.divide(lifted, paper, scale=255.0 / middle))
    if unseen.any():  # a division by next to nothing makes marks of the scanner's noise
        size = (width, height)
        flat[cv2.resize(unseen.view(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0] = 255
    return flat


def _brightest(grey: Grey, step: int) -> Grey:
    """A reduced copy with the paper between lines: of each block the brightest, less its grain."""
    calm = cv2.blur(grey, (3, 3))
    if step > 1:
        block = np.ones((step, step), np.uint8)
        calm = cv2.dilate(calm, block, anchor=(0, 0))[::step, ::step]
    return as_bytes(calm)


def _paper(small: Grey, size: int) -> Grey:
    padded = as_bytes(cv2.copyMakeBorder(small, size, size, size, size, cv2.BORDER_REPLICATE))
    # The border continued outwards: shadows and edges along it are as wide as any. A line that
    # runs along it a little is not continued, or it would be a shadow, too.
    for turned, side in ((padded, small.shape[1]), (padded.T, small.shape[0])):
        reach = np.ones((1, max(3, round(GRAZES * side)) | 1), np.uint8)
        for rim, outside in ((size, np.s_[:size]), (-size - 1, np.s_[-size:])):
            along = np.ascontiguousarray(turned[rim][None])
            turned[outside] = cv2.morphologyEx(along, cv2.MORPH_CLOSE, reach)
    square = cv2.getStructuringElement(cv2.MORPH_RECT, (size, size))
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, square)[size:-size, size:-size]
    # Smoothing lets the paper's light into a dark area, whose rim would look like a line.
    closed = cv2.erode(closed, np.ones((7, 7), np.uint8))
    return cv2.blur(closed, (5, 5)).astype(np.uint8, copy=False)


def as_bytes(array: npt.NDArray[Any]) -> Bytes:
    """OpenCV's result typed as the uint8 array that it is; nothing is copied."""
    return array.astype(np.uint8, copy=False)
