"""Kind rule: names pages in an unattended run, from their pixels and, weakly, their folder.

Five questions are asked of a page's measures, in this order; the first *yes* names it:

1. ``bad-scans``: is there nothing to see? Too dark without any coloured area, or neither ink nor
   colour (blank, blown out), or no edge sharper than a blur of about 1.5 px in a 640 px preview.
2. ``covers``: is the ground no paper (dark or strongly coloured), with other colours on it?
3. ``notes``: does the ink lie in level rows of letter-sized pieces, more than in long lines?
4. ``watercolours``: does colour or shade cover an area that is broader than any pen line?
5. ``drawings``: otherwise.

Every question is *how many doublings is the measure over (or under) its threshold*, so that the
answers can be compared: the smallest distance on the way is the verdict's margin, and its
confidence is ``1 - 2^-(1 + margin)``. A folder that the artist sorted by hand is a weak prior:
``art`` holds drawings, watercolours and bad scans only; a page in ``notes`` or ``cover`` is what
its folder says unless the pixels are strongly against it (:data:`STRONG` doublings). The artist's
own labels override all of this.

Thresholds lie in the middle (on a log scale) of the gaps that were measured on three made
libraries with real pages among them; the gaps are named beside each.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from strokebook.vision.labels.measures import PageMeasures

DRAWINGS, WATERCOLOURS, NOTES = "drawings", "watercolours", "notes"
COVERS, BAD_SCANS = "covers", "bad-scans"
LABELS = (DRAWINGS, WATERCOLOURS, NOTES, COVERS, BAD_SCANS)

DARK = 38.0  # CIELAB L of the brightest paper: failed scans reach 30, half the light gives 49
FAINTEST = 0.09  # ink depth: empty pages stay under 0.05, a pencil at a fifth of black gives 0.15
LEAST_INK = 2e-4  # share of the page: a page number alone covers about this much
BLURRED = 0.275  # sharpness: pages in focus are over 0.38, a blur of 2 px gives under 0.27
OFF = 0.2  # share of the page that is the scanner's bed: pages half off the glass start at 0.27
SMEARED = 0.36  # smear: pages are over 0.8, one that moved by a twentieth of its height 0.16
PAPER = 74.0  # CIELAB L of the ground: covers seen reach 58, paper under washes starts at 86
TINTED = 32.0  # CIELAB chroma of the ground: white paper stays under 7, graph paper under 25
MOTLEY = 0.015  # coloured share of a cover: a post-it takes 0.04, a plain dark scan has 0
TEXT = 0.30  # text share: nearly all drawings stay under 0.2, notes start at 0.47
WRITTEN = 0.6  # page lengths of text: three lines; drawings seldom have 0.5, notes start at 2.5
COLOURED = 0.05  # coloured share: drawings have 0, watercolours start at 0.2
PALE = 0.08  # tinted share: drawings have 0, notes 0.06, washes at a fifth start at 0.16
PALE_EDGE = 0.004  # of a tint, per cell: mixed light stays under 0.002, washes start at 0.008
SHADED = 0.12  # share darker than the ground: filled blacks reach 0.02, grey washes start at 0.16
LINES = 0.30  # share of ink in long lines: drawings centre on 0.75, notes on 0.12
LONGEST = 0.2  # of the page: drawings centre on 0.3, notes and their frames on 0.25
STRONG = 1.5  # doublings by which pixels must beat a hand-sorted folder

ART, PRIOR = "art", {"notes": NOTES, "cover": COVERS, "covers": COVERS}


@dataclass(frozen=True)
class KindVerdict:
    """The kind that a page is taken for.

    Attributes:
        label: One of :data:`LABELS`.
        confidence: From 0.5 (on the edge) to 1.
        reasons: For the artist, in words with the numbers that decided.
    """

    label: str
    confidence: float
    reasons: str


@dataclass(frozen=True)
class _Answer:
    margin: float  # doublings over the threshold; negative: no
    reason: str


def judge(measures: PageMeasures, folder: str | None = None) -> KindVerdict:
    """Name a page.

    Args:
        measures: From :func:`strokebook.vision.labels.measures.measure`.
        folder: The sketchbook folder it lies in (``art``, ``notes``, ``cover``…) if that is known;
            other names count as unknown.

    Returns:
        The label with its confidence and reasons.
    """
    place = (folder or "").lower()
    label, margin, reason = _walk(measures, _questions(measures, place))
    expected = PRIOR.get(place)
    if expected and label != expected and not _beats(measures, expected, label, margin):
        reason = f"in the folder {place}; the pixels alone ({reason}) say {label}"
        return KindVerdict(expected, 0.75, reason)
    return KindVerdict(label, 1 - 0.5 * 2 ** -max(margin, 0.0), reason)


def evidence(m: PageMeasures) -> tuple[float, ...]:
    """The answers of all questions, and what they are put together from, in doublings within ±4.

    A head that is learnt (:mod:`strokebook.vision.labels.label_prior`) weighs them against each
    other, where the rule takes the first *yes*; unlike plain measures they never run away on pages
    that are like none it has learnt from.
    """
    answers = [_bad(m), _cover(m), _written(m), _washed(m)]
    parts = (
        _over(m.colour_area, COLOURED),
        _over(m.shade_area, SHADED),
        _over(m.tint_area, PALE),
        _over(m.line_share, LINES),
        _over(m.longest, LONGEST),
        _over(m.text_share, TEXT),
    )
    return (*(max(-4.0, min(4.0, answer.margin)) for answer in answers), *parts)


def _questions(m: PageMeasures, place: str) -> dict[str, _Answer]:
    asked = {BAD_SCANS: _bad(m)}
    if place != ART:
        asked |= {COVERS: _cover(m), NOTES: _written(m)}
    return asked | {WATERCOLOURS: _washed(m)}


def _walk(m: PageMeasures, asked: Mapping[str, _Answer]) -> tuple[str, float, str]:
    """The first question answered yes, with the smallest margin met on the way to it."""
    margin = math.inf
    for label, answer in asked.items():
        margin = min(margin, abs(answer.margin))
        if answer.margin >= 0:
            return label, margin, answer.reason
    lines = f"ink on {m.ink_share:.1%} of the page, {m.line_share:.0%} of it in long lines"
    return DRAWINGS, margin, f"{lines}, no washes and no rows of text"


def _beats(m: PageMeasures, expected: str, label: str, margin: float) -> bool:
    """Whether pixels are strong enough evidence against a folder that was sorted by hand."""
    if expected == COVERS and label in (BAD_SCANS, WATERCOLOURS):
        return False  # a plain dark or a painted cover is a cover
    if label == DRAWINGS:  # nothing was found; ask for lines as well
        margin = min(margin, 2 * _over(m.line_share, LINES), 2 * _over(m.longest, LONGEST))
    return margin >= STRONG


def _bad(m: PageMeasures) -> _Answer:
    washed = _washed(m).margin
    dark = min(2 * _under(m.paper_lightness, DARK), _under(m.colour_area, MOTLEY))
    empty = min(max(_under(m.ink_depth, FAINTEST), _under(m.ink_share, LEAST_INK)), -washed)
    soft = min(2 * _under(m.sharpness, BLURRED), -washed)
    moved = min(2 * _under(m.smear, SMEARED), -washed)
    off = min(2 * _over(m.bed_area, OFF), _under(m.colour_area, MOTLEY))
    answers = (
        _Answer(off, f"half off the glass ({m.bed_area:.0%} of it is the scanner's bed)"),
        _Answer(dark, f"dark all over (lightness {m.paper_lightness:.0f} of 100)"),
        _Answer(empty, f"nearly empty (ink depth {m.ink_depth:.0%} on {m.ink_share:.2%})"),
        _Answer(soft, f"blurred (sharpness {m.sharpness:.2f})"),
        _Answer(
            moved, f"moved while it was scanned (sharp in one direction, {m.smear:.0%} across)"
        ),
    )
    return max(answers, key=lambda answer: answer.margin)


def _cover(m: PageMeasures) -> _Answer:
    ground = max(4 * _under(m.ground_lightness, PAPER), _over(m.ground_chroma, TINTED))
    reason = f"no paper at the rim (lightness {m.ground_lightness:.0f}, chroma "
    reason += f"{m.ground_chroma:.0f}) and {m.colour_area:.0%} in other colours"
    return _Answer(min(ground, _over(m.colour_area, MOTLEY)), reason)


def _written(m: PageMeasures) -> _Answer:
    text = min(_over(m.text_share, TEXT), _over(m.text_length, WRITTEN))
    reason = f"{m.text_share:.0%} of the ink in {m.text_rows} rows of letters"
    # A painted page with a caption stays a painting.
    return _Answer(min(text, _under(m.colour_area, 2 * COLOURED)), reason)


def _washed(m: PageMeasures) -> _Answer:
    colour, shade = _over(m.colour_area, COLOURED), _over(m.shade_area, SHADED)
    pale = min(_over(m.tint_area, PALE), _over(m.tint_edge, PALE_EDGE))
    reason = f"colour over {m.colour_area:.0%} and shade over {m.shade_area:.0%} of the page"
    if pale > max(colour, shade):
        reason = f"a pale tint over {m.tint_area:.0%} of the page, with edges"
    return _Answer(max(colour, shade, pale), reason)


def _over(value: float, threshold: float) -> float:
    """Doublings of ``value`` over ``threshold``, within ±4."""
    return max(-4.0, min(4.0, math.log2(max(value, threshold / 16) / threshold)))


def _under(value: float, threshold: float) -> float:
    return -_over(value, threshold)


def name_clusters(
    numbers: Sequence[int] | npt.NDArray[np.integer],
    verdicts: Sequence[KindVerdict | str],
    purity: float = 0.9,
) -> dict[int, str]:
    """Names for the clusters whose members agree.

    Args:
        numbers: The cluster of each of N pages.
        verdicts: N verdicts, or their labels, in the same order.
        purity: Least share of a cluster's members that must carry the name.

    Returns:
        Cluster number to label; a cluster that is mixed is left out, and its pages keep their own
        verdicts.
    """
    members: dict[int, Counter[str]] = {}
    for number, verdict in zip(numbers, verdicts, strict=True):
        label = verdict if isinstance(verdict, str) else verdict.label
        members.setdefault(int(number), Counter())[label] += 1
    best = {number: counts.most_common(1)[0] for number, counts in sorted(members.items())}
    return {
        number: label
        for number, (label, count) in best.items()
        if count >= purity * members[number].total()
    }
