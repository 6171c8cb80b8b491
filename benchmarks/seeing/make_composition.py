"""Fit the composition classifier in the package, and measure it on what it has not seen.

    python -m benchmarks.seeing.make_composition WORK --artist look_i16.npz [--install]

It learns from people that the sample program draws (alone, in chains of two to four, in patterns;
seed 1), and from the drawings of one artist (Andrew Look's ``look_i16``, singleline_models, MIT):
those of his first 420 training pages, sorted by eye (``composition_labels``), and chains made of
the single ones among them. Learnt from the program alone, it took 39 % of the artist's single
figures for several. The limit from which a drawing is dropped is chosen on the program's seed 2,
and on the artist's training pages left out in turn (five folds); what is reported is seed 3, and
the artist's validation pages. WORK keeps the measures, so that a second call is quick.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import strokebook as sb
from benchmarks.seeing import composition_labels as labels
from benchmarks.seeing.composition_cases import (
    CHAIN,
    PATTERN,
    SINGLE,
    Case,
    chains_of,
    make_cases,
    strokes_of,
)
from strokebook.base.array_types import Bools, Floats, Ints
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.stroke3 import from_stroke3
from strokebook.vision.composition.composition_classifier import FILE, CompositionClassifier
from strokebook.vision.composition.drawing_measures import measure_composition, measure_names

PACKAGE = Path(__file__).parents[2] / "src" / "strokebook" / "vision" / "composition" / FILE
STRENGTH = 0.02  # C of the logistic regression: 0.01 to 1 were tried on the folds
ARTIST = 3.0  # how much a drawing of the artist weighs against one of the program
MANY = 0.25  # share of chains and patterns that the chances are stated for; of the artist's: 0.28
LOST = 0.01  # share of single figures that may be lost
FOLDS = 5


@dataclass(frozen=True)
class Measured:
    """Measures ``(N, F)``, what the drawings are ``(N,)``, and how each was made."""

    rows: Floats
    truth: Ints
    how: list[str]

    def only(self, chosen: Bools) -> Measured:
        """Some of them."""
        how = [h for h, keep in zip(self.how, chosen, strict=True) if keep]
        return Measured(self.rows[chosen], self.truth[chosen], how)


def measured(path: Path, make: Sequence[Case]) -> Measured:
    """The measures of cases, kept in a file."""
    rows = [list(measure_composition(case.drawing).values()) for case in make]
    found = Measured(np.array(rows), np.array([c.truth for c in make]), [c.how for c in make])
    np.savez(path, rows=found.rows, truth=found.truth, how=np.array(found.how))
    return found


def program_set(work: Path, seed: int, count: int) -> Measured:
    """The sample program's drawings."""
    path = work / f"program-{seed}-{count}.npz"
    return read(path) if path.exists() else measured(path, make_cases(seed, count))


def artist_set(work: Path, file: Path, part: str) -> tuple[Measured, Measured]:
    """The artist's drawings that are clear, and chains made of the single ones."""
    real, made = work / f"artist-{part}.npz", work / f"artist-{part}-chains.npz"
    if real.exists() and made.exists():
        return read(real), read(made)
    cases = artist_cases(file, part)
    people = [strokes_of(c.drawing) for c in cases if c.truth == SINGLE]
    chains = chains_of(people, 300 if part == "train" else 150, np.random.default_rng(5))
    return measured(real, cases), measured(made, chains)


def artist_cases(file: Path, part: str) -> list[Case]:
    """The artist's separated drawings, with what they are by eye; unclear ones are left out."""
    name = part.upper()
    rows = np.load(file, allow_pickle=True, encoding="latin1")[part]
    pages = rows[: getattr(labels, f"{name}_PAGES")]
    drawings: list[Drawing] = [d for row in pages for d in sb.separate(from_stroke3(row))]
    kinds = {k: getattr(labels, f"{name}_{k}") for k in ("CHAINS", "PATTERNS", "UNCLEAR")}
    cases = []
    for k, drawing in enumerate(drawings):
        truth = CHAIN if k in kinds["CHAINS"] else PATTERN if k in kinds["PATTERNS"] else SINGLE
        if k not in kinds["UNCLEAR"]:
            cases.append(Case(drawing, truth, f"artist {part} {k}"))
    return cases


def read(path: Path) -> Measured:
    with np.load(path) as kept:
        return Measured(kept["rows"], kept["truth"], [str(h) for h in kept["how"]])


def fit(parts: Sequence[tuple[Measured, float]]) -> CompositionClassifier:
    """Fit on sets of drawings, each with a weight.

    Within each set, singles weigh together ``1 - MANY`` and the others ``MANY`` of it.
    """
    from sklearn.linear_model import LogisticRegression

    rows = np.vstack([part.rows for part, _ in parts])
    truth = np.concatenate([part.truth for part, _ in parts])
    weights = np.concatenate([_weights(part, weight) for part, weight in parts])
    middle = np.average(rows, axis=0, weights=weights)
    spread = np.sqrt(np.average((rows - middle) ** 2, axis=0, weights=weights)) + 1e-6
    scaled = np.clip((rows - middle) / spread, -4, 4)
    fitted = LogisticRegression(C=STRENGTH, max_iter=5000).fit(scaled, truth, weights)
    return CompositionClassifier(
        measure_names(), middle, spread, fitted.coef_.T.copy(), fitted.intercept_.copy()
    )


def _weights(part: Measured, weight: float) -> Floats:
    many = part.truth > 0
    total = weight * len(many)
    each = np.where(many, MANY * total / many.sum(), (1 - MANY) * total / max((~many).sum(), 1))
    return np.asarray(each, np.float64)


def joined(*parts: Measured) -> Measured:
    """Several sets as one."""
    return Measured(
        np.vstack([p.rows for p in parts]),
        np.concatenate([p.truth for p in parts]),
        [h for p in parts for h in p.how],
    )


def many_of(classifier: CompositionClassifier, part: Measured) -> Floats:
    """How sure it is of each drawing that it is not one figure."""
    return 1 - classifier.chances_of(part.rows)[:, 0]


def in_turn(program: Measured, real: Measured, made: Measured) -> Floats:
    """The same for the artist's training drawings, each by a classifier that has not seen it."""
    fold = np.random.default_rng(1).permutation(len(real.truth)) % FOLDS
    many = np.zeros(len(real.truth))
    for k in range(FOLDS):
        # The chains are made of the very figures that are left out: they are left out too.
        known = real.only(fold != k)
        many[fold == k] = many_of(fit([(program, 1.0), (known, ARTIST)]), real.only(fold == k))
    del made
    return many


def limit(single_chances: Floats) -> float:
    """The certainty, in hundredths, that at most :data:`LOST` of single figures reach."""
    return float(np.ceil(100 * np.quantile(single_chances, 1 - LOST, method="higher")) / 100)


def report(name: str, many: Floats, part: Measured, drop: float) -> dict[str, object]:
    """Rates at one half and at the limit, and the mean distance of chance from share."""
    several = part.truth > 0
    caught = {
        how: float(np.mean(many[[h.startswith(how) for h in part.how]] >= drop))
        for how in sorted({h.split(" ")[0] if h[0].isdigit() else h for h in part.how})
        if how[0].isdigit() or how == "pattern"
    }
    singles = many[~several]
    facts: dict[str, object] = {"set": name, "singles": int((~several).sum())}
    facts |= {"others": int(several.sum())}
    if len(singles):
        facts["balanced accuracy"] = (
            float(np.mean(many[several] > 0.5) + np.mean(singles <= 0.5)) / 2
        )
        facts["singles lost"] = float(np.mean(singles >= drop))
        facts["calibration error"] = float(
            sum(abs(m - s) * n for m, s, n in bins(many, several)) / len(many)
        )
    return facts | {"others dropped": float(np.mean(many[several] >= drop)), "by figures": caught}


def bins(many: Floats, several: Bools, count: int = 10) -> list[tuple[float, float, int]]:
    """Mean chance, share that are several, and how many, in tenths of the chance."""
    cell = np.minimum((many * count).astype(int), count - 1)
    return [
        (float(many[cell == k].mean()), float(several[cell == k].mean()), int((cell == k).sum()))
        for k in range(count)
        if (cell == k).any()
    ]


def reliability_picture(sets: dict[str, tuple[Floats, Bools]], path: Path) -> None:
    """Stated chance against the share that it holds for; the size of a dot is how many."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(5, 5))
    axes.plot([0, 1], [0, 1], color="0.8")
    for name, (many, several) in sets.items():
        x, y, n = zip(*bins(many, several), strict=True)
        axes.plot(x, y, alpha=0.5)
        axes.scatter(x, y, [4 + 2 * v**0.5 * 4 for v in n], label=f"{name} ({len(many)})")
    axes.set(xlabel="chance of several figures, as stated", ylabel="share that are several")
    axes.legend(loc="upper left")
    figure.savefig(path, dpi=110, bbox_inches="tight")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--artist", type=Path, required=True, help="look_i16.npz")
    parser.add_argument("--install", action="store_true", help="write it into the package")
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    program, chosen, unseen = (
        program_set(given.work, *which) for which in ((1, 1200), (2, 400), (3, 400))
    )
    real, made = artist_set(given.work, given.artist, "train")
    classifier = fit([(program, 1.0), (joined(real, made), ARTIST)])
    turn = in_turn(program, real, made)
    program_limit = limit(many_of(classifier, chosen)[chosen.truth == SINGLE])
    artist_limit = limit(turn[real.truth == SINGLE])
    drop = max(program_limit, artist_limit)
    print(
        f"limit: {program_limit:.2f} by the program, {artist_limit:.2f} by the artist: {drop:.2f}"
    )
    real_v, made_v = artist_set(given.work, given.artist, "valid")
    tests = {"program, seed 3": unseen, "artist, unseen pages": real_v}
    facts = [report(n, many_of(classifier, p), p, drop) for n, p in tests.items()]
    facts.append(report("artist in turn", turn, real, drop))
    facts.append(report("chains of unseen figures", many_of(classifier, made_v), made_v, drop))
    print(json.dumps(facts, indent=1))
    (given.work / "report.json").write_text(json.dumps(facts, indent=1))
    curves = {n: (many_of(classifier, p), p.truth > 0) for n, p in tests.items()}
    reliability_picture(curves, given.work / "reliability.png")
    if given.install:
        install(classifier)


def install(classifier: CompositionClassifier) -> None:
    """Write the coefficients into the package."""
    np.savez_compressed(
        PACKAGE,
        names=np.array(classifier.names),
        **{
            name: getattr(classifier, name).astype(np.float32)
            for name in ("middle", "spread", "weights", "bias")
        },
    )


if __name__ == "__main__":
    main()
