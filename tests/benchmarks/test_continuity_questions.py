import itertools

import numpy as np

from benchmarks.continuity.fitting import Fit, exam, fit, losses
from benchmarks.continuity.questions import pairings, questions
from benchmarks.continuity.walks import passes, true_walks
from strokebook.geometry.drawing import Drawing
from strokebook.routing.from_strokes import graph_of_strokes

PEN = 2.0


def line(*corners):
    steps = [np.linspace(a, b, 60)[:-1] for a, b in itertools.pairwise(corners)]
    return np.vstack([*steps, [corners[-1]]])


LOOP = line((0, 50), (100, 50), (100, 0), (50, 0), (50, 100))  # crosses itself once


def graph_of(*strokes):
    return graph_of_strokes(Drawing.of(strokes, size=(200, 200), unit="unit", pen_width=PEN))


def test_the_walk_runs_along_every_edge_in_the_pens_order():
    graph = graph_of(LOOP)
    (walk,) = true_walks(graph, [LOOP])
    assert sorted(edge for edge, _ in walk) == list(range(len(graph.edges)))
    for (one, back), (two, back_too) in itertools.pairwise(walk):
        first, second = graph.edges[one], graph.edges[two]
        assert (first.a if back else first.b) == (second.b if back_too else second.a)


def test_passes_are_what_the_pen_did_at_a_node():
    walks = [[(0, 0), (1, 0), (2, 1)]]
    passages = passes(walks, [1, 2, 3, 5, 4])
    assert passages.pairs == {frozenset((1, 2)), frozenset((3, 5))}
    assert passages.counts == {1: 1, 2: 1, 3: 1, 5: 1, 4: 1}


def test_all_pairings_of_four():
    assert len(list(pairings((1, 2, 3, 4)))) == 10


def test_a_crossing_is_asked_about_and_answered_straight_on():
    graph = graph_of(LOOP)
    (question,) = questions(graph, true_walks(graph, [LOOP]))
    true = question.choices[question.truth]
    assert question.about == "node"
    assert len(true.pairs) == 2
    assert true.singles == 0


def test_a_stroke_that_turns_back_on_itself_is_drawn_twice():
    stroke = line((0, 50), (100, 50), (100, 90), (100, 50), (190, 50))
    graph = graph_of(line((0, 50), (190, 50)), line((100, 50), (100, 90)))
    asked = list(questions(graph, true_walks(graph, [stroke])))
    (dead_end,) = [q for q in asked if q.about == "dead end"]
    assert dead_end.choices[dead_end.truth].twice


def test_fitting_learns_what_the_questions_say():
    graph = graph_of(LOOP)
    known = exam(list(questions(graph, true_walks(graph, [LOOP]))) * 4)
    nets = fit(known, Fit(rounds=60))
    assert losses(nets.scores(known), known).mean().item() < 0.3
    assert nets.numbers()["pair_weight0"].shape[1] == known.pairs.shape[1]
