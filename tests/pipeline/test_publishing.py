"""A published page: what is in it, what never is, and who is told of it later."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from strokebook.base import owned
from strokebook.base.errors import StrokebookError, UsageError
from strokebook.cli.main import app
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.svg.io import read_drawing, write_svg
from strokebook.model.checkpoints import checkpoint, starter
from strokebook.model.config import PRESETS
from strokebook.model.networks.sketch_rnn import SketchNet
from strokebook.pipeline.editing import curate
from strokebook.pipeline.project import open_project
from strokebook.pipeline.publishing.canvas import write_canvas
from strokebook.pipeline.publishing.draw_page import (
    CONFIG,
    MODELS,
    TEMPLATE,
    CarriedModel,
    CarriedStart,
    PageSettings,
    fill_template,
)
from strokebook.pipeline.publishing.publish import publish
from strokebook.pipeline.removal.purge import plan_purge, purge

from pipeline.published import config, header, models, written
from place import Place

PAGE, OTHER = "sb48p005", "sb48p002"
HERS = PageSettings("A hand", artist="Ada Line", licence="CC BY 4.0", credits=("Bob",))
SMALL = f"<html><title>x</title>{CONFIG}<p>{MODELS}</html>"


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the paper's size (decoder 512, encoder); random weights pack worst."""
    folder = tmp_path_factory.mktemp("wide") / "wide"
    torch.manual_seed(1)
    net = SketchNet(PRESETS["paper"].model)
    statistics = checkpoint.load_model(starter.FOLDER).statistics
    checkpoint.save(folder, "best", net, statistics, info={"name": "wide"}, loop={})
    return folder


def test_a_template_is_filled_whatever_the_artist_writes() -> None:
    nasty = f"</script><script>alert(1)</script><!-- {MODELS} {CONFIG} \u2028 & 'x' \\"
    settings = PageSettings(
        nasty, nasty, nasty, (nasty,), "#112233", (CarriedStart(nasty, [[0.0, 1.0, 2.0, 3.0]]),)
    )
    text = fill_template(SMALL, settings, [CarriedModel(nasty, b"abc"), CarriedModel("b", b"")])
    assert "alert(1)</script>" not in text.replace("&gt;", ">") or "<script>alert" not in text
    assert len(re.findall(r"<script[^>]*>", text)) == len(re.findall("</script>", text)) == 3
    assert "<!--" not in text and "\u2028" not in text.partition("</title>")[2]
    value = json.loads(text.partition('id="strokebook-config">')[2].partition("</script>")[0])
    assert value["title"] == value["artist"] == value["credits"][0] == nasty
    assert value["starts"][0]["name"] == nasty
    assert value["models"] == [
        {"element": "model-0", "name": nasty},
        {"element": "model-1", "name": "b"},
    ]


def test_a_damaged_template_is_said() -> None:
    for broken in (SMALL.replace(MODELS, ""), SMALL + CONFIG):
        with pytest.raises(StrokebookError, match="damaged"):
            fill_template(broken, HERS, [])


def test_the_page_that_comes_with_strokebook_has_both_places() -> None:
    text = TEMPLATE.read_text("utf-8")
    assert text.count(CONFIG) == text.count(MODELS) == 1


def test_a_wide_model_is_under_six_megabytes_and_comes_back(wide: Path, tmp_path: Path) -> None:
    from strokebook.model.interchange.web_file import from_bytes

    output = tmp_path / "hand.html"
    done = publish(wide, output, HERS)
    assert done.size == output.stat().st_size < 6e6
    (inside,) = models(output)
    back, original = from_bytes(inside, "inside"), checkpoint.load_model(wide)
    assert back.options == original.options
    for name, weight in original.net.state_dict().items():
        assert torch.equal(back.net.state_dict()[name], weight.half().float()), name
    publish(wide, output, PageSettings("Another"))  # an earlier page is replaced
    assert config(output)["title"] == "Another"
    assert [p.name for p in tmp_path.iterdir()] == ["hand.html"]


def test_the_card_says_what_the_artist_says(tmp_path: Path) -> None:
    output = tmp_path / "hand.html"
    publish(Path("starter"), output, dataclasses.replace(HERS, colour="#123456", embed=True))
    value = config(output)
    assert (value["title"], value["artist"], value["licence"]) == (
        "A hand",
        "Ada Line",
        "CC BY 4.0",
    )
    assert value["credits"][0] == "Bob" and any("Quick, Draw!" in c for c in value["credits"])
    assert value["colour"] == "#123456" and value["embed"] is True and value["starts"] == []
    card = json.loads(header(models(output)[0])["card"])
    assert card["artist"] == "Ada Line" and card["name"] == "A hand"
    assert "strokebook-draw" in (tmp_path / "hand.js").read_text("utf-8")


def test_without_a_word_from_the_artist_the_model_speaks(tmp_path: Path) -> None:
    publish(Path("starter"), tmp_path / "s.html", PageSettings(""))
    value = config(tmp_path / "s.html")
    assert value["models"] == [{"element": "model-0", "name": "starter"}]
    assert value["title"] and value["licence"].startswith("MIT")


def test_nothing_but_a_page_of_ours_is_overwritten(tmp_path: Path) -> None:
    mine = tmp_path / "mine.html"
    mine.write_text("<p>mine")
    with pytest.raises(UsageError, match="not published by strokebook"):
        publish(Path("starter"), mine, HERS)
    assert mine.read_text() == "<p>mine"
    (tmp_path / "hand.js").write_text("mine")
    with pytest.raises(UsageError, match="not published by strokebook"):
        publish(Path("starter"), tmp_path / "hand.html", dataclasses.replace(HERS, embed=True))
    assert not (tmp_path / "hand.html").exists()
    for name in ("hand.txt", "hand", "folder.html"):
        (tmp_path / "folder.html").mkdir(exist_ok=True)
        with pytest.raises(UsageError):
            publish(Path("starter"), tmp_path / name, HERS)


def test_a_start_of_a_file_is_its_line_alone(tmp_path: Path) -> None:
    line = [(100.0, 50.0), (160.0, 60.0), (190.0, 130.0)]
    write_svg(Drawing.of([line]), tmp_path / "Secret-Name.svg")
    publish(Path("starter"), tmp_path / "hand.html", HERS, [str(tmp_path / "Secret-Name.svg")])
    (start,) = config(tmp_path / "hand.html")["starts"]
    assert start == {"name": "start 1", "unit": "px", "strokes": [[0, 0, 60, 10, 90, 80]]}
    (tmp_path / "dot.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    with pytest.raises(StrokebookError, match="no line"):
        publish(Path("starter"), tmp_path / "no.html", HERS, [str(tmp_path / "dot.svg")])
    with pytest.raises(UsageError, match="no project"):
        publish(Path("starter"), tmp_path / "no.html", HERS, ["sb48p002d01"])
    assert not (tmp_path / "no.html").exists()


def drawing_of(place: Place, page: str) -> str:
    with open_project(place.project) as project:
        return project.catalogue.drawings(page=page)[0].id


def test_no_path_page_or_date_is_in_the_whole_file(copy: Place, tmp_path: Path) -> None:
    start = drawing_of(copy, OTHER)
    model = copy.project / "models" / "drawings"
    output = tmp_path / "hand.html"
    publish(model, output, HERS, [start], copy.project)
    text = written(output, TEMPLATE.read_text("utf-8"))
    assert config(output)["starts"] and "Ada Line" in text  # it is looked at the right place
    with open_project(copy.project) as project:
        pages = project.catalogue.pages(copies=True, gone=True)
        names = {p.id for p in pages} | {p.path for p in pages} | {p.image for p in pages}
    found = {name for name in names if name in text}
    assert not found
    for pattern in (r"sb\d+p\d+", r"\b20[0-9]{2}-[01]\d", re.escape(str(copy.folder)), r"/home/"):
        assert re.search(pattern, text) is None, pattern
    parts = {part for part in copy.project.parts if len(part) > 4}
    assert not {part for part in parts if part in text}


def test_what_is_private_is_never_a_start(copy: Place, tmp_path: Path) -> None:
    start = drawing_of(copy, PAGE)
    file = copy.project / "drawings" / f"{start}.svg"
    renamed, again = tmp_path / "renamed.svg", tmp_path / f"{start}.svg"
    shutil.copy(file, renamed)
    write_svg(read_drawing(file), again)  # its layer is called otherwise; its name tells
    with open_project(copy.project) as project:
        curate.tag(project, [PAGE], "private")  # and its removal waits for an answer
    for named in (start, start.upper(), str(file), str(renamed), str(again)):
        for model in (Path("starter"), starter.FOLDER):
            with pytest.raises(UsageError, match=f"{PAGE}, which is private"):
                publish(model, tmp_path / "hand.html", HERS, [named], copy.project)
    assert not (tmp_path / "hand.html").exists()
    model = copy.project / "models" / "drawings"
    with pytest.raises(StrokebookError, match=f"may have learnt from {PAGE}"):
        publish(model, tmp_path / "hand.html", HERS)
    with pytest.raises(StrokebookError, match=f"may have learnt from {PAGE}"):
        write_canvas(copy.project)
    with open_project(copy.project) as project:
        project.catalogue.confirm_purges()
        purge(project)
    with pytest.raises(UsageError, match=f"{PAGE}, which is private"):
        publish(Path("starter"), tmp_path / "hand.html", HERS, [start], copy.project)


def test_what_was_published_is_named_when_its_page_becomes_private(
    copy: Place, tmp_path: Path
) -> None:
    start = drawing_of(copy, PAGE)
    copied = tmp_path / "copied.svg"
    shutil.copy(copy.project / "drawings" / f"{start}.svg", copied)
    learnt, begun, file, other = (tmp_path / f"{name}.html" for name in "abcd")
    publish(copy.project / "models" / "drawings", learnt, HERS)
    publish(Path("starter"), begun, HERS, [start], copy.project)
    publish(Path("starter"), file, HERS, [str(copied)], copy.project)
    publish(Path("starter"), other, HERS, [start], copy.project)
    publish(Path("starter"), other, HERS, [drawing_of(copy, OTHER)], copy.project)
    words = ["tag", PAGE, "private", "--yes", "-p", str(copy.project)]
    said = CliRunner().invoke(app, words).output.replace("\n", "")
    for path in (learnt, begun, file):
        assert f"{path} (a published page with the model in it) may show it" in said
        assert path.exists()
    assert str(other) not in said  # its former start is no longer in it


def test_the_canvas_has_all_models_and_goes_with_them(copy: Place, tmp_path: Path) -> None:
    (copy.project / "models" / "bear").mkdir()
    for name in ("best.json", *(p.name for p in starter.FOLDER.glob("best-*"))):
        shutil.copy(starter.FOLDER / name, copy.project / "models" / "bear")
    (copy.project / "models" / "broken").mkdir()
    (copy.project / "models" / "broken" / "best.json").write_text("{")
    made = write_canvas(copy.project)
    assert made.page == copy.project.resolve() / "drawn" / "canvas.html"
    assert sorted(made.models) == ["bear", copy.project.name, "starter"]
    assert [d.subject for d in made.diagnostics] == ["broken"]
    assert [m["name"] for m in config(made.page)["models"]] == list(made.models)
    assert len(models(made.page)) == 3 and owned.is_ours(made.page)
    assert write_canvas(copy.project).page == made.page  # written anew
    with open_project(copy.project) as project:
        curate.tag(project, [PAGE], "private")
        assert made.page in plan_purge(project).files
        project.catalogue.confirm_purges()
        purge(project)
    assert not made.page.exists()


def test_a_canvas_elsewhere_is_noted(copy: Place, tmp_path: Path) -> None:
    with open_project(copy.project) as project:  # other tests wrote outside before
        before = {path for path, _ in project.catalogue.outside_of([], trained=True)}
    made = write_canvas(copy.project, tmp_path / "c.html")
    with open_project(copy.project) as project:
        named = {path for path, _ in project.catalogue.outside_of([], trained=True)}
    assert named - before == {str(made.page)}


def test_without_a_project_the_canvas_has_the_starter(tmp_path: Path) -> None:
    made = write_canvas(tmp_path, tmp_path / "c.html")
    assert made.models == ("starter",)
    with pytest.raises(UsageError, match="no strokebook project"):
        write_canvas(tmp_path)
