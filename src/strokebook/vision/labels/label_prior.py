"""Label prior: how likely each kind is by a page's measures and folder, before any page is learnt.

A softmax regression over the rule's answers (:func:`kind_rule.evidence`) and its verdict, learnt on
made pages; it is in the package, with where it comes from
(``benchmarks/seeing/make_label_prior.py`` makes it). It says what the rule says, nearly always;
what it adds is a certainty that was measured.

The folder counts as evidence of a fixed weight: a page in ``notes`` or ``cover`` is what the folder
says unless the rule finds the pixels strongly against it; ``art`` holds neither. Logits of the
measures are kept within bounds, since pages may come that are like none of those made.
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
from strokebook.vision.labels.softmax import softmax

FILE = "label_prior.json"
SORTED = 8.0  # log-odds of a folder for notes or covers: more than the measures may say against it
NOT_ART = 4.0  # log-odds against notes and covers in ``art``
LEAST_LOG = -7.0  # log-probability of the least likely kind, by the measures


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
        """``(N, 5)`` calibrated log-probabilities of N pages, by their pixels alone."""
        x = np.array([features(m) for m in measures], np.float64).reshape(-1, len(self.weights))
        p = softmax((x @ self.weights + self.bias) / self.temperature)
        return np.asarray(np.log(np.maximum(p, np.exp(LEAST_LOG))), np.float64)


def features(measures: PageMeasures) -> list[float]:
    """``(F,)``: the rule's answers, and a one for its verdict."""
    label = judge(measures).label
    return [*evidence(measures), *(float(label == name) for name in LABELS)]


def place_of(folder: str | None, ruled: str) -> str | None:
    """The folder as evidence: None where the rule, told of it, called the page something else.

    Args:
        folder: Where the page lies.
        ruled: What the rule said, with the folder.
    """
    expected = PRIOR.get((folder or "").lower())
    return None if expected and expected != ruled else folder


def folder_logits(place: str | None) -> Floats:
    """``(5,)`` log-odds that a :func:`place_of` adds."""
    name, added = (place or "").lower(), np.zeros(len(LABELS))
    if name == ART:
        added[[LABELS.index(NOTES), LABELS.index(COVERS)]] = -NOT_ART
    elif name in PRIOR:
        added[LABELS.index(PRIOR[name])] = SORTED
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
