"""``similar`` over a finished project: every kind of question, what is kept, what goes."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks.seeing.drawing_queries import beginning, move, re_ink
from strokebook.cli.main import app
from strokebook.geometry.render import render
from strokebook.geometry.svg.io import write_svg
from strokebook.library.catalogue.records import DrawingRecord
from strokebook.pipeline.editing import curate
from strokebook.pipeline.project import Project, open_project
from strokebook.pipeline.removal.purge import purge
from strokebook.pipeline.seeing import drawing_index
from strokebook.pipeline.seeing.drawing_index import INK, LINE, MODEL, SPACE, index_drawings
from strokebook.pipeline.seeing.search import find_similar, understand
from strokebook.pipeline.seeing.search_sheet import draw_sheet
from strokebook.pipeline.stages.dataset_figures import figure_names
from strokebook.pipeline.stages.figures import load_figure

from place import Place

Ask = Callable[..., dict[str, object]]


@pytest.fixture
def ask(copy: Place) -> Ask:
    def ask(*words: str) -> dict[str, object]:
        result = CliRunner().invoke(app, ["similar", *words, "--json", "-p", str(copy.project)])
        assert result.exception is None, result.output
        answer = json.loads(result.stdout)
        assert isinstance(answer, dict)
        return answer

    return ask


def backbones(project: Project) -> dict[str, int]:
    rows = project.catalogue.db.rows(
        "SELECT backbone, count(*) AS n FROM vector WHERE space = ? GROUP BY backbone", (SPACE,)
    )
    return {row["backbone"].partition(":")[0]: row["n"] for row in rows}


def some_drawing(project: Project) -> DrawingRecord:
    """Of those that the model learnt from, the one with the most points."""
    learnt = set(figure_names(project, "train"))
    drawings = [d for d in project.catalogue.drawings() if d.id in learnt]
    return max(drawings, key=lambda d: d.points)


def test_each_kind_of_question_finds_its_drawing(copy: Place, ask: Ask, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    with open_project(copy.project) as project:
        record = some_drawing(project)
        drawing = load_figure(project, record)
    start, photo = tmp_path / "start.svg", tmp_path / "photo.png"
    write_svg(beginning(drawing, rng), start)
    flipped = move(re_ink(drawing, rng, 0.004), 1.0, mirrored=True)
    render(flipped, (500, 700), 4.0).save(photo)

    begins_so = ask(str(start), "-n", "3")
    assert (begins_so["kind"], begins_so["wanted"]) == ("strokes", "drawings")
    assert begins_so["similar"][0]["drawing"] == record.id  # type: ignore[index]

    seen = ask(str(photo), "--drawings", "-o", str(tmp_path / "sheet.png"))
    best = seen["similar"][0]  # type: ignore[index]
    assert (best["drawing"], best["mirrored"]) == (record.id, True)
    assert (tmp_path / "sheet.png").exists()

    itself = ask(record.id)
    ids = [hit["drawing"] for hit in itself["similar"]]  # type: ignore[attr-defined, union-attr]
    assert record.id not in ids
    assert ids
    scores = [hit["score"] for hit in itself["similar"]]  # type: ignore[attr-defined, union-attr]
    assert scores == sorted(scores, reverse=True)
    sheet = copy.project / "pictures" / "similar" / f"{record.id}-drawings.jpg"
    assert itself["sheet"] == str(sheet)
    assert sheet.exists()

    pages = ask(record.page, "-n", "2")
    assert len(pages["similar"]) == 2  # type: ignore[arg-type]
    assert record.page not in [hit["page"] for hit in pages["similar"]]  # type: ignore[attr-defined, union-attr]


def test_vectors_are_made_once_and_a_killed_indexing_goes_on(
    copy: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing_index, "BATCH", 2)
    measured: list[object] = []
    real = drawing_index.measure_drawing

    def dying(drawing: object) -> object:
        if len(measured) == 5:
            raise KeyboardInterrupt
        measured.append(drawing)
        return real(drawing)  # type: ignore[arg-type]

    monkeypatch.setattr(drawing_index, "measure_drawing", dying)
    with open_project(copy.project) as project:
        records = project.catalogue.drawings()
        with pytest.raises(KeyboardInterrupt):
            index_drawings(project, records)
        assert backbones(project) == {LINE: 4, INK: 4, "model-1": 4}
        measured.clear()
        measured += [None] * 100
        index = index_drawings(project, records)
        assert len(measured) == 100 + len(records) - 4
        again = index_drawings(project, records)
    assert len(measured) == 100 + len(records) - 4
    assert len(again.store) == len(index.store) == len(records)


def test_what_a_drawing_is_sought_by_goes_with_its_page_and_with_the_model(copy: Place) -> None:
    with open_project(copy.project) as project:
        record = some_drawing(project)
        index = index_drawings(project, project.catalogue.drawings())
        asked = understand(project, record.id)
        sheet = draw_sheet(project, find_similar(project, asked, 3))
        assert sheet.exists()
        on_page = {d.key for d in index.records if d.page == record.page}
        curate.tag(project, [record.page], "private")
        project.catalogue.confirm_purges()
        purge(project)
        assert not sheet.exists()
        kept = project.catalogue.vector_keys(SPACE, LINE)
        assert kept
        assert not kept & on_page
        assert not project.catalogue.vector_keys(SPACE, INK) & on_page
        # The page was learnt from: the model is gone, and so is what it said of any drawing.
        assert set(backbones(project)) == {LINE, INK}
        after = index_drawings(project, project.catalogue.drawings())
        assert not {d.key for d in after.records} & on_page


def test_a_page_that_becomes_private_while_it_is_measured_leaves_no_vector(
    copy: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_project(copy.project) as project:
        record = some_drawing(project)
        real = drawing_index.model_table

        def slow(*arguments: object) -> object:
            curate.tag(project, [record.page], "private")
            return real(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(drawing_index, "model_table", slow)
        index = index_drawings(project, project.catalogue.drawings())
        assert record.key not in project.catalogue.vector_keys(SPACE, LINE)
        assert record.key not in {d.key for d in index.records}


def test_another_models_vectors_go_when_the_next_are_made(
    copy: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_project(copy.project) as project:
        records = project.catalogue.drawings()
        model = index_drawings(project, records).model
        monkeypatch.setattr(drawing_index, "search_model", lambda _: replace(model, key="new"))
        index_drawings(project, records)
        rows = project.catalogue.db.rows(
            "SELECT DISTINCT backbone FROM vector WHERE space = 'search'"
        )
    assert {r["backbone"] for r in rows} == {LINE, INK, f"{MODEL}new"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nothing.jpg",), "There is no file nothing.jpg."),
        (("sb99p001",), "sb99p001"),
        (("sb48p002d99",), "There is no drawing 'sb48p002d99'."),
        (("sb48p002", "-o", "sheet.txt"), "should end in .jpg or .png"),
    ],
)
def test_what_is_not_there_is_told(copy: Place, words: tuple[str, ...], sentence: str) -> None:
    result = CliRunner().invoke(app, ["similar", *words, "-p", str(copy.project)])
    assert sentence in str(result.exception)


def test_a_private_page_is_not_asked_for(copy: Place) -> None:
    with open_project(copy.project) as project:
        page = some_drawing(project).page
        curate.tag(project, [page], "private")
    for name in (page, f"{page}d01"):
        result = CliRunner().invoke(app, ["similar", name, "-p", str(copy.project)])
        assert result.exception is not None
        assert f"{page} is private" in str(result.exception) or f"{page}d" in str(result.exception)
        assert "Sheet" not in result.output
