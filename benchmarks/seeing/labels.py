"""How right and how sure labels are, by book held out, on made libraries of unseen seeds.

    python -m benchmarks.seeing.labels CACHE [--seeds 7200 7300 7400] [--pictures DIR]

A library is three sketchbooks; everything about the labels (thresholds, ridge, weights) was chosen
on seed 7100 and the prior learnt on seeds 9000 and up. Compared are, on the same pages:

- ``rule``: the kind rule with the folder;
- ``cluster``: the name that the rule gives a page's cluster (k-means, 16) where nine tenths of it
  agree, else the rule: what an unattended run did before;
- ``prior``: the packaged head over the rule's answers, with the folder;
- ``classifier``: fitted on the other sketchbooks alone, without any label by hand;
- ``corrected``: the 2 % of pages of which the classifier is least sure are labelled by hand, and it
  is fitted to all.

``pixels`` is the classifier without knowing the folder. Diluted: watercolours at a fifth of their
strength, in ``art``; half-dark: whole books at half their light; half-shadowed: one half of each
page at 0.4 of its light. The vectors are those of the packaged EfficientNet-Lite0, frozen.
"""

from __future__ import annotations

import argparse
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.seeing.made_pages import MadePage, make_pages
from benchmarks.seeing.make_label_prior import measured
from strokebook.vision.backbones.backbone import load_backbone
from strokebook.vision.clusters.k_means import cluster
from strokebook.vision.labels.classifier import (
    LabelFit,
    PageFacts,
    fit_classifier,
    known_beforehand,
)
from strokebook.vision.labels.kind_rule import LABELS, judge, name_clusters
from strokebook.vision.labels.label_pictures import confusion_picture, reliability_picture
from strokebook.vision.labels.label_prior import packaged_prior, place_of
from strokebook.vision.labels.measures import PageMeasures
from strokebook.vision.labels.scores import score_labels
from strokebook.vision.options import EFFICIENTNET, VisionOptions

WATERCOLOURS = frozenset({"watercolour"})
LIBRARIES = (  # treatment, art pages a book, only
    ("plain", 40, frozenset[str]()),
    ("diluted", 60, WATERCOLOURS),
    ("half-dark", 16, frozenset[str]()),
    ("half-shadowed", 8, frozenset[str]()),
)
CORRECTED = 0.02  # share of the pages


@dataclass(frozen=True, eq=False)
class Library:
    """Pages with all that labels are made of."""

    pages: list[MadePage]
    measures: list[PageMeasures]
    facts: PageFacts

    @classmethod
    def made(
        cls, seed: int, treatment: str, size: int, only: frozenset[str], cache: Path
    ) -> Library:
        """Three sketchbooks of a seed."""
        pages = make_pages(seed, 3, size, treatment, cache, only)
        measures = measured(pages, cache, f"{treatment}-{seed}-{size}")
        return cls.of(pages, measures, embedded(pages, cache))

    @classmethod
    def of(
        cls, pages: list[MadePage], measures: list[PageMeasures], vectors: np.ndarray
    ) -> Library:
        """From pages, their measures and vectors."""
        nobody: list[str | None] = [None] * len(pages)
        facts = PageFacts(
            vectors=vectors,
            prior=packaged_prior().logits(measures),
            folders=[page.folder for page in pages],
            places=[
                place_of(page.folder, judge(m, page.folder).label)
                for m, page in zip(measures, pages, strict=True)
            ],
            books=[page.book for page in pages],
            hand=nobody,
            named=nobody,
            kinds={},
        )
        return cls(pages, measures, facts)

    @property
    def truth(self) -> list[str]:
        """What each page is."""
        return [page.label for page in self.pages]

    def part(self, rows: np.ndarray) -> PageFacts:
        """What is known of some pages."""
        f = self.facts
        pick = [int(row) for row in rows]
        return PageFacts(
            f.vectors[pick],
            f.prior[pick],
            [f.folders[i] for i in pick],
            [f.places[i] for i in pick],
            [f.books[i] for i in pick],
            [f.hand[i] for i in pick],
            [f.named[i] for i in pick],
            f.kinds,
        )


def embedded(pages: list[MadePage], cache: Path) -> np.ndarray:
    """Vectors by the packaged network, kept in the cache."""
    key = hashlib.blake2b(b"".join(page.preview for page in pages), digest_size=8).hexdigest()
    file = cache / f"vectors-{key}.npy"
    if not file.exists():
        backbone = load_backbone(VisionOptions(backbone=EFFICIENTNET))
        np.save(file, backbone.embed([page.image for page in pages]))
    return np.load(file)


def by_rule(library: Library) -> list[str]:
    return [judge(m, p.folder).label for m, p in zip(library.measures, library.pages, strict=True)]


def by_cluster(library: Library) -> list[str]:
    said = by_rule(library)
    numbers = cluster(library.facts.vectors, min(16, len(said)), 0).numbers
    names = name_clusters(numbers, said)
    return [names.get(int(n), own) for n, own in zip(numbers, said, strict=True)]


def predicted(fit: LabelFit, facts: PageFacts) -> tuple[list[str], np.ndarray]:
    p = fit.head.predict(facts.vectors, facts.prior, facts.places)
    return [fit.head.labels[k] for k in p.argmax(axis=1)], p.max(axis=1)


def held_out(library: Library) -> tuple[list[str], np.ndarray]:
    """Every sketchbook by a classifier fitted on the others."""
    books = np.array([page.book for page in library.pages])
    called, sure = np.array([""] * len(books), object), np.zeros(len(books))
    for book in np.unique(books):
        away = books == book
        fit = fit_classifier(library.part(np.flatnonzero(~away)))
        names, p = predicted(fit, library.part(np.flatnonzero(away)))
        called[away], sure[away] = names, p
    return [str(name) for name in called], sure


def corrected(library: Library, sure: np.ndarray) -> tuple[list[str], int]:
    """Labels after the least sure pages were labelled by hand, and how many those were."""
    n = max(1, round(CORRECTED * len(sure)))
    hand: list[str | None] = [None] * len(sure)
    for row in np.argsort(sure, kind="stable")[:n]:
        hand[int(row)] = library.pages[int(row)].label
    facts = replace(library.facts, hand=hand)
    names, _ = predicted(fit_classifier(facts), facts)
    return [h or name for h, name in zip(hand, names, strict=True)], n


def right(called: list[str], truth: list[str]) -> float:
    return float(np.mean([c == t for c, t in zip(called, truth, strict=True)]))


def report(seed: int, treatment: str, library: Library) -> tuple[list[str], list[str], np.ndarray]:
    """One line of the table, the pages that are wrong; what the classifier said."""
    truth = library.truth
    called, sure = held_out(library)
    nowhere: list[str | None] = [None] * len(truth)
    open_air = replace(library.facts, folders=nowhere, places=nowhere)
    pixels, _ = held_out(replace(library, facts=open_air))
    after, n = corrected(library, sure)
    by = {
        "rule": by_rule(library),
        "cluster": by_cluster(library),
        "prior": by_prior(library),
        "classifier": called,
        "corrected": after,
        "pixels": pixels,
    }
    cells = " ".join(f"{right(names, truth):>10.2%}" for names in by.values())
    print(f"{seed:>6} {treatment:>14} {len(truth):>5} {cells}  ({n} corrected)", flush=True)
    for name in ("classifier", "corrected", "pixels"):
        for page, said, s in zip(library.pages, by[name], sure, strict=True):
            if said != page.label:
                print(f"    {name}: {page.book} {page.number} {page.label} called {said} ({s:.2f})")
    return truth, called, sure


def by_prior(library: Library) -> list[str]:
    base = np.arange(len(LABELS))
    logits = known_beforehand(library.facts.prior, library.facts.places, base)
    return [LABELS[k] for k in logits.argmax(axis=1)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cache", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[7200, 7300, 7400])
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    names = ("rule", "cluster", "prior", "classifier", "corrected", "pixels")
    print(f"{'seed':>6} {'library':>14} {'pages':>5} " + " ".join(f"{n:>10}" for n in names))
    everything: dict[str, tuple[list[str], list[str], list[float]]] = {}
    for seed in options.seeds:
        for treatment, size, only in LIBRARIES:
            library = Library.made(seed, treatment, size, only, options.cache)
            truth, called, sure = report(seed, treatment, library)
            sums = everything.setdefault(treatment, ([], [], []))
            sums[0].extend(truth)
            sums[1].extend(called)
            sums[2].extend(sure.tolist())
    for treatment, (truth, called, sure) in everything.items():
        scores = score_labels(truth, called, sure)
        print(treatment, scores.text, *scores.bins, sep="\n")
        if options.pictures:
            heading = f"{treatment}: {scores.pages} pages, by sketchbook held out"
            confusion_picture(scores, heading).save(options.pictures / f"confusion-{treatment}.png")
            picture = reliability_picture(scores, heading)
            picture.save(options.pictures / f"reliability-{treatment}.png")


if __name__ == "__main__":
    main()
