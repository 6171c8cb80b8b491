"""Label prior: how likely each kind is by a page's measures and folder, before any page is learnt.

A softmax regression over the rule's answers (:func:`kind_rule.evidence`) and its verdict, learnt on
made pages; it is in the package, with where it comes from
(``benchmarks/seeing/make_label_prior.py`` makes it). It says what the rule says, nearly always;
what it adds is a certainty that was measured.

The folder counts as evidence of a fixed weight: a page in ``notes`` or ``cover`` that its pixels do
not speak against is what the folder says; ``art`` holds neither.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.base.errors import StrokebookError
from strokebook.vision.labels.kind_rule import ART, COVERS, LABELS, NOTES, PRIOR, evidence, judge
from strokebook.vision.labels.measures import PageMeasures

FILE = "label_prior.json"
FOLDER_WEIGHT = 4.0  # log-odds of a hand-sorted folder, as STRONG doublings in the rule


@dataclass(frozen=True, eq=False)
class LabelPrior:
    """The packaged head.

    Attributes:
        weights: ``(F, 5)``.
        bias: ``(5,)``, in the order of :data:`kind_rule.LABELS`.
        temperature: Logits are divided by it: measured on books it did not learn from.
    """

    weights: Floats
    bias: Floats
    temperature: float

    def logits(self, measures: Sequence[PageMeasures]) -> Floats:
        """``(N, 5)`` calibrated logits of N pages, by their pixels alone."""
        x = np.array([features(m) for m in measures], np.float64).reshape(-1, len(self.weights))
        return np.asarray((x @ self.weights + self.bias) / self.temperature, np.float64)


def features(measures: PageMeasures) -> list[float]:
    """``(F,)``: the rule's answers, and a one for its verdict."""
    label = judge(measures).label
    return [*evidence(measures), *(float(label == name) for name in LABELS)]


def folder_logits(folder: str | None) -> Floats:
    """``(5,)`` log-odds that the folder adds."""
    place, added = (folder or "").lower(), np.zeros(len(LABELS))
    if place == ART:
        added[[LABELS.index(NOTES), LABELS.index(COVERS)]] = -FOLDER_WEIGHT
    elif place in PRIOR:
        added[LABELS.index(PRIOR[place])] = FOLDER_WEIGHT
    return added


@cache
def packaged_prior() -> LabelPrior:
    """The prior in the package.

    Raises:
        StrokebookError: Its file is missing or damaged.
    """
    try:
        text = resources.files("strokebook.vision.labels").joinpath(FILE).read_text("utf-8")
        card = json.loads(text)
        if card["labels"] != list(LABELS):
            raise ValueError("its labels are others")
        weights, bias = np.array(card["weights"], np.float64), np.array(card["bias"], np.float64)
        return LabelPrior(weights, bias, float(card["temperature"]))
    except (OSError, ValueError, KeyError) as error:
        raise StrokebookError(
            f"The label prior in the package cannot be read ({error}).", "Install strokebook again."
        ) from error
