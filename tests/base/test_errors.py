from __future__ import annotations

import pickle

from strokebook.base.errors import InputRefused, StrokebookError, UsageError


def test_an_error_says_reason_and_remedy() -> None:
    assert str(StrokebookError("It broke.", "Mend it.")) == "It broke. Mend it."
    assert str(InputRefused("a.jpg", "is empty.", "Scan it.").diagnostic) == (
        "a.jpg: is empty. Scan it."
    )


def test_errors_travel_between_processes() -> None:
    refused = pickle.loads(pickle.dumps(InputRefused("a.jpg", "is empty.", "Scan it.")))
    assert (refused.subject, refused.bare_reason, refused.remedy) == (
        "a.jpg",
        "is empty.",
        "Scan it.",
    )
    assert str(pickle.loads(pickle.dumps(UsageError("No.", "Yes.")))) == "No. Yes."


def test_a_reason_is_one_line_however_long_what_a_file_says() -> None:
    error = InputRefused("a.svg", "asks for\n" + "x" * 100_000 + " end.", "Save it again.")
    assert len(str(error)) < 700 and "\n" not in str(error)
    assert str(error).startswith("a.svg: asks for xxx") and "end. Save" in str(error)
    assert len(str(error.diagnostic)) < 700
