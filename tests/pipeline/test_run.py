from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from library.former_schema import roll_back
from strokebook.base.errors import StrokebookError
from strokebook.demo import make_library
from strokebook.pipeline.editing import curate
from strokebook.pipeline.project import open_project
from strokebook.pipeline.project_summary import summarise
from strokebook.pipeline.removal.purge import purge
from strokebook.pipeline.stages.embed import recluster

from place import Place, make_place

PICTURES = (".jpg", ".png", ".gif")


def truth(place: Place) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads((place.library / "truth.json").read_text())
    return found


def private_marks(place: Place) -> int:
    """Pixels of the private page's colour in every picture of the project."""
    private = next(v for v in truth(place).values() if v.get("private"))
    colour = np.array(private["marker"]["rgb"])  # type: ignore[index]
    count = 0
    for path in place.project.rglob("*"):
        if path.suffix in PICTURES:
            pixels = np.asarray(Image.open(path).convert("RGB"), int)
            count += int((np.abs(pixels - colour).max(axis=2) < 30).sum())
    return count


def test_every_stage_leaves_what_it_promises(finished: Place) -> None:
    for name in (
        "report.html",
        "hand.json" if (finished.project / "hand.json").exists() else "strokebook.db",
        "pictures/map.png",
        "pictures/path.png",
        "pictures/points.png",
        "datasets/drawings.npz",
        "datasets/drawings.flat.npz",
        "datasets/drawings.card.json",
        "models/drawings/best.json",
        "models/drawings/curve.png",
        "models/drawings/line.safetensors",
        "drawn/completions.png",
        "drawn/completions.gif",
        "drawn/samples.png",
        "drawn/variations.png",
    ):
        assert (finished.project / name).stat().st_size > 0, name
    report = (finished.project / "report.html").read_text()
    assert 'src="http' not in report and report.count("data:image") > 8


def test_drawings_and_watercolours_get_their_labels(finished: Place) -> None:
    with open_project(finished.project) as project:
        kinds = {page.path: page.kind for page in project.catalogue.pages()}
    told = {path: v["kind"] for path, v in truth(finished).items()}
    wanted = {p: k for p, k in told.items() if k in ("drawing", "watercolour")}
    assert {p: kinds[p] for p in wanted} == wanted


def test_no_pixel_of_a_private_page_is_anywhere(finished: Place) -> None:
    assert private_marks(finished) == 0
    with open_project(finished.project) as project:
        private = [p for p in project.catalogue.pages() if p.private]
        assert private and all(p.kind is None for p in private)
        names = [path.name for path in finished.project.rglob("*")]
        for page in private:
            assert not any(page.id in name or page.image in name for name in names)


def test_the_npz_is_as_other_readers_want_it(finished: Place) -> None:
    path = finished.project / "datasets" / "drawings.npz"
    data = np.load(path, allow_pickle=True, encoding="latin1")
    rows = [row for part in ("train", "valid", "test") for row in data[part]]
    assert len(rows) >= 5
    for row in rows:
        assert row.dtype == np.int16 and row.shape[1] == 3 and 2 <= len(row) < 250
        assert row[-1, 2] == 1


def test_a_page_is_in_one_part_only(finished: Place) -> None:
    card = json.loads((finished.project / "datasets" / "drawings.card.json").read_text())
    flat = np.load(finished.project / "datasets" / "drawings.flat.npz")
    parts: dict[str, set[str]] = {}
    for part in ("train", "valid", "test"):
        for drawing in flat[f"{part}_ids"]:
            parts.setdefault(str(drawing).rpartition("d")[0], set()).add(part)
    assert all(len(found) == 1 for found in parts.values())
    assert set(card["pages"]) == set(parts)


def test_a_second_run_recomputes_nothing(copy: Place) -> None:
    outcomes = copy.run()
    assert {name: o.worked for name, o in outcomes.items() if o.worked} == {}


def test_a_deleted_network_is_made_again_and_names_stay(copy: Place) -> None:
    with open_project(copy.project) as project:
        drawing = project.catalogue.pages(kind="drawing")[0]
        curate.correct(project, [drawing.id], "watercolours")
    shutil.rmtree(copy.project / "models" / "vision")
    copy.run("compose")
    assert (copy.project / "models" / "vision" / "backbone.json").exists()
    with open_project(copy.project) as project:
        assert project.catalogue.page(drawing.id).label == "watercolours"


def test_a_damaged_network_is_named_and_the_next_run_makes_it_anew(copy: Place) -> None:
    (copy.project / "models" / "vision" / "backbone.json").write_text("{")
    with open_project(copy.project) as project:
        project.catalogue.db.run("DELETE FROM vector WHERE space = 'drawings'")
    with pytest.raises(StrokebookError, match=r"cannot be read.*Run again"):
        copy.run("compose")
    copy.run("compose")


def test_a_hand_label_wins_for_ever(copy: Place) -> None:
    with open_project(copy.project) as project:
        drawing = project.catalogue.pages(kind="drawing")[0]
        curate.correct(project, [drawing.id], "watercolours")
        recluster(project)
    outcomes = copy.run("figures")
    assert outcomes["trace"].worked == 0
    with open_project(copy.project) as project:
        page = project.catalogue.page(drawing.id)
        assert (page.label, page.label_source) == ("watercolours", "hand")
        assert not [d for d in project.catalogue.drawings() if d.page == page.id]
    (copy.project / "strokebook.db").unlink()
    copy.run("embed")
    with open_project(copy.project) as project:
        assert project.catalogue.page(drawing.id).label_source == "hand"


def test_a_page_that_becomes_private_leaves_nothing_behind(copy: Place) -> None:
    with open_project(copy.project) as project:
        page = project.catalogue.drawings(kept=True)[0].page
        image = project.catalogue.page(page).image
        curate.tag(project, [page], "private")
        assert (copy.project / "models" / "drawings").exists()  # the artist was not asked yet
        project.catalogue.confirm_purges()
        purge(project)
    names = [path.name for path in copy.project.rglob("*")]
    assert not any(name.startswith(page) or image in name for name in names)
    assert not (copy.project / "models" / "drawings").exists()
    assert not (copy.project / "report.html").exists()
    copy.run()
    card = json.loads((copy.project / "datasets" / "drawings.card.json").read_text())
    assert page not in card["pages"]


def test_a_new_sketchbook_costs_only_its_own_pages(copy: Place) -> None:
    with open_project(copy.project) as project:
        before = {p.id: (p.label, p.label_source) for p in project.catalogue.pages()}
        drawn = {d.key for d in project.catalogue.drawings()}
    more = copy.folder / "more"
    make_library(more, seed=12, pages=3, book="sb49")
    shutil.copytree(more / "sb49", copy.library / "sb49")
    outcomes = copy.run()
    with open_project(copy.project) as project:
        pages = project.catalogue.pages()
        assert {p.id: (p.label, p.label_source) for p in pages if p.book == "sb48"} == before
        new = [p for p in pages if p.book == "sb49"]
        assert drawn <= {d.key for d in project.catalogue.drawings()}
    public = [p for p in new if not p.private]
    assert outcomes["embed"].worked == len(public) > 0
    assert outcomes["trace"].worked == sum(p.kind == "drawing" for p in public) > 0


def test_a_killed_run_goes_on(tmp_path: Path, finished: Place) -> None:
    place = make_place(tmp_path)
    shutil.copytree(finished.library, place.library)
    command = [sys.executable, "-m", "strokebook", "run", "-p", str(place.project)]
    for seconds in (3.0, 6.0):
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()
        database = place.project / "strokebook.db"
        if database.exists():
            with sqlite3.connect(database) as db:
                assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    place.run()
    with open_project(place.project) as project, open_project(finished.project) as whole:
        ours, theirs = summarise(project), summarise(whole)
        assert ours.pages == theirs.pages and ours.drawings == theirs.drawings


def test_bad_inputs_are_named_and_the_rest_goes_on(tmp_path: Path, finished: Place) -> None:
    place = make_place(tmp_path)
    art = place.library / "sb01" / "art"
    art.mkdir(parents=True)
    good = next(iter(sorted((finished.library / "sb48" / "art").glob("*.jpg"))))
    shutil.copy(good, art / "001.jpg")
    (art / "002.jpg").write_bytes(b"")
    (art / "003.jpg").write_bytes(good.read_bytes()[:20_000])
    Image.open(good).rotate(1).save(art / "004.jpg", "PNG")
    Image.new("1", (10_100, 10_000)).save(art / "005.png")
    (art / "006.txt").write_text("hello")
    shutil.copy(sorted((finished.library / "sb48" / "art").glob("*.jpg"))[1], art / 'a "b" 😀.jpg')
    outcomes = place.run()
    said = {str(r.subject): r for o in outcomes.values() for r in o.diagnostics}
    for name in ("002.jpg", "003.jpg", "005.png"):
        diagnostic = next(r for subject, r in said.items() if name in subject)
        assert diagnostic.is_error and diagnostic.reason and diagnostic.remedy
    for name in ("004.jpg", "😀", "006.txt"):
        warning = next(r for r in said.values() if name in str(r))
        assert not warning.is_error and warning.remedy
    with open_project(place.project) as project:
        assert len(project.catalogue.pages()) == 3


def one_page(place: Place, source: Path, folder: str) -> None:
    target = place.library / "sb01" / folder
    target.mkdir(parents=True)
    shutil.copy(source, target / "001.jpg")


def page_of(finished: Place, kind: str) -> Path:
    return finished.library / next(p for p, v in truth(finished).items() if v["kind"] == kind)


def test_a_library_of_one_page_ends_with_a_sentence(tmp_path: Path, finished: Place) -> None:
    place = make_place(tmp_path)
    one_page(place, page_of(finished, "drawing"), "art")
    outcomes = place.run()
    assert any("too few" in note for note in outcomes["train"].notes)
    assert (place.project / "report.html").exists()


def test_a_library_without_drawings_ends_with_a_sentence(tmp_path: Path, finished: Place) -> None:
    place = make_place(tmp_path)
    one_page(place, page_of(finished, "watercolour"), "art")
    outcomes = place.run()
    assert any("no drawings" in note for note in outcomes["dataset"].notes)


def test_a_library_of_private_pages_ends_with_a_sentence(tmp_path: Path, finished: Place) -> None:
    place = make_place(tmp_path)
    one_page(place, page_of(finished, "drawing"), "priv")
    with pytest.raises(StrokebookError, match=r"private.*include_private = true"):
        place.run()
    assert not [p for p in place.project.rglob("*") if p.suffix in PICTURES]


def test_an_empty_library_ends_with_a_sentence(tmp_path: Path) -> None:
    place = make_place(tmp_path)
    place.library.mkdir()
    with pytest.raises(StrokebookError, match="no page that can be read"):
        place.run()


def test_two_runs_at_once_are_refused(copy: Place) -> None:
    from strokebook.pipeline.locks import running

    with (
        open_project(copy.project) as project,
        running(project),
        open_project(copy.project) as other,
        pytest.raises(StrokebookError, match="at work"),
        running(other),
    ):
        os.abort()


def test_a_project_of_before_the_renames_has_nothing_to_do(copy: Place) -> None:
    with open_project(copy.project) as project:
        db = project.catalogue.db
        assert db.run("UPDATE stage_result SET stage = 'see' WHERE stage = 'embed'")
        roll_back(db, 5)
    worked = {name: o.worked for name, o in copy.run().items()}
    assert set(worked.values()) == {0}, worked
    assert list(copy.run("see")) == ["scan", "embed"]
