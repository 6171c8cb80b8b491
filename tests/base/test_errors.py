from __future__ import annotations

import pickle

from strokebook.base.errors import InputRefused, StrokebookError, UsageError


def test_an_error_says_reason_and_remedy() -> None:
    assert str(StrokebookError("It broke.", "Mend it.")) == "It broke. Mend it."
    assert str(InputRefused("a.jpg", "is empty.", "Scan it.").refusal) == (
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
