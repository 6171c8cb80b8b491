"""Label classifier: a softmax head over a page's vector, on top of the prior of its measures.

The logits are ``prior + folder + z W + b``: what the measures and the folder say, and what the
page's vector adds (``z``: the first principal components of the vectors). ``W`` is learnt from the
labels by hand and, lightly, from the pages of which prior and folder are sure, so that pages that
look like them go along. A ridge holds ``W`` at nothing where nobody spoke: without a single label
by hand the classifier is the prior, smoothed over the pages that look alike.

A label of the artist's own with :data:`LEAST` pages becomes a class; it starts from the kind that
it means. The certainty is calibrated by a temperature on pages that were held out, by sketchbook
where there are several; with few of them it stays at the one measured on made libraries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Floats, Floats32, Ints64
from strokebook.vision.labels.kind_rule import LABELS, PRIOR
from strokebook.vision.labels.label_prior import folder_logits
from strokebook.vision.labels.scores import LabelScores, score_labels
from strokebook.vision.labels.softmax import fit_softmax, fit_temperature, softmax

LEAST = 3  # pages by hand that make a label of the artist's own a class
COMPONENTS = 48
BASIS_PAGES = 600  # the principal components are those of this many pages, evenly chosen
MOST_LEARNT = 4000  # pages learnt from without a label by hand, evenly chosen
SURE = 0.9  # prior and folder together, for a page to be learnt from without a label by hand
LIGHT = 60.0  # what all such pages of one kind count together, at most a tenth each
HAND, NAMED = 4.0, 0.3  # what a page labelled by hand counts, and one in a cluster named by hand
RIDGE = 4.0
RARE = -4.0  # logits of an own label under the kind it means, before it is learnt
SURPRISE = 0.005  # what is left for pages like none that certainty was measured on
FOLDS = 5
FOLDER_TRUTH = 0.3  # what a page in a sorted folder counts as a test: folders hold strays
PULL = 8.0  # nats by which a temperature is held at the measured one
TEMPERATURE = 1.0  # of prior and head together, measured on made libraries


@dataclass(frozen=True, eq=False)
class PageFacts:
    """What is known of N pages.

    Attributes:
        vectors: ``(N, D)`` of the backbone.
        prior: ``(N, 5)`` logits of the measures alone, in the order of :data:`LABELS`.
        folders: Their folders.
        places: Their folders as evidence, see :func:`label_prior.place_of`.
        books: Their sketchbooks.
        hand: Labels by hand; None where there is none.
        named: Names by hand of their clusters; None where there is none.
        kinds: The label of :data:`LABELS` that an own label means, where it means one.
    """

    vectors: Floats32
    prior: Floats
    folders: Sequence[str | None]
    places: Sequence[str | None]
    books: Sequence[str]
    hand: Sequence[str | None]
    named: Sequence[str | None]
    kinds: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class LabelHead:
    """A classifier that has been fitted.

    Attributes:
        labels: C classes.
        mean: ``(D,)``, taken off a vector.
        basis: ``(D, K)`` principal components, scaled.
        weights: ``(K, C)``.
        bias: ``(C,)``.
        temperature: The logits are divided by it.
        base: ``(C,)``: the column of the prior that each class starts from; -1: the mean.
    """

    labels: tuple[str, ...]
    mean: Floats32
    basis: Floats32
    weights: Floats
    bias: Floats
    temperature: float
    base: Ints64

    def predict(self, vectors: Floats32, prior: Floats, places: Sequence[str | None]) -> Floats:
        """``(N, C)`` calibrated probabilities of pages.

        Args:
            vectors: ``(N, D)``.
            prior: ``(N, 5)`` logits of their measures.
            places: Their folders as evidence.
        """
        offsets = known_beforehand(prior, places, self.base)
        z = ((vectors - self.mean) @ self.basis).astype(np.float64)
        p = softmax((offsets + z @ self.weights + self.bias) / self.temperature)
        return np.asarray((1 - SURPRISE) * p + SURPRISE / p.shape[1], np.float64)


@dataclass(frozen=True)
class LabelFit:
    """What a fit came to.

    Attributes:
        head: The classifier.
        by_hand: Pages learnt from that the artist labelled, himself or by their cluster.
        by_evidence: Pages learnt from because prior and folder were sure of them.
        scores: On pages that were held out and whose label is known; None: there are none.
        held_out: ``sketchbooks`` or ``pages``.
    """

    head: LabelHead
    by_hand: int
    by_evidence: int
    scores: LabelScores | None
    held_out: str


def fit_classifier(facts: PageFacts) -> LabelFit:
    """Fit a classifier to what is known of pages, and say what it is worth.

    Args:
        facts: Of the pages to learn from: all, or of very many an even choice.
    """
    labels, base = _classes(facts)
    mean, basis = _principal(facts.vectors)
    z = ((facts.vectors - mean) @ basis).astype(np.float64)
    offsets = known_beforehand(facts.prior, facts.places, base)
    targets, weights = _targets(facts, labels, offsets)
    w, b = _fit(z, targets, weights, offsets)
    temperature, scores, held_out = _calibrate(facts, labels, base, z, targets, weights)
    head = LabelHead(labels, mean, basis, w, b, temperature, base)
    spoken = np.array([_word(facts, i) is not None for i in range(len(z))], bool)
    learnt = weights > 0
    return LabelFit(
        head,
        int((learnt & spoken).sum()),
        int((learnt & ~spoken).sum()),
        scores,
        held_out,
    )


def known_beforehand(prior: Floats, places: Sequence[str | None], base: Ints64) -> Floats:
    """``(N, C)`` logits that prior and folder give the classes.

    Args:
        prior: ``(N, 5)``.
        places: N folders as evidence.
        base: ``(C,)``, see :class:`LabelHead`.
    """
    known = prior + np.array([folder_logits(place) for place in places]).reshape(-1, len(LABELS))
    mean = known.mean(axis=1, keepdims=True)
    table = np.hstack([known, mean])  # column -1 is the mean
    rare = np.where(np.arange(len(base)) < len(LABELS), 0.0, RARE)
    return np.asarray(table[:, base] + rare, np.float64)


def _classes(facts: PageFacts) -> tuple[tuple[str, ...], Ints64]:
    """The five kinds, then the artist's own labels, and where each starts from."""
    words = [_word(facts, i) for i in range(len(facts.books))]
    counts = Counter(word for word in words if word and word not in LABELS)
    own = sorted(word for word, n in counts.items() if n >= LEAST)
    base = [*range(len(LABELS))]
    base += [LABELS.index(facts.kinds[w]) if w in facts.kinds else -1 for w in own]
    return (*LABELS, *own), np.array(base, np.int64)


def _word(facts: PageFacts, row: int) -> str | None:
    """The artist's word on a page: its own label, else its cluster's name."""
    return facts.hand[row] or facts.named[row]


def _principal(vectors: Floats32) -> tuple[Floats32, Floats32]:
    """Mean and principal components ``(D, K)``, scaled so that the first has deviation 1.

    From the Gram matrix of a part of the pages, which is smaller than the covariance.
    """
    rows = np.unique(np.linspace(0, len(vectors) - 1, min(len(vectors), BASIS_PAGES)).astype(int))
    part = vectors[rows]
    mean = part.mean(axis=0)
    centred = (part - mean).astype(np.float64)
    values, left = np.linalg.eigh(centred @ centred.T)
    keep = [k for k in np.argsort(values)[::-1][:COMPONENTS] if values[k] > 1e-9]
    if not keep:
        return mean.astype(np.float32), np.zeros((vectors.shape[1], 0), np.float32)
    basis = centred.T @ (left[:, keep] / np.sqrt(values[keep]))
    spread = np.sqrt(values[keep[0]] / len(part))
    return mean.astype(np.float32), (basis / spread).astype(np.float32)


def _targets(facts: PageFacts, labels: tuple[str, ...], offsets: Floats) -> tuple[Floats, Floats]:
    """``(N, C)`` what each page is to be taken for, and ``(N,)`` how much that counts."""
    n, place = len(offsets), {label: k for k, label in enumerate(labels)}
    targets, weights = np.zeros((n, len(labels))), np.zeros(n)
    sure = softmax(offsets)
    best = sure.argmax(axis=1)
    quiet: dict[int, list[int]] = {}
    for row in range(n):
        word = _word(facts, row)
        if word in place:
            targets[row, place[word]] = 1.0
            weights[row] = HAND if facts.hand[row] else NAMED
        elif word is None and sure[row, best[row]] >= SURE:
            quiet.setdefault(int(best[row]), []).append(row)
    for k, rows in quiet.items():
        most = max(1, MOST_LEARNT // len(quiet))
        chosen = [rows[int(i)] for i in np.linspace(0, len(rows) - 1, min(len(rows), most))]
        targets[chosen, k] = 1.0
        weights[chosen] = min(0.1, LIGHT / len(chosen))
    return targets, weights


def _fit(z: Floats, targets: Floats, weights: Floats, offsets: Floats) -> tuple[Floats, Floats]:
    rows = weights > 0
    return fit_softmax(z[rows], targets[rows], weights[rows], offsets[rows], RIDGE)


def _calibrate(
    facts: PageFacts,
    labels: tuple[str, ...],
    base: Ints64,
    z: Floats,
    targets: Floats,
    weights: Floats,
) -> tuple[float, LabelScores | None, str]:
    """The temperature by pages held out, and the scores on them.

    Known are labels by hand, and pages in the folders ``notes`` and ``cover``, which are then
    judged as if they lay anywhere.
    """
    truth, counts = _known(facts, labels)
    rows = np.flatnonzero(counts > 0)
    if len(rows) < 2:
        return TEMPERATURE, None, "pages"
    nowhere = [None if PRIOR.get((place or "").lower()) else place for place in facts.places]
    offsets = known_beforehand(facts.prior, nowhere, base)
    groups, held_out = _groups(facts, rows)
    logits = np.zeros((len(z), len(labels)))
    for group in np.unique(groups[rows]):
        away = groups == group
        kept = np.where(away, 0.0, weights)
        w, b = _fit(z, targets, kept, offsets)
        logits[away] = offsets[away] + z[away] @ w + b
    right = np.zeros((len(rows), len(labels)))
    right[np.arange(len(rows)), truth[rows]] = 1.0
    temperature = fit_temperature(logits[rows], right, counts[rows], PULL, TEMPERATURE)
    p = softmax(logits[rows] / temperature)
    called = [labels[k] for k in p.argmax(axis=1)]
    scores = score_labels([labels[k] for k in truth[rows]], called, p.max(axis=1))
    return temperature, scores, held_out


def _known(facts: PageFacts, labels: tuple[str, ...]) -> tuple[Ints64, Floats]:
    """What pages are known to be (a class, or 0), and how much each counts (0: not known)."""
    truth, counts = np.zeros(len(facts.books), np.int64), np.zeros(len(facts.books))
    for row, (hand, folder) in enumerate(zip(facts.hand, facts.folders, strict=True)):
        sorted_as = PRIOR.get((folder or "").lower())
        if hand in labels:
            truth[row], counts[row] = labels.index(hand), 1.0
        elif hand is None and sorted_as:
            truth[row], counts[row] = labels.index(sorted_as), FOLDER_TRUTH
    return truth, counts


def _groups(facts: PageFacts, rows: Ints64) -> tuple[Ints64, str]:
    """Which pages are held out together: sketchbooks where several are known, else every fifth."""
    names = sorted({facts.books[int(row)] for row in rows})
    if len(names) >= 2:
        place = {name: k % FOLDS for k, name in enumerate(names)}
        return np.array([place.get(book, FOLDS) for book in facts.books], np.int64), "sketchbooks"
    groups = np.full(len(facts.books), FOLDS, np.int64)
    groups[rows] = np.arange(len(rows)) % FOLDS
    return groups, "pages"
