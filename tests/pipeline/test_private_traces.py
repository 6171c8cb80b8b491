"""What a page leaves when it becomes private: nothing, wherever one looks.

Each test makes a finished project's page private in its own way, and then searches every file.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from benchmarks.campaigns.traces_of_a_page import PageTraces, learn_traces, search
from strokebook.base import owned
from strokebook.base.errors import UsageError
from strokebook.base.files import write_bytes, write_text
from strokebook.cli.main import app
from strokebook.library.backup import back_up_daily
from strokebook.library.edits import trash
from strokebook.pipeline import locks
from strokebook.pipeline.editing import curate
from strokebook.pipeline.project import open_project
from strokebook.pipeline.removal.purge import plan_purge, purge
from strokebook.pipeline.stages import train as learning

from place import Place

PAGE, OTHER, WORD = "sb48p005", "sb48p002", "zaubergarten"
Run = Callable[..., Result]


@pytest.fixture
def run(copy: Place) -> Run:
    def run(*words: str) -> Result:
        result = CliRunner().invoke(app, [*words, "-p", str(copy.project)])
        error = result.exception
        if error is not None and not isinstance(error, SystemExit):
            raise error
        return result

    return run


def left(place: Place, traces: PageTraces) -> list[str]:
    return [f"{find.place}: {find.what}" for find in search(place.project, traces)]


def mark(place: Place, *, confirm: bool = True, page: str = PAGE) -> None:
    with open_project(place.project) as project:
        curate.tag(project, [page], "private")
        if confirm:
            project.catalogue.confirm_purges()


def strew(place: Place) -> None:
    """Leave all that a project may have of a page: clusters, trainings, trash, backups, words."""
    with open_project(place.project) as project:
        catalogue = project.catalogue
        image = catalogue.page(PAGE).image
        others = [p.image for p in catalogue.pages() if not p.private and p.image != image]
        own = catalogue.vectors("pages", network(place), [image])[0]
        centroids = [own.tolist(), (own + 1).tolist()]
        catalogue.new_clustering(
            "pages", 2, centroids, {image: 0, **dict.fromkeys(others, 1)}, network(place)
        )
        curate.correct(project, [PAGE], WORD, kind="drawing")
        curate.tag(project, [PAGE], "favourite")
        curate.decide(project, [f"{PAGE}d01"], False)
        flat = project.at("datasets", "drawings.flat.npz").read_bytes()
        with owned.owning("train"):
            write_bytes(project.at("models", ".training-abc", "last.bin"), flat)
        with owned.owning("trace", image):
            write_text(project.at("traces", f"{PAGE}-before.svg"), "<svg/>")
        drawn = list(project.at("drawn").glob("*.svg"))
        trash.keep(project.folder, drawn, what="drawings", why="newer", stage="draw")
        back_up_daily(catalogue.db)


def network(place: Place) -> str:
    with open_project(place.project) as project:
        result = project.catalogue.result("backbone", "all")
        assert result is not None
        return str(result.summary["fingerprint"])


def test_a_page_tagged_after_training_leaves_nothing(copy: Place, run: Run) -> None:
    strew(copy)
    traces = learn_traces(copy.project, PAGE, (WORD,))
    there = {find.what for find in search(copy.project, traces)}
    assert {what for what, _ in traces.pieces} <= there | {"its strokes as numbers"}
    assert {"its pixels", "is a copy of the scan", f"speaks of {PAGE}"} <= there
    result = run("tag", PAGE, "private", "--yes")
    assert result.exit_code == 0, result.output
    assert left(copy, traces) == []
    with open_project(copy.project) as project:
        assert project.catalogue.page(PAGE).private
        assert project.catalogue.purges() == {}
        clustering = project.catalogue.clustering("pages")
        assert clustering is not None and not np.any(clustering.centroids[0])


def test_moved_into_the_private_folder(copy: Place) -> None:
    strew(copy)
    traces = learn_traces(copy.project, PAGE, (WORD,))
    source = copy.library / "sb48" / "art" / "005.jpg"
    source.rename(copy.library / "sb48" / "priv" / "005.jpg")
    copy.run("scan")
    assert left(copy, traces) == []


def test_a_red_tag_on_the_file(copy: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    strew(copy)
    traces = learn_traces(copy.project, PAGE, (WORD,))
    from strokebook.library.disk import walk

    def tags(path: Path) -> tuple[frozenset[str], str]:
        return (frozenset({"private"} if path.name == "005.jpg" else ()), "")

    monkeypatch.setattr(walk, "read_tags", tags)
    copy.run("scan")
    assert left(copy, traces) == []


def test_a_page_that_was_private_from_the_start_left_nothing(finished: Place) -> None:
    traces = learn_traces(finished.project, "sb48p008")
    found = left(finished, traces)
    assert [find for find in found if not find.endswith("its pixels")] == []  # those of PAGE


@pytest.mark.parametrize("then", [("run", "--until", "scan"), ("tag", OTHER, "favourite")])
def test_a_kill_between_the_mark_and_the_purge_is_made_good(
    copy: Place, run: Run, then: tuple[str, ...]
) -> None:
    strew(copy)
    traces = learn_traces(copy.project, PAGE, (WORD,))
    mark(copy)
    assert left(copy, traces) != []
    assert run(*then).exit_code == 0
    assert left(copy, traces) == []


def test_one_misspelt_id_marks_nothing(copy: Place) -> None:
    with open_project(copy.project) as project:
        with pytest.raises(UsageError):
            curate.tag(project, [PAGE, "sb48p999"], "private")
        assert not project.catalogue.page(PAGE).private
        assert not project.catalogue.purges()


@pytest.mark.parametrize("name", ["pictures", "drawings"])
def test_a_link_is_named_and_the_rest_goes(
    copy: Place, run: Run, tmp_path: Path, name: str
) -> None:
    traces = learn_traces(copy.project, PAGE)
    (copy.project / name).rename(tmp_path / "elsewhere")
    (copy.project / name).symlink_to(tmp_path / "elsewhere")
    before = sorted(p.name for p in (tmp_path / "elsewhere").rglob("*"))
    result = run("tag", PAGE, "private", "--yes")
    assert result.exit_code == 1
    assert f"{name}: is a link" in result.stderr.replace("\n", " ")
    assert left(copy, traces) == []
    assert sorted(p.name for p in (tmp_path / "elsewhere").rglob("*")) == before
    (copy.project / name).unlink()
    result = run("tag", PAGE, "private", "--yes")
    assert result.exit_code == 0, result.output


def test_what_the_artist_copied_or_changed_is_named_until_it_is_gone(copy: Place, run: Run) -> None:
    traces = learn_traces(copy.project, PAGE)
    theirs = copy.project / "filed" / "favourites" / "mine.jpg"
    theirs.parent.mkdir()
    theirs.write_bytes((copy.library / "sb48" / "art" / "005.jpg").read_bytes())
    filed = copy.project / "filed" / "drawings" / f"{PAGE}.jpg"
    filed.write_bytes(filed.read_bytes() + b"changed")
    drawing = copy.project / "drawings" / f"{PAGE}d01.svg"
    drawing.write_text(drawing.read_text() + "<!-- mine -->")
    stray = copy.project / "traces" / f"{PAGE}.svg"
    stray.unlink()
    stray.write_text("<svg/>")
    for _ in range(2):
        result = run("tag", PAGE, "private", "--yes")
        assert result.exit_code == 1
        said = result.stderr.replace("\n", "")
        for path in (theirs, filed, drawing, stray):
            assert str(path) in said
            assert path.exists()
    for path in (theirs, filed, drawing, stray):
        path.unlink()
    assert run("tag", PAGE, "private", "--yes").exit_code == 0
    assert left(copy, traces) == []


def swap(place: Place, one: str, other: str) -> None:
    folder = place.library / "sb48" / "art"
    (folder / one).rename(folder / "aside.jpg")
    (folder / other).rename(folder / one)
    (folder / "aside.jpg").rename(folder / other)


def figures(place: Place, page: str) -> list[str]:
    """The strokes of a page's files, whatever they are called inside."""
    files = sorted(place.project.glob(f"drawings/{page}d*.svg"))
    files.append(place.project / "traces" / f"{page}.svg")
    return [file.read_text().replace(page, "PAGE") for file in files]


def test_swapped_names_have_their_own_strokes_after_one_run(copy: Place, run: Run) -> None:
    one, other = figures(copy, OTHER), figures(copy, PAGE)
    swap(copy, "002.jpg", "005.jpg")
    outcomes = copy.run("figures")
    assert not [r for o in outcomes.values() for r in o.diagnostics if r.is_error]
    assert (figures(copy, OTHER), figures(copy, PAGE)) == (other, one)
    assert {n: o.worked for n, o in copy.run("figures").items() if o.worked} == {}
    traces = learn_traces(copy.project, OTHER)  # the painted page is called so now
    assert run("tag", OTHER, "private", "--yes").exit_code == 0
    assert left(copy, traces) == []
    assert figures(copy, PAGE) == one


@pytest.mark.parametrize("tuned", [True, False])
def test_the_network_goes_only_if_it_was_tuned_on_the_page(copy: Place, tuned: bool) -> None:
    with open_project(copy.project) as project:
        catalogue = project.catalogue
        result = catalogue.result("backbone", "all")
        assert result is not None
        image = catalogue.page(PAGE).image
        used = result.summary["tuned_on"]
        facts = {
            **result.summary,
            "tuned_on": sorted({*used, image} if tuned else {*used} - {image}),
        }
        catalogue.put_result("backbone", "all", result.key, 1.0, facts)
    mark(copy)
    with open_project(copy.project) as project:
        purge(project)
        assert (copy.project / "models" / "vision" / "backbone.json").exists() is not tuned
        after = project.catalogue.result("backbone", "all")
        assert after is None or image not in after.summary["tuned_on"]


def test_what_lies_outside_is_noted_when_made_and_named(
    copy: Place, run: Run, tmp_path: Path
) -> None:
    flat, drawn, exported = tmp_path / "flat", tmp_path / "made", tmp_path / "mine.gen.json"
    assert run("export-pages", str(flat)).exit_code == 0
    assert run("sample", "-n", "1", "--points", "9", "-o", str(drawn)).exit_code == 0
    model = copy.project / "models" / "drawings"
    CliRunner().invoke(app, ["export", str(model), "-o", str(exported)])  # too small for the format
    with open_project(copy.project) as project:
        assert project.catalogue.outside_of([], trained=False) == []
    said = run("tag", PAGE, "private", "--yes").output.replace("\n", "")
    for path in (flat, drawn, exported):
        assert str(path) in said
    assert flat.exists() and drawn.exists()


def test_a_page_exported_no_longer_is_not_named(copy: Place, run: Run, tmp_path: Path) -> None:
    first = run("export-pages", str(tmp_path / "flat"))
    assert first.exit_code == 0, first.output
    assert run("tag", PAGE, "private", "--yes").exit_code == 0
    again = run("export-pages", str(tmp_path / "flat"))
    assert again.exit_code == 0, again.output
    with open_project(copy.project) as project:
        image = project.catalogue.page(PAGE).image
        assert project.catalogue.outside_of([image], trained=False) == []


def test_a_run_at_work_is_stopped_first(copy: Place) -> None:
    at_work, ended = threading.Event(), []

    def work() -> None:
        with open_project(copy.project) as project, locks.running(project, "train"):
            try:
                at_work.set()
                for _ in project.progress.track(iter(int, 1), "train"):
                    pass
            except locks.RunStopped as stopped:
                ended.append(stopped.reason)

    thread = threading.Thread(target=work)
    thread.start()
    assert at_work.wait(60)
    mark(copy)
    with open_project(copy.project) as project:
        report = purge(project)
    thread.join(60)
    assert report is not None and not report.left
    assert len(ended) == 1 and "private" in ended[0]


def test_nothing_marked_is_used_until_the_artist_answers(
    copy: Place, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    result = run("tag", PAGE, "private")
    assert result.exit_code == 1 and "--yes" in result.stderr
    model = copy.project / "models" / "drawings"
    for words in (
        ("sample", "-p", str(copy.project), "-o", str(tmp_path)),
        ("sample", "-m", str(model), "-o", str(tmp_path)),
        ("export", str(model), "-o", str(tmp_path / "x.gen.json")),
    ):
        error = CliRunner().invoke(app, list(words)).exception
        assert f"may have learnt from {PAGE}" in str(error)
    assert list(tmp_path.glob("*.svg")) == []
    begun = {}

    def train(*_: object, start_from: Path | None, **__: object) -> None:
        begun["from"] = start_from
        raise InterruptedError

    monkeypatch.setattr("strokebook.model.training.train.train", train)
    copy.run("dataset")
    card = json.loads((copy.project / "datasets" / "drawings.card.json").read_text())
    assert PAGE not in card["pages"]
    with open_project(copy.project) as project:
        monkeypatch.setattr(learning, "LEAST", 2)
        with pytest.raises(InterruptedError):
            learning.train_model(project)
    assert begun["from"] != model


def test_many_pages_are_one_question(
    copy: Place, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def confirm(question: str) -> bool:
        asked.append(question)
        return True

    monkeypatch.setattr("strokebook.cli.purge.confirm", confirm)
    assert run("tag", PAGE, OTHER, "sb48p003", "private").exit_code == 0
    assert len(asked) == 1


def test_a_relative_project_is_purged_as_well(copy: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    traces = learn_traces(copy.project, PAGE)
    monkeypatch.chdir(copy.project)
    mark(copy)
    with open_project(Path()) as project:
        project.catalogue.put_result("backbone", "all", "key", 1.0, {"fingerprint": network(copy)})
        assert project.at("models", "vision", "backbone.json").absolute() in {
            *plan_purge(project).files
        }
    result = CliRunner().invoke(app, ["tag", PAGE, "private", "--yes"])
    assert result.exit_code == 0, result.output
    assert left(copy, traces) == []
