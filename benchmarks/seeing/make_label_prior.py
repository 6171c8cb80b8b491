"""Make the label prior in the package: a softmax head over the kind rule's answers.

    python -m benchmarks.seeing.make_label_prior CACHE

It learns from pages of the sample program that were varied as scanners and artists vary them
(``made_pages.varied``): 608 pages of eight books, and 32 watercolours and 120 covers and bad scans
more, since a book has few of them. Its temperature comes from books held out, one after another.
Nothing of anyone's sketchbooks is in it. The scores printed are of the books held out.
"""

from __future__ import annotations

import argparse
import pickle
from dataclasses import astuple
from pathlib import Path

import numpy as np

from benchmarks.seeing.made_pages import MadePage, make_pages
from strokebook.base.files import write_json
from strokebook.vision.labels import label_prior
from strokebook.vision.labels.kind_rule import LABELS, judge
from strokebook.vision.labels.measures import PageMeasures, measure
from strokebook.vision.labels.scores import score_labels
from strokebook.vision.labels.softmax import fit_softmax, fit_temperature, softmax

MORE = frozenset({"cover", "bad-scan", "notes"})
RIDGE = 1.0


def measured(pages: list[MadePage], cache: Path, name: str) -> list[PageMeasures]:
    """The measures of pages, kept until :mod:`strokebook.vision.labels.measures` changes."""
    code = Path(measure.__code__.co_filename).read_bytes()
    file = cache / f"measures-{name}-{abs(hash_of(code)):x}.pickle"
    if not file.exists():
        file.write_bytes(pickle.dumps([astuple(measure(page.image)) for page in pages]))
    return [PageMeasures(*row) for row in pickle.loads(file.read_bytes())]


def hash_of(data: bytes) -> int:
    """A number that stays between runs."""
    from strokebook.base.files import digest

    return int(digest(data)[:12], 16)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", type=Path, help="where the painted pages are kept")
    cache = parser.parse_args().cache
    pages = make_pages(9000, 8, 60, "varied", cache)
    pages += make_pages(9100, 4, 40, "varied", cache, frozenset({"watercolour"}))
    pages += make_pages(9100, 40, 2, "varied", cache, MORE)
    measures = measured(pages, cache, "prior")
    x = np.array([label_prior.features(m) for m in measures])
    truth = np.array([LABELS.index(page.label) for page in pages])
    targets = np.eye(len(LABELS))[truth]
    books = np.array([page.book for page in pages])
    # Every kind counts the same: how many of each a sketchbook has is not known beforehand.
    weights = (len(truth) / (len(LABELS) * np.bincount(truth)))[truth]
    offsets = np.zeros_like(targets)
    held = np.zeros_like(targets)
    groups = np.array([hash_of(book.encode()) % 8 for book in books])
    for group in np.unique(groups):
        away = groups == group
        w, b = fit_softmax(x[~away], targets[~away], weights[~away], offsets[~away], RIDGE)
        held[away] = x[away] @ w + b
    temperature = fit_temperature(held, targets, np.ones(len(x)))
    p = softmax(held / temperature)
    names = [LABELS[k] for k in truth]
    called = [LABELS[k] for k in p.argmax(axis=1)]
    scores = score_labels(names, called, p.max(axis=1))
    print(scores.text, *scores.bins, sep="\n")
    rule = [judge(m).label for m in measures]
    print("the rule alone:", np.mean([r == n for r, n in zip(rule, names, strict=True)]))
    for page, said, sure in zip(pages, called, p.max(axis=1), strict=True):
        if said != page.label:
            print("  wrong:", page.book, page.number, page.label, "called", said, round(sure, 2))
    w, b = fit_softmax(x, targets, weights, offsets, RIDGE)
    card = {
        "what": "softmax head over the answers of strokebook.vision.labels.kind_rule",
        "made_by": "python -m benchmarks.seeing.make_label_prior",
        "learnt_from": "pages of strokebook.demo, seeds 9000-9007, 9100-9139, varied",
        "pages": len(pages),
        "held_out_accuracy": round(scores.accuracy, 4),
        "labels": list(LABELS),
        "temperature": round(temperature, 4),
        "weights": np.round(w, 4).tolist(),
        "bias": np.round(b, 4).tolist(),
    }
    write_json(Path(label_prior.__file__).with_name(label_prior.FILE), card)


if __name__ == "__main__":
    main()
