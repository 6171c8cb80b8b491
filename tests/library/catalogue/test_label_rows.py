from __future__ import annotations

import pytest

from strokebook.base.errors import UsageError


@pytest.fixture
def catalogue(work, make):
    for number in range(4):
        make(f"sb48/art/00{number}.jpg", seed=number)
    make("sb48/priv/009.jpg", seed=9)
    work.scan()
    return work.catalogue


def test_hand_wins_over_cluster_wins_over_rule(catalogue):
    image = catalogue.page("sb48p001").image

    def label():
        page = catalogue.page("sb48p001")
        return page.label, page.label_source, page.confidence

    assert label() == (None, None, None)
    catalogue.set_rule_labels({image: ("notes", 0.7)})
    assert label() == ("notes", "rule", 0.7)
    catalogue.new_clustering("pages", 2, [[0, 0], [1, 1]], {image: 1}, "k")
    assert label() == ("notes", "rule", 0.7)
    catalogue.name_cluster("pages", [1], "watercolours", "rule")
    assert label() == ("watercolours", "cluster", None)
    assert catalogue.page("sb48p001").cluster == 1
    catalogue.set_hand_label("sb48p001", "Drawing")
    assert label() == ("Drawing", "hand", None)
    assert catalogue.page("sb48p001").kind == "drawing"
    catalogue.clear_hand_label("sb48p001")
    assert label() == ("watercolours", "cluster", None)


def test_many_hand_labels_are_all_or_none(catalogue):
    with pytest.raises(UsageError):
        catalogue.set_hand_labels({"sb48p001": "drawings", "sb48p777": "notes"})
    assert catalogue.page("sb48p001").label is None
    done = catalogue.set_hand_labels({"sb48p001": "drawings", "sb48p002": "notes"})
    assert [page.label for page in done] == ["drawings", "notes"]


def test_a_label_that_is_no_folder_is_refused(catalogue):
    with pytest.raises(UsageError, match="folders"):
        catalogue.set_hand_label("sb48p001", "../x")


def test_tagging_private_makes_a_page_private_until_it_is_untagged(catalogue):
    assert catalogue.tag("sb48p001", "red").private
    assert catalogue.page("sb48p001").image in catalogue.private_hashes()
    assert not catalogue.untag("sb48p001", "private").private


def test_what_a_folder_says_cannot_be_untagged(catalogue):
    with pytest.raises(UsageError, match="lies in 'priv'"):
        catalogue.untag("sb48p009", "private")
