from pathlib import Path

from PIL import Image

from strokebook.figures.prepare_page import prepare_page
from strokebook.geometry.svg.io import read_drawing
from strokebook.library.catalogue.records import Page
from strokebook.pipeline.stages.trace import TraceJob, trace_one
from strokebook.routing.route import RouteOptions
from strokebook.tracing.options import TraceOptions


def page(name: str) -> Page:
    return Page(
        id=name, book="sb1", number=1, title=None, path=f"{name}.png", folder="art", image="x",
        width=200, height=150, format="PNG", tags=frozenset(), private=False, label="drawing",
        label_source="hand", confidence=None, cluster=None, copy_of=None, present=True,
    )  # fmt: skip


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
