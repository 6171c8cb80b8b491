from __future__ import annotations

import numpy as np
import pytest

from strokebook.base.errors import UsageError
from strokebook.library.catalogue.drawing_rows import drawing_id
from strokebook.library.catalogue.records import NewDrawing
from strokebook.library.edits.decisions import match_boxes

ONE = NewDrawing((10, 10, 50, 90), 3, 120, "drawings/a.svg")
TWO = NewDrawing((60, 10, 100, 90), 5, 90, "drawings/b.svg")
LINE = NewDrawing((10, 95, 90, 95), 1, 2, "drawings/line.svg")


@pytest.fixture
def filled(work, make):
    make("sb48/art/005.jpg")
    make("sb48/art/006--sneer.jpg")
    make("sb48/priv/007.jpg")
    work.scan()
    image = work.catalogue.page("sb48p005").image
    work.catalogue.replace_drawings(image, [ONE, TWO])
    return work


def states(catalogue):
    return {d.id: (d.kept, d.reason, d.reason_source) for d in catalogue.drawings()}


def test_drawings_come_back_with_ids_from_their_page(filled):
    catalogue = filled.catalogue
    first, second = catalogue.drawings()
    assert (first.id, second.id) == ("sb48p005d01", "sb48p005d02")
    assert (first.page, first.number, first.box) == ("sb48p005", 1, (10.0, 10.0, 50.0, 90.0))
    assert (first.strokes, first.points, first.svg) == (3, 120, "drawings/a.svg")
    assert (first.kept, first.reason, first.reason_source) == (True, None, None)
    assert catalogue.drawings(page="sb48p006") == []
    assert catalogue.drawing("SB48p005d02") == second
    assert catalogue.drawing(second.key) == second


def test_a_titled_page_gives_a_readable_id_that_is_found(filled):
    catalogue = filled.catalogue
    catalogue.replace_drawings(catalogue.page("sb48p006").image, [ONE])
    assert drawing_id("sb48p006--sneer", 1) == "sb48p006--sneer-d01"
    for name in ("sb48p006--sneer-d01", "sb48p006d01"):
        assert catalogue.drawing(name).id == "sb48p006--sneer-d01"


def test_drawings_follow_their_page_when_it_is_renamed(filled):
    (filled.root / "sb48/art/005.jpg").rename(filled.root / "sb48/art/099.jpg")
    filled.scan()
    assert [d.id for d in filled.catalogue.drawings()] == ["sb48p099d01", "sb48p099d02"]


def test_drawings_of_private_and_vanished_pages_are_not_listed(filled):
    catalogue = filled.catalogue
    catalogue.replace_drawings(catalogue.page("sb48p007").image, [ONE])
    assert [d.page for d in catalogue.drawings()] == ["sb48p005"] * 2
    assert len(catalogue.drawings(include_private=True)) == 3
    (filled.root / "sb48/art/005.jpg").unlink()
    filled.scan()
    assert catalogue.drawings() == []


@pytest.mark.parametrize("name", ["sb48p005d09", "sb48p006--sneer-d01", "nonsense", "sb48p777d01"])
def test_unknown_drawings_are_told(filled, name):
    with pytest.raises(UsageError):
        filled.catalogue.drawing(name)


def test_hand_goes_before_cluster_before_measure_before_filter(filled):
    catalogue = filled.catalogue
    catalogue.set_verdicts("filter", {"sb48p005d01": (False, "too few points")})
    assert states(catalogue)["sb48p005d01"] == (False, "too few points", "filter")
    catalogue.set_verdicts(
        "measure", {"sb48p005d01": (True, None), "sb48p005d02": (False, "chain")}
    )
    assert states(catalogue) == {
        "sb48p005d01": (False, "too few points", "filter"),
        "sb48p005d02": (False, "chain", "measure"),
    }
    catalogue.set_verdicts("cluster", {"sb48p005d02": (True, "cluster 3 is kept")})
    assert states(catalogue)["sb48p005d02"] == (True, "cluster 3 is kept", "cluster")
    catalogue.decide(["sb48p005d02"], kept=False)
    assert states(catalogue)["sb48p005d02"] == (False, "by hand", "hand")
    assert [d.id for d in catalogue.drawings(kept=True)] == []
    catalogue.undecide(["sb48p005d02"])
    assert states(catalogue)["sb48p005d02"] == (True, "cluster 3 is kept", "cluster")


def test_a_stage_replaces_its_own_verdicts_only(filled):
    catalogue = filled.catalogue
    catalogue.set_verdicts("measure", {"sb48p005d01": (False, "chain")})
    catalogue.set_verdicts("filter", {"sb48p005d01": (False, "short"), "unknown": (False, "x")})
    catalogue.set_verdicts("measure", {"sb48p005d02": (False, "pattern")})
    assert states(catalogue)["sb48p005d01"] == (False, "short", "filter")
    catalogue.set_verdicts("measure", {"sb48p005d01": (False, "chain")}, replace=False)
    assert states(catalogue)["sb48p005d02"] == (False, "pattern", "measure")


def test_hand_decisions_survive_another_tracing_by_their_place(filled):
    catalogue = filled.catalogue
    image = catalogue.page("sb48p005").image
    catalogue.set_verdicts("measure", {"sb48p005d02": (False, "chain")})
    catalogue.decide(["sb48p005d01"], kept=False, reason="blot")
    moved = NewDrawing((12, 12, 52, 88), 7, 140, "drawings/c.svg")
    new = catalogue.replace_drawings(image, [TWO, moved])
    assert [(d.id, d.kept, d.reason) for d in new] == [
        ("sb48p005d01", False, "chain"),
        ("sb48p005d02", False, "blot"),
    ]
    far = NewDrawing((30, 30, 70, 110), 7, 140, "drawings/c.svg")
    assert [d.kept for d in catalogue.replace_drawings(image, [far])] == [True]
    assert [d.reason for d in catalogue.replace_drawings(image, [ONE])] == ["blot"]


def test_a_later_decision_takes_the_place_of_an_earlier_one(filled):
    catalogue = filled.catalogue
    image = catalogue.page("sb48p005").image
    catalogue.decide(["sb48p005d01"], kept=False)
    moved = NewDrawing((12, 12, 52, 88), 7, 140, "drawings/c.svg")
    catalogue.replace_drawings(image, [moved])
    catalogue.decide(["sb48p005d01"], kept=True)
    assert [d.kept for d in catalogue.replace_drawings(image, [ONE])] == [True]


def test_a_straight_line_has_a_place_too(filled):
    catalogue = filled.catalogue
    image = catalogue.page("sb48p005").image
    catalogue.replace_drawings(image, [LINE])
    catalogue.decide(["sb48p005d01"], kept=False)
    assert [d.kept for d in catalogue.replace_drawings(image, [ONE, LINE])] == [True, False]


def test_unchanged_drawings_keep_their_vectors_and_others_lose_them(filled):
    catalogue = filled.catalogue
    one, two = catalogue.drawings()
    catalogue.put_vectors("drawings", "net", {one.key: np.ones(3), two.key: np.zeros(3)})
    again = catalogue.replace_drawings(one.image, [TWO])
    assert [d.key for d in again] == [two.key]
    assert catalogue.vector_keys("drawings", "net") == {two.key}


def test_the_same_line_twice_is_two_drawings(filled):
    image = filled.catalogue.page("sb48p005").image
    made = filled.catalogue.replace_drawings(image, [ONE, ONE])
    assert len({d.key for d in made}) == 2


def test_a_clusters_number_is_on_its_drawings(filled):
    catalogue = filled.catalogue
    one, two = catalogue.drawings()
    catalogue.new_clustering("drawings", 2, [[0.0], [1.0]], {one.key: 1, two.key: 0}, "k")
    assert [d.cluster for d in catalogue.drawings()] == [1, 0]


def test_boxes_match_one_to_one_best_first():
    old = [(0.0, 0.0, 10.0, 10.0), (2.0, 0.0, 12.0, 10.0)]
    new = [(2.0, 0.0, 12.0, 10.0), (1.0, 0.0, 11.0, 10.0), (50.0, 50.0, 60.0, 60.0)]
    assert match_boxes(new, old) == [(0, 1), (1, 0)]
    assert match_boxes([], old) == []
