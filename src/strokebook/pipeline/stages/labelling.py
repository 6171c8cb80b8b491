"""Labels of pages by the classifier: learnt from the artist's words, the folders and the rule.

The classifier is fitted anew when the artist's words change (a label by hand, a cluster named),
when another network looks, or when there are half as many pages again; that takes seconds, also
after ``strokebook correct``. In between it is kept in ``models/vision`` and looks at new pages
alone, so that no page changes its label because another came.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from strokebook.base import owned
from strokebook.base.array_types import Floats
from strokebook.base.errors import StrokebookError
from strokebook.library.catalogue.records import ClassLabel, Page, StageResult
from strokebook.library.disk.tags import FOLDER_TAGS
from strokebook.library.kinds import DEFAULT_LABELS
from strokebook.pipeline.output.pictures import counted, save_picture
from strokebook.pipeline.project import Project
from strokebook.pipeline.project_backbone import ProjectBackbone
from strokebook.pipeline.removal.purge import LABELS_STAGE, classifier_knows
from strokebook.pipeline.stage import Timer, key_of, usable_pages
from strokebook.vision.backbones.splitting import LEAST_PAGES
from strokebook.vision.labels.classifier import LabelFit, LabelHead, PageFacts, fit_classifier
from strokebook.vision.labels.kind_rule import PRIOR
from strokebook.vision.labels.label_pictures import confusion_picture, reliability_picture
from strokebook.vision.labels.label_prior import packaged_prior, place_of
from strokebook.vision.labels.measures import PageMeasures
from strokebook.vision.labels.saved_head import load_head, save_head

STAGE, VERSION = LABELS_STAGE, "1"
PICTURES = ("labels-confusion.png", "labels-reliability.png")
GROWN = 1.5  # times the pages that were there: then all is learnt anew
MOST_FITTED = 6000  # pages a fit looks at: all with a word of the artist's, of the others so many
Verdicts = Mapping[str, StageResult]  # what the rule said and measured, by image
FEW_HELD_OUT = 20  # pages: of fewer, a share says nothing
BLOCK = 4096  # pages predicted at a time: 20 MB of vectors


@dataclass(frozen=True)
class Words:
    """What the artist said of pages.

    Attributes:
        hand: Label by hand, by image.
        named: Name by hand of its cluster, by image.
        names: Names by hand of clusters, by number.
        kinds: The label of the rule that means the same kind, by label.
    """

    hand: Mapping[str, str]
    named: Mapping[str, str]
    names: Mapping[int, str]
    kinds: Mapping[str, str]

    @classmethod
    def of(cls, project: Project, pages: Sequence[Page]) -> Words:
        """As they stand; of these pages alone."""
        catalogue = project.catalogue
        clusters = catalogue.clusters("pages")
        names = {c.number: c.name for c in clusters if c.name and c.name_source == "hand"}
        by_hand = catalogue.hand_labels()
        hand = {p.image: by_hand[p.image] for p in pages if p.image in by_hand}
        named = {p.image: names[p.cluster] for p in pages if p.cluster in names}
        words = {*hand.values(), *named.values()}
        kinds = {word: catalogue.kind_of_label(word) or "" for word in words}
        means = {w: DEFAULT_LABELS[kind] for w, kind in kinds.items() if kind in DEFAULT_LABELS}
        return cls(hand, named, names, means)

    def key(self, looked: str) -> str:
        """Of all that a fit hangs on but the pages themselves, so that new ones change nothing."""
        spoken = (sorted(self.hand.items()), sorted(self.names.items()), sorted(self.kinds.items()))
        return key_of(VERSION, looked, repr(spoken))


def label_pages(project: Project, looked: str, pages: Sequence[Page]) -> str:
    """Give every page the classifier's label.

    Args:
        project: Open, its edits held.
        looked: Fingerprint of the network whose vectors are there.
        pages: All that may be looked at.

    Returns:
        A sentence for the artist; empty where nothing was learnt.
    """
    catalogue, folder = project.catalogue, project.at("models", "vision")
    # As they are now: clusters may have been made since the pages were listed.
    standing = {page.image: page for page in usable_pages(project)}
    pages = [standing[page.image] for page in pages if page.image in standing]
    words = Words.of(project, pages)
    key, before = words.key(looked), catalogue.result(STAGE, "all")
    judged = catalogue.results("judge")
    head, fit, timer = None, None, Timer()
    waiting = tuple(catalogue.purges())  # pages that are private now: nothing learnt from them
    if before is not None and before.key == key and not classifier_knows(project, waiting):
        grown = len(pages) > GROWN * int(before.summary["pages"])
        head = None if grown else load_head(folder)
    if head is None:
        fit, learnt = _fit(project, looked, pages, words, judged)
        head = fit.head
        with owned.owning(STAGE):
            save_head(head, folder, _facts(fit))
        catalogue.forget_class_labels()
        _draw_pictures(project, fit, key)
    labelled = catalogue.class_labels()
    due = [page for page in pages if page.image not in labelled]
    for first in range(0, len(due), BLOCK):
        _predict(project, looked, due[first : first + BLOCK], head, judged)
    if fit is None:
        return ""
    summary = {"pages": len(pages), "learnt_on": learnt, **_facts(fit)}
    catalogue.put_result(STAGE, "all", key, timer.seconds, summary)
    return _sentence(fit)


def sorted_pages(project: Project, pages: Sequence[Page]) -> list[tuple[Page, str]]:
    """Pages with what the artist sorted them as: by hand, else by their folder, else by their book.

    Where the artist told several kinds apart within a folder by hand, the pages of that folder
    without a label are left out: which of the kinds they are is not known.
    """
    folders = {label: folder for folder, label in PRIOR.items() if folder in FOLDER_TAGS}
    by_hand = {i: folders.get(w, w) for i, w in project.catalogue.hand_labels().items()}
    told: dict[str, Counter[str]] = {}
    for page in pages:
        if page.image in by_hand:
            told.setdefault(page.folder or page.book, Counter())[by_hand[page.image]] += 1
    mixed = {
        place
        for place, labels in told.items()
        if sum(n >= LEAST_PAGES for n in labels.values()) >= 2
    }
    known = []
    for page in pages:
        place = page.folder or page.book
        if page.image in by_hand:
            known.append((page, by_hand[page.image]))
        elif place not in mixed:
            known.append((page, place))
    return known


def relabel(project: Project) -> None:
    """Learn from what the artist just said, where a run has looked at the pages before."""
    looked = ProjectBackbone(project).known_fingerprint
    if looked is None or project.catalogue.result(STAGE, "all") is None:
        return
    pages = [p for p in usable_pages(project) if p.cluster is not None]
    # A page without vector or measures waits for the next run.
    with contextlib.suppress(StrokebookError, KeyError):
        label_pages(project, looked, pages)


def _fit(
    project: Project, looked: str, pages: Sequence[Page], words: Words, judged: Verdicts
) -> tuple[LabelFit, list[str]]:
    spoken = [page for page in pages if page.image in words.hand or page.image in words.named]
    silent = [page for page in pages if not (page.image in words.hand or page.image in words.named)]
    some = [*_even(spoken, MOST_FITTED), *_even(silent, MOST_FITTED)]
    images = [page.image for page in some]
    facts = PageFacts(
        vectors=project.catalogue.vectors("pages", looked, images),
        prior=_prior(some, judged),
        folders=[page.folder for page in some],
        places=_places(some, judged),
        books=[page.book for page in some],
        hand=[words.hand.get(image) for image in images],
        named=[None if i in words.hand else words.named.get(i) for i in images],
        kinds=words.kinds,
    )
    return fit_classifier(facts), sorted(images)


def _even(pages: Sequence[Page], most: int) -> list[Page]:
    if len(pages) <= most:
        return list(pages)
    return [pages[int(i)] for i in np.linspace(0, len(pages) - 1, most)]


def _prior(pages: Sequence[Page], judged: Verdicts) -> Floats:
    """What the pages' measures say, ``(N, 5)``."""
    rows = [PageMeasures(*judged[page.image].summary["measures"]) for page in pages]
    return packaged_prior().logits(rows)


def _places(pages: Sequence[Page], judged: Verdicts) -> list[str | None]:
    """The pages' folders, where the rule lets them stand."""
    return [place_of(page.folder, str(judged[page.image].summary["label"])) for page in pages]


def _predict(
    project: Project, looked: str, pages: Sequence[Page], head: LabelHead, judged: Verdicts
) -> None:
    images = [page.image for page in pages]
    vectors = project.catalogue.vectors("pages", looked, images)
    probabilities = head.predict(vectors, _prior(pages, judged), _places(pages, judged)).round(9)
    order = np.argsort(-probabilities, axis=1, kind="stable")[:, :2]
    labels = {}
    for image, p, (first, second) in zip(images, probabilities, order.tolist(), strict=True):
        labels[image] = ClassLabel(
            head.labels[first], float(p[first]), head.labels[second], float(p[second])
        )
    project.catalogue.put_class_labels(labels)


def _facts(fit: LabelFit) -> dict[str, Any]:
    return {
        "by_hand": fit.by_hand,
        "by_evidence": fit.by_evidence,
        "held_out": fit.held_out,
        "scores": fit.scores.as_dict() if fit.scores else None,
    }


def _sentence(fit: LabelFit) -> str:
    plain = f"{counted(fit.by_evidence, 'page')} plain to see"
    taught = f"{counted(fit.by_hand, 'page')} that you labelled and {plain}"
    text = f"Labels were learnt from {taught if fit.by_hand else plain}"
    if fit.scores is None or fit.scores.pages < FEW_HELD_OUT:
        return f"{text}."
    whole = " (whole sketchbooks)" if fit.held_out != "pages" else ""
    return f"{text}; of {fit.scores.pages} held back{whole}, {fit.scores.accuracy:.1%} were right."


def _draw_pictures(project: Project, fit: LabelFit, key: str) -> None:
    """The confusion and the reliability on pages held out, where there are any."""
    if fit.scores is None:
        for name in PICTURES:
            owned.remove(project.pictures / name)
            project.catalogue.forget_results("picture", [name])
        return
    heading = f"Labels of {counted(fit.scores.pages, 'page')} held back, by {fit.held_out}"
    drawn = (confusion_picture(fit.scores, heading), reliability_picture(fit.scores, heading))
    with owned.owning("picture"):
        for name, picture in zip(PICTURES, drawn, strict=True):
            try:
                save_picture(picture, project.pictures / name)
            except owned.ForeignFileError as error:
                project.progress.say(str(error))
                continue
            project.catalogue.put_result("picture", name, key, 0.0, {"group": STAGE})
