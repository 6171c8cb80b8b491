"""Text recognition by ``rapidocr`` (PP-OCR models inside its wheel, Apache-2.0): no network.

The detector is told not to enlarge what it gets: its default makes a strip of a page as large as a
whole one, 4 to 8 s instead of 0.2 to 0.4 s.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Protocol

import numpy as np

from strokebook.base.array_types import Bytes
from strokebook.base.extras import needing_extras

LONGEST = 2000  # px; what is longer is reduced by the detector
PAD = 16  # px of paper around a crop: text at its very edge is else not detected
_GROWN = 0.35  # of a line's height: how much more of its surroundings the second look sees


@dataclass(frozen=True)
class TextLine:
    """A line of text as it was read.

    Attributes:
        text: Without spaces at its ends.
        certainty: 0 to 1: the lower of two looks at the line, 0 where they differ.
        box: x0, y0, x1, y1 in pixels of the picture given.
    """

    text: str
    certainty: float
    box: tuple[float, float, float, float]


class Reader(Protocol):
    """What reads the lines of text in a picture."""

    name: str

    def read(self, pixels: Bytes) -> list[TextLine]:
        """The lines in ``(H, W, 3)`` RGB pixels."""
        ...


class RapidReader:
    """``rapidocr``: detection of lines, recognition of each, and a second look at each."""

    def __init__(self, threads: int = 0) -> None:
        """Load the models, 0.2 s.

        Args:
            threads: Of the processor; 0: all.

        Raises:
            MissingExtraError: ``rapidocr`` or ``onnxruntime`` is not installed.
        """
        with needing_extras():
            import onnxruntime  # noqa: F401 -- rapidocr itself says only in a log that it lacks it
            from rapidocr import RapidOCR
        self.name = f"rapidocr {version('rapidocr')}"
        self._engine: Any = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.use_cls": False,
                "Global.max_side_len": LONGEST,
                "Det.limit_type": "max",
                "Det.limit_side_len": LONGEST,
                "EngineConfig.onnxruntime.intra_op_num_threads": threads or -1,
            }
        )

    def read(self, pixels: Bytes) -> list[TextLine]:
        """The lines in ``(H, W, 3)`` RGB pixels, each looked at twice."""
        padded = np.pad(pixels[..., ::-1], ((PAD, PAD), (PAD, PAD), (0, 0)), mode="edge")
        # Said each time: the engine remembers what the call before it switched off.
        output = self._engine(padded, use_det=True, use_rec=True, use_cls=False)
        if output.txts is None or output.boxes is None:
            return []
        return [
            self._line(padded, str(text).strip(), float(score), np.asarray(corners, float))
            for text, score, corners in zip(output.txts, output.scores, output.boxes, strict=True)
        ]

    def _line(self, padded: Bytes, text: str, score: float, corners: Any) -> TextLine:
        x0, y0 = corners.min(axis=0)
        x1, y1 = corners.max(axis=0)
        again, certainty = self._second_look(padded, (x0, y0, x1, y1))
        sure = min(score, certainty) if _same(text, again) else 0.0
        return TextLine(text, sure, (x0 - PAD, y0 - PAD, x1 - PAD, y1 - PAD))

    def _second_look(
        self, padded: Bytes, box: tuple[float, float, float, float]
    ) -> tuple[str, float]:
        """The line once more, with more of its surroundings, not straightened."""
        x0, y0, x1, y1 = box
        grow = _GROWN * (y1 - y0)
        rows = slice(max(0, int(y0 - grow)), int(y1 + grow) + 1)
        columns = slice(max(0, int(x0 - grow)), int(x1 + grow) + 1)
        output = self._engine(
            np.ascontiguousarray(padded[rows, columns]), use_det=False, use_rec=True, use_cls=False
        )
        if not output.txts:
            return "", 0.0
        return str(output.txts[0]).strip(), float(output.scores[0])


def _same(first: str, second: str) -> bool:
    """Equal but for spaces and full stops at the end."""
    return first.replace(" ", "").rstrip(".") == second.replace(" ", "").rstrip(".")
