import json
from pathlib import Path

from PIL import Image

from strokebook.figures.prepare_page import prepare_page
from strokebook.geometry.svg.io import read_drawing
from strokebook.library.catalogue.records import Page
from strokebook.pipeline.project import open_project
from strokebook.pipeline.stage import page_file
from strokebook.pipeline.stages.trace import (
    TraceJob,
    scaled_trace,
    trace_file,
    trace_key,
    trace_one,
    traceable,
)
from strokebook.routing.route import RouteOptions
from strokebook.tracing.options import TraceOptions

from place import Place


def page(name: str) -> Page:
    return Page(
        id=name, book="sb1", number=1, title=None, path=f"{name}.png", folder="art", image="x",
        width=200, height=150, format="PNG", tags=frozenset(), private=False, label="drawing",
        label_source="hand", confidence=None, cluster=None, copy_of=None, present=True,
    )  # fmt: skip


def test_a_page_is_as_large_on_paper_as_its_dpi_says(copy: Place) -> None:
    with open_project(copy.project) as project:
        page = next(p for p in traceable(project) if trace_file(project, p).exists())
        key, stored = trace_key(project, page), trace_file(project, page)
    svg = copy.project / "traces" / f"{page.id}.svg"
    figure = next((copy.project / "drawings").glob(f"{page.id}d*.svg"))
    for path in (stored, svg, figure):
        assert read_drawing(path).meta == {"dpi": 171}
        assert read_drawing(path).size == (page.width, page.height)
    assert f'width="{page.width / 171 * 25.4:.3f}mm"' in svg.read_text("utf-8")

    # As a former version left it: the trace is kept, and the scan asked when files are written.
    old = json.loads(stored.read_text("utf-8"))
    del old["dpi"]
    stored.write_text(json.dumps(old))
    svg.unlink()
    figure.unlink()
    outcomes = copy.run("figures")
    assert outcomes["trace"].worked == 0
    assert read_drawing(stored).meta == {}
    for path in (svg, figure):
        assert read_drawing(path).meta == {"dpi": 171}
    with open_project(copy.project) as project:
        assert trace_key(project, page) == key
        page_file(project, page).unlink()
        assert scaled_trace(project, page).meta == {}  # the scan is away: as it was


def test_a_blank_page_is_an_empty_drawing_with_a_warning(tmp_path: Path) -> None:
    Image.new("L", (200, 150), 250).save(tmp_path / "a.png")
    job = TraceJob(
        page("sb1p001"), tmp_path / "a.png", tmp_path / "a.json", tmp_path / "a.svg",
        TraceOptions(), RouteOptions(), 80.0,
    )  # fmt: skip
    note = trace_one(job)
    assert (note.strokes, note.points, note.pen_width) == (0, 0, None)
    assert note.warning is not None and not note.warning.is_error
    assert str(note.warning).startswith("sb1p001: nothing is drawn, for the page is blank")
    empty = read_drawing(tmp_path / "a.json")
    assert len(empty) == 0 and (tmp_path / "a.svg").exists()
    assert prepare_page(empty).kept == ()  # the stages after it go on
