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
