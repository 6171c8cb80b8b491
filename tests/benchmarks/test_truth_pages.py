"""The truth benchmark's drawings and pages, and the report made of them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks.truth.cases import Case, human, knots, people, several
from benchmarks.truth.crossings import crossing_points
from benchmarks.truth.engines import RECIPE, available, options_with, trace_page
from benchmarks.truth.measures import measure
from benchmarks.truth.pictures import worst_sheet
from benchmarks.truth.rendering import render_case
from benchmarks.truth.report import report, write_json
from benchmarks.truth.running import Job, Result, work
from strokebook.tracing.page import PageImage

DOTTED = Case(
    "several",
    "a line and a dot",
    7,
    (
        np.array([(0, 0), (200, 0), (200, 150)], np.float32),
        np.array([(50, 100)], np.float32),
    ),
)


def test_knots_have_as_many_crossings_as_they_say():
    cases = knots(6, seed=2)
    assert all(8 <= len(crossing_points(c.strokes)) <= 60 for c in cases)
    assert all(np.ptp(c.strokes[0], axis=0).max() == pytest.approx(200, abs=1e-3) for c in cases)
    again = knots(6, seed=2)
    assert all(
        np.array_equal(a.strokes[0], b.strokes[0]) for a, b in zip(cases, again, strict=True)
    )
    assert not np.array_equal(cases[0].strokes[0], knots(1, seed=3)[0].strokes[0])


def test_quickdraw_families(shared, monkeypatch):
    monkeypatch.setenv("STROKEBOOK_SHARED", str(shared))
    for case in human(3, seed=1):
        assert len(case.strokes) == 1
        assert len(crossing_points(case.strokes)) >= 3
    assert all(4 <= len(c.strokes) <= 12 for c in several(3, seed=1))


def test_a_missing_quickdraw_file_is_reported(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("STROKEBOOK_SHARED", str(tmp_path))
    assert human(3, seed=1) == []
    assert "STROKEBOOK_SHARED" in capsys.readouterr().out


@pytest.mark.parametrize("case", [DOTTED, *people(2, seed=4)])
def test_the_ink_lies_on_the_truth(case):
    page = render_case(case)
    assert np.array_equal(page.pixels, render_case(case).pixels)
    grey = page.pixels.mean(axis=2)
    for stroke in case.strokes:
        x, y = np.rint(page.to_pixels(stroke) - 0.5).astype(int).T
        assert np.median(grey[y, x]) < 0.75 * np.median(grey)
        assert np.allclose(page.to_units(page.to_pixels(stroke)), stroke, atol=1e-4)


def perfect(case: Case, way: str = "best") -> Result:
    page = render_case(case)
    strokes = tuple(s.astype(np.float64) for s in case.strokes)
    pen = page.pen / page.scale
    return Result(case, way, strokes, pen, measure(strokes, strokes, pen), 1.0, 1.0, 2.0, "")


def test_report_and_json(tmp_path):
    case = knots(1, seed=1)[0]
    lost = Result(case, "lost", (), 1.0, None, 0.0, 0.0, 2.0, "ValueError: no")
    text = report([perfect(case), lost])
    assert "lost, " + case.name + ": ValueError: no" in text
    wanted = next(line for line in text.splitlines() if line.startswith("order error, knots"))
    assert "0.000 ok" in wanted
    write_json([perfect(case), lost], tmp_path / "all.json", {"n": 1})
    kept = json.loads((tmp_path / "all.json").read_text())
    assert kept["cases"][0]["straight"] == 1.0
    assert kept["cases"][1]["failure"] == "ValueError: no"
    assert {row["family"] for row in kept["summary"]} == {"knots", "all"}


def test_the_worst_come_first_and_a_failure_is_the_worst():
    case = knots(1, seed=1)[0]
    lost = Result(case, "lost", (), 1.0, None, 0.0, 0.0, 2.0, "ValueError: no")
    assert worst_sheet([perfect(case), lost], 10, "both").width > 6 * 400


def test_a_crash_of_an_engine_is_a_result(monkeypatch):
    from strokebook.tracing import registry

    class Broken:
        def trace(self, page):
            raise ValueError("broken")

    monkeypatch.setitem(registry.ENGINES, "broken", lambda options, route: Broken())
    page = PageImage.of(np.full((40, 40), 255, np.uint8))
    outcome = trace_page(page, ["broken"], options_with({}))["broken"]
    assert outcome.failure == "ValueError: broken"


def test_engines_that_are_missing_are_reported(capsys):
    assert available(["no such engine"]) == []
    assert "no such engine" in capsys.readouterr().out


def test_autotrace_and_the_recipe_on_a_plain_page():
    pytest.importorskip("autotrace", reason="pyautotrace is not installed")
    case = Case("human", "a bow", 3, (np.array([(0, 0), (100, 90), (200, 0)], np.float32),))
    ways = ("autotrace", "autotrace" + RECIPE)
    results = work(Job(case, ways, options_with({})))
    assert [r.way for r in results] == list(ways)
    assert all(r.measures.f_unit > 0.98 for r in results)
    assert all(r.measures.strokes == 1 and r.measures.order < 1 for r in results)
    assert all(r.seconds > 0 for r in results)
