from __future__ import annotations

import pytest

from strokebook.base.errors import UsageError


@pytest.fixture
def filled(work, make):
    for path in (
        "sb9/art/010.jpg",
        "sb48/art/005.jpg",
        "sb48/art/005v2.jpg",
        "sb48/art/006--sneer.jpg",
        "sb48/art/0061.jpg",
        "sb48/notes/020.jpg",
        "sb48/priv/030.jpg",
    ):
        make(path)
    work.scan()
    return work.catalogue


def ids(pages) -> list[str]:
    return [page.id for page in pages]


def test_pages_come_by_sketchbook_and_number(filled):
    assert ids(filled.pages()) == [
        "sb9p010",
        "sb48p005",
        "sb48p005v2",
        "sb48p006--sneer",
        "sb48p020",
        "sb48p030",
        "sb48p061",
    ]


def test_every_argument_narrows(filled):
    filled.set_hand_label("sb48p005", "0_Drawings")
    filled.tag("sb48p005v2", "green")
    assert ids(filled.pages(book="sb9")) == ["sb9p010"]
    assert ids(filled.pages(kind="drawing")) == ["sb48p005"]
    assert ids(filled.pages(label="0_drawings")) == ["sb48p005"]
    assert ids(filled.pages(folder="notes")) == ["sb48p020"]
    assert ids(filled.pages(tag="favourite")) == ["sb48p005v2"]
    assert "sb48p030" not in ids(filled.pages(include_private=False))
    assert len(filled.pages(include_private=False)) == 6


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("sb48p005", "sb48p005"),
        ("SB48P005", "sb48p005"),
        ("sb48p005v2", "sb48p005v2"),
        ("sb48p006", "sb48p006--sneer"),
        ("sb9", "sb9p010"),
        ("sb48/art/006--sneer.jpg", "sb48p006--sneer"),
    ],
)
def test_a_page_is_known_by_its_id_its_path_or_a_beginning(filled, name, page):
    assert filled.page(name).id == page


def test_an_unclear_name_lists_what_it_could_be(filled):
    with pytest.raises(UsageError, match="sb48p005, sb48p005v2"):
        filled.page("sb48p00")


@pytest.mark.parametrize(("name", "hint"), [("sb48p0055", "sb48p005"), ("qqq", "strokebook pages")])
def test_an_unknown_name_gives_a_hint(filled, name, hint):
    with pytest.raises(UsageError, match=hint):
        filled.page(name)


def test_the_title_and_tags_of_a_page(filled):
    page = filled.page("sb48p006")
    assert (page.title, page.number, page.book) == ("sneer", 6, "sb48")
    assert filled.page("sb48p030").tags == {"private"}


def test_twenty_thousand_pages_are_listed_in_seconds(work):
    rows = [
        (f"sb{n // 100}/art/{n % 100:03d}.jpg", f"sb{n // 100}p{n % 100:03d}") for n in range(20000)
    ]
    with work.catalogue.transaction():
        work.catalogue.db.run_many(
            "INSERT INTO image (hash, state, width, height, format) VALUES (?, 'ok', 1, 1, 'JPEG')",
            [(path,) for path, _ in rows],
        )
        work.catalogue.db.run_many(
            "INSERT INTO page (path, id, book, number, image, size, mtime_ns, inode) "
            "VALUES (?, ?, 'sb', 1, ?, 1, 1, 1)",
            [(path, page, path) for path, page in rows],
        )
    work.catalogue.mint(path for path, _ in rows)
    work.catalogue.set_rule_labels({path: ("drawings", 0.9) for path, _ in rows})
    import time

    start = time.process_time()
    assert len(work.catalogue.pages(kind="drawing")) == 20000
    assert time.process_time() - start < 4
    start = time.process_time()
    assert work.catalogue.page("sb77p005").label == "drawings"
    assert time.process_time() - start < 0.2
