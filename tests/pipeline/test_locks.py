"""One run at a time, edits in between, and a run that is asked to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from strokebook.base.errors import StrokebookError
from strokebook.base.progress import Silent
from strokebook.cli.main import app
from strokebook.pipeline import locks
from strokebook.pipeline.editing import curate
from strokebook.pipeline.project import Project, open_project
from strokebook.pipeline.stages.trace import traceable
from strokebook.pipeline.stages.train import model_folder, train_model

from place import Place, make_place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = make_place(tmp_path)
    made.library.mkdir()
    return made


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that looks at every item whether it should stop."""
    monkeypatch.setattr(locks, "LOOK_SECONDS", 0.0)


class At(Silent):
    """Does something once, before one item of one kind of work is done."""

    def __init__(self, what: str, number: int, act: Callable[[], None]) -> None:
        self.what, self.number, self.act = what, number, act
        self.seen: list[str] = []

    def track(self, items: Iterable, what: str, total: int | None = None) -> Iterator:
        for number, item in enumerate(items):
            if (what, number) == (self.what, self.number):
                self.act()
            yield item

    def say(self, text: str) -> None:
        self.seen.append(text)


def test_a_second_run_is_told_who_is_at_work(place: Place) -> None:
    with open_project(place.project) as project, locks.running(project, "train"):
        with (
            open_project(place.project) as other,
            pytest.raises(StrokebookError, match=f"at work.*train, process {os.getpid()} on .*20"),
            locks.running(other),
        ):
            raise AssertionError
        found = CliRunner().invoke(app, ["dataset", "-p", str(place.project)])
        assert isinstance(found.exception, StrokebookError)
    with open_project(place.project) as project:
        assert locks.holder(project) is None and not project.at(locks.HOLDER).exists()


def test_a_run_within_itself_holds_once(place: Place) -> None:
    with open_project(place.project) as project:
        with locks.running(project), locks.running(project), locks.editing(project):
            assert project.held == {locks.RUN, locks.EDIT}
        assert project.held == set()


def retrain(project: Project) -> None:
    """Make the model obsolete, so that it is trained anew."""
    project.catalogue.forget_results("train")


def test_a_label_goes_through_while_a_model_is_trained(copy: Place) -> None:
    with open_project(copy.project) as project:
        page = traceable(project)[0].id
    exits: list[int] = []

    def correct() -> None:
        command = ["correct", page, "watercolours", "-p", str(copy.project)]
        exits.append(CliRunner().invoke(app, command).exit_code)

    with open_project(copy.project, progress=At("training", 5, correct)) as project:
        retrain(project)
        with locks.running(project):
            assert train_model(project).worked == 1
    assert exits == [0]
    with open_project(copy.project) as project:
        assert project.catalogue.page(page).label_source == "hand"
    assert copy.run("train")["train"].worked == 1  # the label takes drawings out: trained again


def test_a_training_whose_data_change_meanwhile_lands_under_its_own_key(copy: Place) -> None:
    from strokebook.pipeline.stages.dataset import npz_file

    with open_project(copy.project) as project:
        npz = npz_file(project)

    def change() -> None:
        npz.write_bytes(npz.read_bytes() + b"\0")

    with open_project(copy.project, progress=At("training", 5, change)) as project:
        retrain(project)
        before = project.catalogue.result("dataset", "all")
        outcome = train_model(project)
        assert outcome.worked == 1 and "changed while" in outcome.notes[0]
        assert train_model(project).worked == 1  # not taken for up to date
        assert project.catalogue.result("dataset", "all") == before


@pytest.mark.parametrize("step", [0, 7, 11])
def test_a_training_that_is_asked_to_stop_leaves_nothing_of_itself(
    copy: Place, eager: None, step: int
) -> None:
    def ask() -> None:
        with open_project(copy.project) as other:
            locks.request_stop(other, "Page sb48p001 is private now.")

    with open_project(copy.project, progress=At("training", step, ask)) as project:
        retrain(project)
        before = (model_folder(project) / "best.json").read_bytes()
        with (
            pytest.raises(locks.RunStopped, match=r"stopped\. Page sb48p001 is private now\. Run"),
            locks.running(project),
        ):
            train_model(project)
        assert not list(project.at("models").glob(".training-*"))
        assert (model_folder(project) / "best.json").read_bytes() == before
        assert project.catalogue.result("train", "all") is None
        assert locks.holder(project) is None


def test_a_wish_that_comes_when_the_training_is_over_is_heard_too(copy: Place) -> None:
    class Late(At):
        def say(self, text: str) -> None:
            if text.startswith("training ended"):
                self.act()

    def ask() -> None:
        with open_project(copy.project) as other:
            locks.request_stop(other, "Page sb48p001 is private now.")

    with open_project(copy.project, progress=Late("", 0, ask)) as project:
        retrain(project)
        with pytest.raises(locks.RunStopped), locks.running(project):
            train_model(project)
        assert not list(project.at("models").glob(".training-*"))


def work_until_stopped(place: Place, started: threading.Event, errors: list[Exception]) -> None:
    try:
        with open_project(place.project) as project, locks.running(project):
            for number in project.progress.track(iter(int, 1), "endless"):
                del number
                started.set()
    except StrokebookError as error:
        errors.append(error)
    finally:
        started.set()


def test_a_run_ends_for_who_asks_and_none_begins_meanwhile(place: Place) -> None:
    started, errors = threading.Event(), []
    run = threading.Thread(target=work_until_stopped, args=(place, started, errors))
    run.start()
    assert started.wait(60) and not errors
    with open_project(place.project) as project:
        assert locks.holder(project) is not None
        with locks.run_ended(project, "It has to go.", seconds=60) as free:
            run.join(60)
            assert free and isinstance(errors[0], locks.RunStopped)
            with (
                open_project(place.project) as other,
                pytest.raises(StrokebookError, match="at work"),
                locks.running(other),
            ):
                raise AssertionError
        assert locks.wait_until_free(project, 0) and locks.stop_reason(project) == ""


def test_who_asks_is_told_when_the_run_does_not_stop_in_time(place: Place) -> None:
    with (
        open_project(place.project) as project,
        locks.running(project),
        open_project(place.project) as other,
    ):
        assert not locks.wait_until_free(other, 0)
        with locks.run_ended(other, "It has to go.", seconds=0.2) as free:
            assert not free
        with pytest.raises(locks.RunStopped, match="It has to go"):
            locks.check_stop(project)


def test_a_run_that_waits_for_the_edit_that_waits_for_it_gives_way(place: Place) -> None:
    with (
        open_project(place.project) as edit,
        locks.editing(edit),
        open_project(place.project) as project,
        locks.running(project),
    ):
        locks.request_stop(edit, "It has to go.")
        with pytest.raises(locks.RunStopped), locks.editing(project):
            raise AssertionError


def test_edits_wait_for_each_other_and_say_so(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "SILENT_SECONDS", 0.0)
    said = At("", 0, lambda: None)
    with (
        open_project(place.project) as first,
        locks.editing(first),
        open_project(place.project, progress=said) as second,
        pytest.raises(StrokebookError, match="Another command has been editing"),
        locks.editing(second, seconds=0.1),
    ):
        raise AssertionError
    assert len(said.seen) == 1 and said.seen[0].startswith("Waiting for")


HOLD = """
import sys, time
from pathlib import Path
from strokebook.pipeline import locks
from strokebook.pipeline.project import open_project
with open_project(Path(sys.argv[1])) as project, locks.running(project), locks.editing(project):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("network", [False, True])
def test_the_locks_of_a_killed_run_are_free(
    place: Place, monkeypatch: pytest.MonkeyPatch, network: bool
) -> None:
    monkeypatch.setattr(locks, "is_network", lambda path: network)
    script = HOLD
    if network:
        script = HOLD.replace("with open", "locks.is_network = lambda path: True\nwith open", 1)
    command = [sys.executable, "-c", script, str(place.project)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    with open_project(place.project) as project:
        found = locks.holder(project)
        assert found is not None and found.pid == process.pid
        process.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
        process.communicate()
        assert locks.wait_until_free(project, 60)
        with locks.running(project), locks.editing(project):
            pass


def test_a_wish_meant_for_an_earlier_run_stops_no_later_one(place: Place) -> None:
    with open_project(place.project) as project:
        locks.request_stop(project, "It has to go.")
        with locks.running(project):
            locks.check_stop(project)


def test_what_clusters_decide_is_read_and_written_in_one_transaction(
    copy: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_project(copy.project) as project:
        catalogue, seen = project.catalogue, []
        for name in ("clusters", "set_verdicts"):
            plain = getattr(catalogue, name)

            def spied(*args: object, act: Callable = plain) -> object:
                seen.append(catalogue.db.in_transaction)
                return act(*args)

            monkeypatch.setattr(catalogue, name, spied)
        curate.apply_cluster_decisions(project)
        assert seen == [True, True]
