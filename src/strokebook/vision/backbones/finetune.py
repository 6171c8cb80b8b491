"""Fine-tuning of the network's tail on the folders and labels that the artist sorted pages by."""

from __future__ import annotations

import copy
import itertools
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageEnhance

from strokebook.base.array_types import Floats, Floats32, Ints64
from strokebook.base.imaging.ahead import work_ahead
from strokebook.base.progress import SILENT, Progress
from strokebook.base.random_streams import RandomStream, generator
from strokebook.vision.backbones.backbone import Backbone
from strokebook.vision.backbones.splitting import LEAST_PAGES, split_pages
from strokebook.vision.labels.scores import LabelScores, score_labels
from strokebook.vision.labels.softmax import fit_softmax, softmax
from strokebook.vision.options import VisionOptions

if TYPE_CHECKING:
    import torch
    from torch import nn

SMOOTHING = 0.1  # of labels (Szegedy et al. 2016, arXiv 1512.00567): folders hold a few strays
FLIP = 0.5  # chance that a feature map is mirrored left to right
PROBE_RIDGE = 0.1  # of the head that features are measured by; they have unit deviation there
BATCH = 16  # small libraries get few steps otherwise


@dataclass(frozen=True)
class FineTuneReport:
    """What fine-tuning did, measured on pages it never learnt from.

    Attributes:
        done: False when there was nothing to learn; the network is then as it was.
        sentence: For the artist.
        classes: The folders and labels that were learnt.
        pages: Pages learnt from.
        held_out: Pages tested on.
        accuracy: Share of the tested pages put in their folder, by a linear head on the tuned
            features of the pages learnt from.
        balanced_accuracy: The same, averaged over folders, so that a large one does not hide the
            rest.
        frozen_balanced_accuracy: The same by a head on the features as they were before. Where
            that is higher, nothing was tuned.
        held_out_by: ``sketchbooks`` where there are several, else ``pages``.
        scores: Confusion, precision and recall of the tested pages, with the features that were
            kept.
        majority: Accuracy of always naming the largest folder.
        kept: Mean cosine of the tested pages' vectors before and after; 1 is unchanged.
        epochs: Rounds.
        seconds: Time taken.
        used: Indices of all pages that were looked at for it, learnt from or tested on.
    """

    done: bool
    sentence: str
    classes: tuple[str, ...] = ()
    pages: int = 0
    held_out: int = 0
    accuracy: float = 0.0
    balanced_accuracy: float = 0.0
    frozen_balanced_accuracy: float = 0.0
    held_out_by: str = "pages"
    scores: LabelScores | None = None
    majority: float = 0.0
    kept: float = 1.0
    epochs: int = 0
    seconds: float = 0.0
    used: tuple[int, ...] = ()


def fine_tune(
    backbone: Backbone,
    images: Sequence[Image.Image],
    labels: Sequence[str],
    options: VisionOptions,
    progress: Progress = SILENT,
    books: Sequence[str] | None = None,
) -> tuple[Backbone, FineTuneReport]:
    """Teach the network's last layers to tell folders apart, without forgetting the rest.

    What it is worth is measured on sketchbooks that were held back, where there are two or more:
    pages of one book share paper, pen and light. A linear head on the features as they were is
    measured beside it, and where that puts more pages right the network stays as it is.

    The trunk stays as it is, so each page goes through it only twice (as it is, and altered a
    little); all epochs then run on its kept maps. The loss is the cross-entropy of a linear head
    with folders weighted to count the same, plus ``options.retention_weight`` times the cosine
    distance between a page's features now and before. That second part matters: the head alone
    draws all pages of a folder into one point (neural collapse, Papyan, Han & Donoho 2020,
    PNAS 117), and drawings could no longer be told from watercolours within ``art``.

    Args:
        backbone: Left as it is.
        images: N pages; each is taken once at most, so a lazy sequence may open files.
        labels: The folder of each, or the artist's own label.
        options: Epochs, learning rate, keep, most pages, seed.
        progress: Told of pages and epochs.
        books: The sketchbook of each; None: pages are held out.

    Returns:
        The tuned backbone (or ``backbone`` itself where there was nothing to learn, or nothing
        gained), and a report.
    """
    start = time.perf_counter()
    counts = Counter(labels)
    classes = tuple(sorted(name for name, n in counts.items() if n >= LEAST_PAGES))
    reason = _why_not(counts, classes, options)
    if reason:
        return backbone, FineTuneReport(False, reason)
    rng = generator(options.seed, RandomStream.FINE_TUNE_SPLIT)
    learn, test, held_out_by = split_pages(labels, classes, options.fine_tune_pages, rng, books)
    truth = np.array([classes.index(n) if n in classes else -1 for n in labels])
    pages = _Pages.through(backbone, images, np.concatenate([learn, test]), rng, progress)
    target = truth[np.concatenate([learn, test])]
    tail = _train(backbone, pages, target, len(learn), options, progress)
    net = copy.copy(backbone.net)
    net._modules = {**backbone.net._modules, "tail": tail}  # the trunk is shared, not copied
    tuned = Backbone.of(f"{backbone.name.removesuffix(', fine-tuned')}, fine-tuned", net, options)
    scores, kept = _test(tail, pages, target, len(learn), classes)
    done = scores["balanced_accuracy"] >= scores["frozen_balanced_accuracy"]
    report = FineTuneReport(
        done=done,
        sentence=_sentence(classes, len(learn), len(test), scores, held_out_by),
        classes=classes,
        held_out_by=held_out_by,
        scores=kept,
        pages=len(learn),
        held_out=len(test),
        epochs=options.fine_tune_epochs,
        seconds=time.perf_counter() - start,
        used=tuple(int(row) for row in np.sort(np.concatenate([learn, test]))),
        **scores,
    )
    return (tuned if done else backbone), report


def _why_not(counts: Counter[str], classes: tuple[str, ...], options: VisionOptions) -> str:
    if options.fine_tune_epochs == 0:
        return "The network was not fine-tuned, as the settings ask."
    if len(classes) < 2:
        held = ", ".join(f"{name} {n}" for name, n in sorted(counts.items())) or "no pages"
        return (
            f"The network was not fine-tuned: that takes two folders with at least {LEAST_PAGES}"
            f" pages each, and there are {held}."
        )
    return ""


def _sentence(
    classes: tuple[str, ...], learnt: int, tested: int, scores: dict[str, float], by: str
) -> str:
    held = f"of {tested} pages held back{' by sketchbook' if by == 'sketchbooks' else ''}"
    if scores["balanced_accuracy"] < scores["frozen_balanced_accuracy"]:
        return (
            f"The network stays as it was: fine-tuned on {learnt} pages of {', '.join(classes)},"
            f" it put fewer pages of a folder right ({held}, {scores['balanced_accuracy']:.1%}"
            f" against {scores['frozen_balanced_accuracy']:.1%}, each folder counting the same)."
        )
    return (
        f"Fine-tuned on {learnt} pages of {', '.join(classes)}; {held},"
        f" {scores['accuracy']:.0%} were put in their folder."
    )


@dataclass(frozen=True)
class _Pages:
    """The trunk's output for n pages.

    Attributes:
        plain: Maps of the pages as they are, ``(n, C, h, w)`` float16 (halves the memory).
        altered: Maps of the pages altered a little.
        before: Their features before any tuning, ``(n, D)``.
        before_altered: The same for the altered pages.
    """

    plain: torch.Tensor
    altered: torch.Tensor
    before: torch.Tensor
    before_altered: torch.Tensor

    @classmethod
    def through(
        cls,
        backbone: Backbone,
        images: Sequence[Image.Image],
        rows: Ints64,
        rng: np.random.Generator,
        progress: Progress,
    ) -> _Pages:
        import torch

        net, plain, altered = backbone.net, [], []
        opened = work_ahead(lambda row: images[row], [int(row) for row in rows])
        pages = progress.track(opened, "Reading pages to learn from", len(rows))
        with torch.inference_mode():
            while part := list(itertools.islice(pages, backbone.batch)):
                both = backbone.prepare([*part, *(alter(page, rng) for page in part)])
                maps = net.trunk(both).half()
                plain.append(maps[: len(part)])
                altered.append(maps[len(part) :])
            # clone() outside inference mode would be a normal tensor; these feed a backward pass.
        maps = [torch.cat(plain).clone(), torch.cat(altered).clone()]
        with torch.no_grad():
            before = [_features(net, m) for m in maps]
        return cls(maps[0], maps[1], before[0], before[1])


def _features(net: Any, maps: torch.Tensor) -> torch.Tensor:
    import torch

    return torch.cat([net.features(part.float()) for part in torch.split(maps, 64)])


def alter(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A page as another scan of it might be: turned a little, moved, lighter or darker.

    Args:
        image: RGB.
        rng: Decides how; turn up to 4°, zoom 0.88 to 1.08, brightness and contrast ±12 %.
    """
    paper = tuple(int(v) for v in np.median(np.asarray(image)[0], axis=0))
    zoom, turn = rng.uniform(0.88, 1.08), np.deg2rad(rng.uniform(-4, 4))
    shift = rng.uniform(-0.04, 0.04, 2) * image.size
    middle = np.array(image.size) / 2
    turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) / zoom
    offset = middle - turned @ (middle + shift)
    data = (*turned[0], offset[0], *turned[1], offset[1])
    moved = image.transform(
        image.size, Image.Transform.AFFINE, data, Image.Resampling.BILINEAR, fillcolor=paper
    )
    lit = ImageEnhance.Brightness(moved).enhance(rng.uniform(0.88, 1.06))
    return ImageEnhance.Contrast(lit).enhance(rng.uniform(0.88, 1.12))


def _train(
    backbone: Backbone,
    pages: _Pages,
    target: Ints64,
    n_learn: int,
    options: VisionOptions,
    progress: Progress,
) -> nn.Module:
    """A copy of the tail, tuned with a linear head over folders that is not kept."""
    import torch
    from torch import nn

    tail, n_classes = copy.deepcopy(backbone.net.tail), int(target.max()) + 1
    head = nn.Linear(backbone.dim, n_classes)
    nn.init.zeros_(head.weight)  # the first gradients then tell folders apart, not noise
    nn.init.zeros_(head.bias)
    weights = torch.tensor(_class_weights(target[:n_learn], n_classes))
    goal = torch.from_numpy(target)
    # The tail starts from good weights: it learns ten times slower than the new head.
    groups = [
        {"params": tail.parameters(), "lr": options.learning_rate / 10},
        {"params": head.parameters(), "lr": options.learning_rate},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=1e-4)
    rng = generator(options.seed, RandomStream.FINE_TUNING)
    for _ in progress.track(range(options.fine_tune_epochs), "Fine-tuning"):
        for rows in _shuffled(n_learn, rng):
            maps, before = _mixed(pages, rows, rng)
            features = tail(maps).mean(dim=(2, 3))
            loss = nn.functional.cross_entropy(
                head(_scaled(features)), goal[rows], weights, label_smoothing=SMOOTHING
            )
            cosine = nn.functional.cosine_similarity(features, before, dim=1)
            optimiser.zero_grad()
            total = loss + options.retention_weight * (1 - cosine).mean()
            torch.autograd.backward(total)
            optimiser.step()
    return tail


def _scaled(features: torch.Tensor) -> torch.Tensor:
    """Features at unit deviation per page, so that one learning rate fits every network."""
    return features / features.detach().std(dim=1, keepdim=True).clamp_min(1e-6)


def _class_weights(target: Ints64, n_classes: int) -> Floats32:
    count = np.bincount(target, minlength=n_classes)
    return (len(target) / (n_classes * np.maximum(count, 1))).astype(np.float32)


def _shuffled(n: int, rng: np.random.Generator) -> Iterator[Ints64]:
    order = rng.permutation(n)
    for first in range(0, n, BATCH):
        yield order[first : first + BATCH]


def _mixed(
    pages: _Pages, rows: Ints64, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """A batch's maps, each plain or altered, some mirrored, with its features from before.

    A mirrored page's old features are those of the page itself: to these networks, trained with
    mirrored images, the two look the same.
    """
    import torch

    use = torch.from_numpy(rng.random(len(rows)) < 0.5)
    maps = torch.where(use[:, None, None, None], pages.plain[rows], pages.altered[rows]).float()
    before = torch.where(use[:, None], pages.before[rows], pages.before_altered[rows])
    mirrored = torch.from_numpy(rng.random(len(rows)) < FLIP)
    return torch.where(mirrored[:, None, None, None], maps.flip(3), maps), before


def _test(
    tail: nn.Module, pages: _Pages, target: Ints64, n_learn: int, classes: tuple[str, ...]
) -> tuple[dict[str, float], LabelScores]:
    """Scores on the pages held back, which lie behind the first ``n_learn``.

    Features tuned and features as they were get the same convex head, fitted on the same pages,
    so that only the features differ.
    """
    import torch

    with torch.inference_mode():
        parts = torch.split(pages.plain, 64)
        tuned = torch.cat([tail(part.float()).mean(dim=(2, 3)) for part in parts])
        kept = torch.nn.functional.cosine_similarity(tuned[n_learn:], pages.before[n_learn:], dim=1)
        probed = [_probe(_scaled(f).numpy(), target, n_learn) for f in (tuned, pages.before)]
    truth = target[n_learn:]
    names = [classes[k] for k in truth]
    both = [
        score_labels(names, [classes[k] for k in p.argmax(axis=1)], p.max(axis=1)) for p in probed
    ]
    scores = {
        "accuracy": both[0].accuracy,
        "balanced_accuracy": _balanced(both[0]),
        "frozen_balanced_accuracy": _balanced(both[1]),
        "majority": float(np.bincount(truth).max() / len(truth)),
        "kept": float(kept.mean()),
    }
    better = scores["balanced_accuracy"] >= scores["frozen_balanced_accuracy"]
    return scores, both[0 if better else 1]


def _probe(features: Floats32, target: Ints64, n_learn: int) -> Floats:
    """What a softmax head on the first ``n_learn`` pages' features makes of the others."""
    goal = np.eye(int(target.max()) + 1)[target[:n_learn]]
    weights = _class_weights(target[:n_learn], goal.shape[1])[target[:n_learn]].astype(np.float64)
    middle = features[:n_learn].mean(axis=0)
    x = ((features - middle) / np.sqrt(features.shape[1])).astype(np.float64)
    w, b = fit_softmax(x[:n_learn], goal, weights, np.zeros_like(goal), PROBE_RIDGE)
    return softmax(x[n_learn:] @ w + b)


def _balanced(scores: LabelScores) -> float:
    return float(np.mean([c.recall for c in scores.classes if c.recall is not None]))
