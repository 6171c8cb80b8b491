"""What an edit may say: a damaged one is told by the place, whatever file it came from."""

from __future__ import annotations

import pytest

from strokebook.library.edits.bodies import MalformedError, check_body, target_of

PAGE = {"page": 3, "id": "sb48p005", "image": "ab" * 16}


@pytest.mark.parametrize("fingerprint", ["", "0F" * 32])
def test_a_page_has_a_whole_fingerprint_or_none(fingerprint: str) -> None:
    assert check_body("page", {**PAGE, "fingerprint": fingerprint})["fingerprint"] == fingerprint


@pytest.mark.parametrize("fingerprint", ["0f" * 31, "0g" * 32, "0f" * 33, 7])
def test_a_damaged_fingerprint_is_told(fingerprint: object) -> None:
    with pytest.raises(MalformedError, match="fingerprint"):
        check_body("page", {**PAGE, "fingerprint": fingerprint})


def test_a_date_is_of_a_page_or_of_a_sketchbook():
    page = check_body("date", {"page": 3, "first": "2019-05-01", "last": "2019-05-31"})
    assert page["source"] == "hand"
    assert target_of("date", page) == "3 hand"
    book = {"book": "sb48", "page": 3, "source": "read", "first": None, "last": None}
    assert target_of("date", check_body("date", book)) == "book sb48 read"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"first": "2019-05-01", "last": "2019-05-31"}, "'page'"),
        ({"page": 3, "first": "2019-05-01", "last": "2019-04-30"}, "not before"),
        ({"page": 3, "first": "2019-05-01"}, "not before"),
        ({"page": 3, "first": "2019-02-30", "last": "2019-03-30"}, "such as"),
        ({"page": 3, "source": "file", "first": None, "last": None}, "source"),
        ({"book": "", "first": None, "last": None}, "name"),
    ],
)
def test_a_date_that_cannot_be_meant_is_told(body: dict[str, object], says: str) -> None:
    with pytest.raises(MalformedError, match=says):
        check_body("date", body)
