from __future__ import annotations

from dataclasses import dataclass

import pytest

from strokebook.base.errors import UsageError
from strokebook.base.options import build, option


@dataclass(frozen=True)
class Sample:
    distance: float = option(15.0, "How near.", low=0, high=200)
    count: int = option(3, "How many.", low=1)
    mode: str = option("fast", "Which way.", choices=("fast", "slow"))
    path: str | None = option(None, "Where.")
    sizes: tuple[int, ...] = option((1, 2), "Which sizes.")
    on: bool = option(False, "Whether.")


def test_values_are_taken_and_the_rest_is_default() -> None:
    made = build(Sample, {"distance": 20, "sizes": [4], "path": "x", "on": True}, "here")
    assert made == Sample(distance=20.0, sizes=(4,), path="x", on=True)
    assert isinstance(made.distance, float)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"distnace": 1}, "Did you mean 'distance'"),
        ({"distance": 300}, "at most 200, not 300"),
        ({"distance": float("nan")}, "at least 0"),
        ({"count": 0}, "at least 1, not 0"),
        ({"count": 1.5}, "type int"),
        ({"count": True}, "type int"),
        ({"mode": "slw"}, "Did you mean 'slow'"),
        ({"sizes": 3}, "should be a list"),
        ({"sizes": ["a"]}, "type int"),
    ],
)
def test_wrong_values_are_refused_with_a_sentence(values: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        build(Sample, values, "strokebook.toml [join]")
    assert "strokebook.toml [join]" in str(caught.value)


def test_an_empty_string_stands_for_no_value() -> None:
    assert build(Sample, {"path": ""}, "here").path is None
