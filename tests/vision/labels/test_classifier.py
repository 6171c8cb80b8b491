"""The classifier: silence gives the prior, a few words spread to what looks alike, own labels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from strokebook.vision.labels.classifier import PageFacts, fit_classifier
from strokebook.vision.labels.kind_rule import LABELS
from strokebook.vision.labels.label_prior import folder_logits, packaged_prior, place_of
from strokebook.vision.labels.measures import PageMeasures
from strokebook.vision.labels.saved_head import ARRAYS, CARD, load_head, save_head
from strokebook.vision.labels.softmax import fit_softmax, fit_temperature, softmax

N, D = 60, 12
WASHED = PageMeasures(
    94, 2, 95, 0.4, 0.3, 0.0, 0.5, 0.1, 0.1, 0.7, 0.05, 0.5, 0.9, 60, 0.7, 0.5, 0, 0, 0
)


@pytest.fixture
def facts() -> PageFacts:
    """Sixty pages of three books: the first half near one vector, the rest near another.

    The prior is sure that all are drawings.
    """
    rng = np.random.default_rng(0)
    group = np.arange(N) >= N // 2
    vectors = rng.normal(0, 0.2, (N, D))
    vectors[:, 0] += np.where(group, 1.0, -1.0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    prior = np.zeros((N, len(LABELS)))
    prior[:, 0] = 4.0
    nobody: list[str | None] = [None] * N
    return PageFacts(
        vectors=vectors.astype(np.float32),
        prior=prior,
        folders=["art"] * N,
        places=["art"] * N,
        books=[f"sb{i % 3}" for i in range(N)],
        hand=nobody,
        named=nobody,
        kinds={},
    )


def called(facts: PageFacts) -> list[str]:
    head = fit_classifier(facts).head
    p = head.predict(facts.vectors, facts.prior, facts.places)
    np.testing.assert_allclose(p.sum(axis=1), 1.0)
    return [head.labels[k] for k in p.argmax(axis=1)]


def by_hand(facts: PageFacts, labels: dict[int, str]) -> PageFacts:
    return replace(facts, hand=[labels.get(i) for i in range(N)])


def test_without_a_word_the_prior_speaks(facts: PageFacts) -> None:
    fit = fit_classifier(facts)
    assert called(facts) == ["drawings"] * N
    assert fit.by_hand == 0
    assert fit.by_evidence == N
    assert fit.scores is None


def test_some_corrections_reach_the_pages_that_look_alike(facts: PageFacts) -> None:
    told = by_hand(facts, dict.fromkeys(range(N // 2, N // 2 + 8), "watercolours"))
    labels = called(told)
    assert labels[: N // 2] == ["drawings"] * (N // 2)
    assert labels[N // 2 :].count("watercolours") >= 28


def test_a_name_of_a_cluster_counts_too_but_less_than_a_label(facts: PageFacts) -> None:
    named = replace(
        facts, named=[None] * (N // 2) + ["notes"] * (N // 2), folders=[None] * N, places=[None] * N
    )
    assert called(named)[N // 2 :] == ["notes"] * (N // 2)
    half = replace(named, hand=[None] * (N // 2) + ["covers"] * (N // 4) + [None] * (N // 4))
    assert called(half)[N // 2 :].count("covers") > N // 4


def test_an_own_label_is_learnt_from_three_pages_on(facts: PageFacts) -> None:
    two = by_hand(facts, dict.fromkeys((40, 41), "faces"))
    assert "faces" not in fit_classifier(two).head.labels
    many = replace(
        by_hand(facts, dict.fromkeys(range(30, 50), "faces")), kinds={"faces": "drawings"}
    )
    labels = called(many)
    assert labels[50:].count("faces") >= 8
    assert labels[: N // 2].count("faces") <= 2


def test_the_folder_is_evidence(facts: PageFacts) -> None:
    unsure = replace(facts, prior=np.zeros((N, len(LABELS))), places=["notes"] * N)
    assert called(unsure) == ["notes"] * N


def test_held_out_scores_say_by_what(facts: PageFacts) -> None:
    truth = {i: "watercolours" if i >= N // 2 else "drawings" for i in range(0, N, 2)}
    fit = fit_classifier(by_hand(facts, truth))
    assert fit.held_out == "sketchbooks"
    assert fit.scores is not None
    assert fit.scores.pages == len(truth)
    assert fit.scores.accuracy > 0.9
    one = replace(by_hand(facts, truth), books=["sb1"] * N)
    assert fit_classifier(one).held_out == "pages"


def test_labels_that_contradict_all_looks_make_it_unsure(facts: PageFacts) -> None:
    rng = np.random.default_rng(3)
    wild = {i: str(rng.choice(["drawings", "watercolours"])) for i in range(N)}
    calm = {i: "watercolours" if i >= N // 2 else "drawings" for i in range(N)}
    heads = [fit_classifier(by_hand(facts, said)).head for said in (wild, calm)]
    assert heads[0].temperature > 1.2 * heads[1].temperature
    sure = [
        head.predict(facts.vectors, facts.prior, facts.places).max(axis=1).mean() for head in heads
    ]
    assert sure[0] < 0.75
    assert sure[1] > 0.9


def test_equal_vectors_and_a_single_page_are_no_fault(facts: PageFacts) -> None:
    same = replace(facts, vectors=np.repeat(facts.vectors[:1], N, axis=0))
    assert called(same) == ["drawings"] * N
    one = PageFacts(facts.vectors[:1], facts.prior[:1], [None], [None], ["sb1"], [None], [None], {})
    assert fit_classifier(one).head.predict(one.vectors, one.prior, [None]).shape == (1, 5)


def test_a_saved_head_says_the_same_and_a_damaged_one_nothing(
    facts: PageFacts, tmp_path: Path
) -> None:
    head = fit_classifier(by_hand(facts, {40: "notes", 41: "notes"})).head
    save_head(head, tmp_path, {"by_hand": 2})
    again = load_head(tmp_path)
    assert again is not None
    expected = head.predict(facts.vectors, facts.prior, facts.places)
    actual = again.predict(facts.vectors, facts.prior, facts.places)
    np.testing.assert_array_equal(expected, actual)
    whole = (tmp_path / ARRAYS).read_bytes()
    for bad in (b"", b"x", whole[: len(whole) // 2]):
        (tmp_path / ARRAYS).write_bytes(bad)
        assert load_head(tmp_path) is None
    (tmp_path / ARRAYS).write_bytes(whole)
    (tmp_path / CARD).write_text("[1]")
    assert load_head(tmp_path) is None
    (tmp_path / CARD).unlink()
    assert load_head(tmp_path) is None


def test_offsets_are_added_and_weights_count() -> None:
    x = np.zeros((4, 1))
    targets = np.array([[1.0, 0.0]] * 3 + [[0.0, 1.0]])
    ones = np.ones(4)
    w, b = fit_softmax(x, targets, ones, np.zeros((4, 2)), 1e-6)
    np.testing.assert_allclose(softmax(x @ w + b)[0], [0.75, 0.25], atol=1e-3)
    w, b = fit_softmax(x, targets, np.array([1.0, 1.0, 1.0, 3.0]), np.zeros((4, 2)), 1e-6)
    np.testing.assert_allclose(softmax(x @ w + b)[0], [0.5, 0.5], atol=1e-3)
    offsets = np.tile([5.0, 0.0], (4, 1))
    w, b = fit_softmax(x, targets, ones, offsets, 1e-6)
    np.testing.assert_allclose(softmax(offsets + x @ w + b)[0], [0.75, 0.25], atol=1e-3)


def test_the_temperature_makes_certainty_what_is_right() -> None:
    rng = np.random.default_rng(1)
    honest = rng.normal(0, 2, (4000, 3))
    truth = np.array([rng.multinomial(1, p) for p in softmax(honest)], float)
    ones = np.ones(4000)
    assert fit_temperature(3 * honest, truth, ones) == pytest.approx(3.0, rel=0.1)
    assert fit_temperature(honest[:0], truth[:0], ones[:0], 5.0, 1.7) == 1.7
    few = fit_temperature(3 * honest[:3], truth[:3], ones[:3], pull=50.0, towards=1.0)
    assert few == pytest.approx(1.0, abs=0.3)


def test_a_folder_stands_where_the_rule_lets_it() -> None:
    assert place_of("notes", "notes") == "notes"
    assert place_of("notes", "drawings") is None
    assert place_of("art", "drawings") == "art"
    assert place_of(None, "notes") is None
    sure = packaged_prior().logits([WASHED])
    assert LABELS[int(sure.argmax())] == "watercolours"
    assert LABELS[int((sure + folder_logits("notes")).argmax())] == "notes"
    assert LABELS[int((sure + folder_logits("art")).argmax())] == "watercolours"
