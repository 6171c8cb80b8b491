from __future__ import annotations

import numpy as np
import pytest

from strokebook.base.errors import Diagnostic, Severity, StrokebookError
from strokebook.library.catalogue.catalogue import Catalogue


@pytest.fixture
def catalogue():
    with Catalogue.open(":memory:") as opened:
        yield opened


def test_results_are_kept_by_stage_and_item(catalogue):
    assert catalogue.result("trace", "a") is None
    catalogue.put_result("trace", "a", "key1", 0.5, {"strokes": 3})
    catalogue.put_result("trace", "a", "key2", 0.7, {"strokes": 4})
    catalogue.put_result("trace", "b", "key3", 0.1, {})
    catalogue.put_result("join", "a", "key4", 0.1, {})
    found = catalogue.result("trace", "a")
    assert (found.key, found.seconds, found.summary) == ("key2", 0.7, {"strokes": 4})
    assert set(catalogue.results("trace")) == {"a", "b"}
    catalogue.forget_results("trace", ["a"])
    assert set(catalogue.results("trace")) == {"b"}
    catalogue.forget_results("trace")
    assert catalogue.results("trace") == {}
    assert set(catalogue.results("join")) == {"a"}


def test_a_summary_with_nan_is_refused(catalogue):
    with pytest.raises(ValueError, match="JSON"):
        catalogue.put_result("trace", "a", "k", 0.1, {"x": float("nan")})


def test_refusals_are_kept_listed_and_cleared(catalogue):
    bad, warning = (
        Diagnostic("p2", "is empty.", "Scan again."),
        Diagnostic("p1", "odd", "", severity=Severity.WARNING),
    )
    catalogue.put_diagnostics("trace", [bad], item="h2")
    catalogue.put_diagnostics("trace", [warning], item="h1")
    catalogue.put_diagnostics("scan", [bad])
    assert catalogue.diagnostics("trace") == [warning, bad]
    assert catalogue.diagnostics("trace", item="h2") == [bad]
    assert len(catalogue.diagnostics()) == 3
    catalogue.clear_diagnostics("trace", "h2")
    assert catalogue.diagnostics("trace") == [warning]
    catalogue.clear_diagnostics("trace")
    assert catalogue.diagnostics() == [bad]


@pytest.mark.parametrize("count", [3, 700])
def test_vectors_come_back_in_the_order_asked_for(catalogue, count):
    data = np.random.default_rng(1).normal(size=(count, 4)).astype(np.float32)
    keys = [f"k{n}" for n in range(count)]
    catalogue.put_vectors("pages", "net", dict(zip(keys, data, strict=True)))
    catalogue.put_vectors("pages", "other", {"k0": np.zeros(2)})
    found = catalogue.vectors("pages", "net", keys[::-1])
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, data[::-1])
    assert catalogue.vector_keys("pages", "net") == set(keys)
    assert catalogue.vectors("pages", "net", []).shape[0] == 0


def test_missing_and_broken_vectors_are_told(catalogue):
    with pytest.raises(StrokebookError, match="1 of 1 pages have no net vector"):
        catalogue.vectors("pages", "net", ["a"])
    with pytest.raises(StrokebookError, match="finite"):
        catalogue.put_vectors("pages", "net", {"a": [1.0, float("nan")]})


def test_a_map_takes_the_place_of_the_former(catalogue):
    catalogue.put_map("pages", {"a": (1, 2), "b": (3, 4)})
    catalogue.put_map("pages", {"a": np.array([5.0, 6.0])})
    catalogue.put_map("drawings", {"d": (0, 0)})
    assert catalogue.map_points("pages") == {"a": (5.0, 6.0)}


def test_writes_in_a_transaction_are_all_or_none(catalogue):
    with pytest.raises(ZeroDivisionError), catalogue.transaction():
        catalogue.put_result("trace", "a", "k", 0.1, {})
        raise ZeroDivisionError
    assert catalogue.results("trace") == {}
    with catalogue.transaction():
        catalogue.put_result("trace", "a", "k", 0.1, {})
        with pytest.raises(ZeroDivisionError), catalogue.transaction():
            catalogue.put_result("trace", "b", "k", 0.1, {})
            raise ZeroDivisionError
    assert set(catalogue.results("trace")) == {"a"}
