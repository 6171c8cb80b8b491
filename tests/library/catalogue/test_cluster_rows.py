from __future__ import annotations

import numpy as np
import pytest

from strokebook.base.errors import StrokebookError, UsageError
from strokebook.library.catalogue.catalogue import Catalogue

KEYS = [f"page{n}" for n in range(10)]


@pytest.fixture
def catalogue():
    with Catalogue.open(":memory:") as opened:
        yield opened


def cluster(catalogue, numbers, k=2, key="one"):
    members = dict(zip(KEYS, numbers, strict=False))
    return catalogue.new_clustering("pages", k, np.arange(2.0 * k).reshape(k, 2), members, key)


def names(catalogue):
    return {c.number: (c.name, c.name_source, c.size) for c in catalogue.clusters("pages")}


def test_a_clustering_comes_back_as_it_was(catalogue):
    assert catalogue.clustering("pages") is None
    assert catalogue.clusters("pages") == []
    cluster(catalogue, [0, 0, 1])
    found = catalogue.clustering("pages")
    assert (found.space, found.key, found.k) == ("pages", "one", 2)
    assert found.members == {"page0": 0, "page1": 0, "page2": 1}
    assert found.centroids.dtype == np.float32
    np.testing.assert_array_equal(found.centroids, [[0, 1], [2, 3]])
    assert catalogue.clustering("drawings") is None


def test_a_rule_never_renames_what_the_artist_named(catalogue):
    cluster(catalogue, [0, 0, 1])
    catalogue.name_cluster("pages", [0], "watercolours", "hand")
    catalogue.name_cluster("pages", [0, 1], "drawings", "rule")
    assert names(catalogue) == {0: ("watercolours", "hand", 2), 1: ("drawings", "rule", 1)}
    catalogue.name_cluster("pages", [0, 1], None, "rule")
    assert names(catalogue) == {0: ("watercolours", "hand", 2), 1: (None, None, 1)}
    catalogue.name_cluster("pages", [0], None, "hand")
    assert names(catalogue)[0] == (None, None, 2)


def test_hand_names_go_to_clusters_with_most_of_their_members(catalogue):
    cluster(catalogue, [0] * 6 + [1] * 4)
    catalogue.name_cluster("pages", [0], "drawings", "hand")
    catalogue.name_cluster("pages", [1], "notes", "rule")
    # Cluster 2 has 3 of 5 from "drawings" (60 %), cluster 0 has 3 of 5 unnamed and 2 "drawings"...
    cluster(catalogue, [2, 2, 2, 0, 0, 1, 2, 2, 0, 0], k=3, key="two")
    assert names(catalogue) == {
        0: (None, None, 4),
        1: ("drawings", "hand", 1),
        2: ("drawings", "hand", 5),
    }


def test_a_name_survives_a_clustering_that_mixes_it(catalogue):
    cluster(catalogue, [0, 0, 1, 1, 1, 1])
    catalogue.name_cluster("pages", [0], "drawings", "hand")
    cluster(catalogue, [0] * 6, k=1, key="mixed")
    assert names(catalogue) == {0: (None, None, 6)}
    cluster(catalogue, [1, 1, 0, 0, 0, 0], key="again")
    assert names(catalogue) == {0: (None, None, 4), 1: ("drawings", "hand", 2)}


def test_new_items_join_clusters_and_carry_their_names_on(catalogue):
    cluster(catalogue, [0, 1])
    catalogue.name_cluster("pages", [1], "drawings", "hand")
    catalogue.assign_members("pages", {"new1": 1, "new2": 1})
    assert names(catalogue)[1] == ("drawings", "hand", 3)
    catalogue.new_clustering("pages", 1, [[0.0, 0.0]], {"new1": 0, "new2": 0}, "two")
    assert names(catalogue)[0][0] == "drawings"


def test_unknown_clusters_are_told(catalogue):
    with pytest.raises(UsageError, match="no clusters of pages yet"):
        catalogue.name_cluster("pages", [0], "x", "hand")
    cluster(catalogue, [0, 1])
    with pytest.raises(UsageError, match="0 to 1"):
        catalogue.name_cluster("pages", [0, 7], "x", "hand")
    assert names(catalogue)[0][0] is None
    with pytest.raises(StrokebookError):
        cluster(catalogue, [0, 5])
    with pytest.raises(StrokebookError):
        catalogue.new_clustering("pages", 3, [[0.0]], {}, "x")


def scanned(catalogue, n=6):
    for key in KEYS[:n]:
        catalogue.db.run("INSERT INTO image (hash, state) VALUES (?, 'ok')", (key,))
    catalogue.put_vectors("pages", "net", {k: [float(i), 0.0] for i, k in enumerate(KEYS[:n])})


def numbers(catalogue):
    clustering = catalogue.clustering("pages")
    return [clustering.members.get(key) for key in KEYS[:6]]


def test_a_merge_by_hand_holds_over_a_new_clustering_until_it_is_undone(catalogue):
    scanned(catalogue)
    cluster(catalogue, [0, 0, 1, 1, 2, 2], k=3)
    catalogue.group_items("pages", {1: KEYS[2:6]})
    assert numbers(catalogue) == [0, 0, 1, 1, 1, 1]
    assert [c.number for c in catalogue.clusters("pages")] == [0, 1]
    np.testing.assert_array_equal(catalogue.clustering("pages").centroids[1], [3.5, 0])
    with pytest.raises(UsageError, match="0 to 1"):
        catalogue.name_cluster("pages", [2], "x", "hand")
    cluster(catalogue, [1, 1, 0, 0, 0, 2], k=3, key="two")
    assert numbers(catalogue) == [1, 1, 1, 1, 1, 1]
    catalogue.undo(catalogue.next_undo(1))
    assert numbers(catalogue) == [1, 1, 0, 0, 0, 2]
    catalogue.redo(catalogue.next_redo(1))
    assert numbers(catalogue) == [1, 1, 1, 1, 1, 1]


def test_a_split_begins_a_cluster_and_undo_brings_the_old_one_back(catalogue):
    scanned(catalogue)
    cluster(catalogue, [0, 0, 0, 0, 1, 1])
    before = catalogue.clustering("pages").centroids
    catalogue.group_items("pages", {0: KEYS[:2], 2: KEYS[2:4]})
    assert numbers(catalogue) == [0, 0, 2, 2, 1, 1]
    centroids = catalogue.clustering("pages").centroids
    np.testing.assert_array_equal(centroids[[0, 2]], [[0.5, 0], [2.5, 0]])
    np.testing.assert_array_equal(centroids[1], before[1])
    catalogue.undo(catalogue.next_undo(1))
    assert numbers(catalogue) == [0, 0, 0, 0, 1, 1]
    np.testing.assert_array_equal(catalogue.clustering("pages").centroids[0], [1.5, 0])
    assert [c.number for c in catalogue.clusters("pages")] == [0, 1]


def test_items_in_no_cluster_stay_in_none(catalogue):
    cluster(catalogue, [0, 0, None, 1])
    clustering = catalogue.clustering("pages")
    assert clustering.outside == {"page2"}
    assert clustering.members == {"page0": 0, "page1": 0, "page3": 1}
    catalogue.assign_members("pages", {"new": None})
    assert catalogue.clustering("pages").outside == {"page2", "new"}
    assert names(catalogue)[0][2] == 2


def test_a_named_cluster_that_goes_on_keeps_its_name_although_others_join(catalogue):
    cluster(catalogue, [0] * 5 + [1] * 4)
    catalogue.name_cluster("pages", [0], "faces", "hand")
    # 5 of 9 (56 %) were faces, and all faces are in it: it goes on under its number.
    cluster(catalogue, [0] * 9, key="two")
    assert names(catalogue) == {0: ("faces", "hand", 9)}
    # As many, but of another number: not the cluster of that name.
    catalogue.name_cluster("pages", [0], None, "hand")
    cluster(catalogue, [0] * 5 + [1] * 4, key="three")
    catalogue.name_cluster("pages", [0], "faces", "hand")
    cluster(catalogue, [1] * 9, key="four")
    assert names(catalogue) == {1: (None, None, 9)}


def test_gaps_in_the_numbers_are_told(catalogue):
    scanned(catalogue)
    cluster(catalogue, [0, 1, 2, 3, 4, 4], k=5)
    catalogue.group_items("pages", {0: [KEYS[0], KEYS[2]]})
    with pytest.raises(UsageError, match="0 to 1 and 3 to 4"):
        catalogue.name_cluster("pages", [2], "x", "hand")
