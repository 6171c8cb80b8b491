from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strokebook.library.disk.page_ids import assign, parse


@pytest.mark.parametrize(
    ("path", "page", "book", "number", "title", "folder"),
    [
        ("sb48/art/005.jpg", "sb48p005", "sb48", 5, None, "art"),
        ("sb48/art/5.jpg", "sb48p005", "sb48", 5, None, "art"),
        ("sb48/art/005v2.jpg", "sb48p005v2", "sb48", 5, None, "art"),
        ("sb48/art/005--sneer.jpg", "sb48p005--sneer", "sb48", 5, "sneer", "art"),
        ("sb48/art/005v2--A Sneer!.png", "sb48p005v2--a-sneer", "sb48", 5, "A Sneer!", "art"),
        ("SB48/Art/005.JPG", "sb48p005", "sb48", 5, None, "art"),
        ("Sketchbook 48/notes/1234.jpg", "sb48p1234", "sb48", 1234, None, "notes"),
        ("sb48/art/old/005.jpg", "sb48p005", "sb48", 5, None, "art"),
        ("archive/sb48/Covers/001.jpg", "sb48p001", "sb48", 1, None, "cover"),
        ("sb48/005.jpg", "sb48p005", "sb48", 5, None, None),
        ("sb48p005.jpg", "sb48p005", "sb48", 5, None, None),
        ("art/sb48p005--sneer.jpg", "sb48p005--sneer", "sb48", 5, "sneer", "art"),
        ("notes/sb48p005~notes.jpg", "sb48p005~notes", "sb48", 5, None, "notes"),
        ("sb48/priv/art/005.jpg", "sb48p005", "sb48", 5, None, "priv"),
        ("private/sb48/art/005.jpg", "sb48p005", "sb48", 5, None, "priv"),
    ],
)
def test_page_numbers_are_read_without_a_warning(path, page, book, number, title, folder):
    name = parse(path)
    assert (name.id, name.book, name.number) == (page, book, number)
    assert (name.title, name.folder, name.warning) == (title, folder, None)


def test_a_root_that_is_one_sketchbook_gives_the_book():
    assert parse("art/005.jpg", root_name="sb48").id == "sb48p005"
    assert parse("005.jpg", root_name="priv").folder == "priv"


@pytest.mark.parametrize(
    ("path", "page", "book"),
    [
        ('Italy 2019/my "best" face 🎨.jpg', "italy-2019-my-best-face", "italy-2019"),
        ("sb48/art/IMG_1234.jpg", "sb48-img-1234", "sb48"),
        ("holiday.jpg", "loose-holiday", "loose"),
        ("art/holiday.jpg", "loose-holiday", "loose"),
    ],
)
def test_other_names_give_a_slug_and_a_warning_that_says_how_to_rename(path, page, book):
    name = parse(path)
    assert (name.id, name.book, name.number) == (page, book, None)
    assert name.warning is not None
    assert not name.warning.is_error
    assert name.warning.subject == path
    assert page in name.warning.remedy


def test_a_number_outside_a_numbered_book_keeps_its_number_and_is_told_once_a_folder():
    named, warnings = assign(["Italy/art/005.jpg", "Italy/art/006.jpg"])
    assert named["Italy/art/005.jpg"].id == "italy-005"
    assert named["Italy/art/005.jpg"].number == 5
    assert [r.subject for r in warnings] == ["Italy/art"]


def test_emoji_names_differ_and_stay_the_same():
    one, two = parse("sb48/art/🎨.jpg").id, parse("sb48/art/😀.jpg").id
    assert one != two
    assert one == parse("sb48/art/🎨.jpg").id


def test_composed_and_decomposed_names_are_one():
    assert parse("sb48/art/日\u00e9.jpg").id == parse("sb48/art/日e\u0301.jpg").id


def test_of_two_claims_the_first_folder_keeps_the_plain_id():
    paths = ["sb48/notes/005.jpg", "sb48/art/005.png", "sb48/priv/005.jpg", "sb48/art/005.jpg"]
    named, warnings = assign(paths)
    assert {path: name.id for path, name in named.items()} == {
        "sb48/art/005.jpg": "sb48p005",
        "sb48/art/005.png": "sb48p005~png",
        "sb48/notes/005.jpg": "sb48p005~notes",
        "sb48/priv/005.jpg": "sb48p005~priv",
    }
    assert {r.subject for r in warnings} == set(paths) - {"sb48/art/005.jpg"}


def test_claims_from_like_folders_are_numbered():
    named, _ = assign(["a/sb48/art/005.jpg", "b/sb48/art/005.jpg", "c/sb48/art/005.jpg"])
    assert [n.id for n in named.values()] == ["sb48p005", "sb48p005~art", "sb48p005~2"]


parts = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/"), min_size=1, max_size=8
).filter(lambda text: text.strip(". ") != "")
words = st.sampled_from(
    ["sb48", "SB48", "sb9", "art", "notes", "priv", "005", "5", "005v2", "x--y"]
)
files = st.builds(
    lambda folders, stem, suffix: "/".join([*folders, stem + suffix]),
    st.lists(words | parts, max_size=3),
    words | parts,
    st.sampled_from([".jpg", ".JPG", ".png"]),
)


@given(st.lists(files, unique=True, max_size=12), st.randoms(use_true_random=False))
def test_ids_are_unique_safe_and_do_not_depend_on_the_order(paths, rng: random.Random):
    named, _ = assign(paths)
    ids = [named[path].id for path in paths]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9~-]*", i) for i in ids)
    shuffled = list(paths)
    rng.shuffle(shuffled)
    assert assign(shuffled)[0] == named
