"""The browser benchmarks' arithmetic; nothing here is timed."""

from __future__ import annotations

import math

import pytest

from benchmarks.browser import page_speed, peer
from benchmarks.browser.measures import median, percentile, ratio, table


def test_percentiles_lie_between_their_neighbours() -> None:
    times = [16.0, 17.0, 18.0, 50.0]
    assert median(times) == 17.5
    assert percentile(times, 100) == 50.0
    assert 18.0 < percentile(times, 95) < 50.0
    assert math.isnan(percentile([], 95))


def test_a_ratio_to_nothing_is_not_known() -> None:
    assert ratio(30.0, 3.0) == 10.0
    assert math.isnan(ratio(30.0, float("nan"))) and math.isnan(ratio(30.0, 0.0))


def test_a_table_has_columns_of_even_width() -> None:
    assert table(("model", "ms"), [("a", "7"), ("longer", "1200")]) == (
        "model     ms\na          7\nlonger  1200"
    )


def test_a_row_of_the_page_has_medians_and_the_first_stroke() -> None:
    line = {
        "model": "m", "page_bytes": 3_000_000, "slow": "none", "slower": 1.04,
        "first_ink": [90.0, 60.0, 70.0], "rates": [300.0, 320.0], "frames": [16.7, 16.7, 33.3],
    }  # fmt: skip
    row = page_speed.row(line)
    assert len(row) == len(page_speed.HEAD)
    assert row == ["m (3.0 MB)", "none", "70 (90)", "310 (300)", "16.7", "31.6", "33.3", "1.0"]


@pytest.mark.parametrize("backends", [["cpu"], []])
def test_the_ratio_is_to_the_fastest_backend_or_unknown(backends: list[str]) -> None:
    rates = {"ours": [3000.0], "ours, one": [800.0]} | {name: [150.0] for name in backends}
    sizes = {"ours": 40_000, "theirs": 240_000}
    said = peer.report({"kernel": "wasm", "rates": rates, "backends": backends, "sizes": sizes})
    assert ("ratio to its fastest: 20.0" in said) == bool(backends)
    assert "webgl: does not work here" in said and "1/6.0" in said
