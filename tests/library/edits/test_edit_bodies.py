"""What an edit may say: a damaged one is told by the place, whatever file it came from."""

from __future__ import annotations

import pytest

from strokebook.library.edits.bodies import MalformedError, check_body

PAGE = {"page": 3, "id": "sb48p005", "image": "ab" * 16}


@pytest.mark.parametrize("fingerprint", ["", "0F" * 32])
def test_a_page_has_a_whole_fingerprint_or_none(fingerprint: str) -> None:
    assert check_body("page", {**PAGE, "fingerprint": fingerprint})["fingerprint"] == fingerprint


@pytest.mark.parametrize("fingerprint", ["0f" * 31, "0g" * 32, "0f" * 33, 7])
def test_a_damaged_fingerprint_is_told(fingerprint: object) -> None:
    with pytest.raises(MalformedError, match="fingerprint"):
        check_body("page", {**PAGE, "fingerprint": fingerprint})
