"""Whatever goes wrong ends as one sentence and an exit code; the details go to the log alone."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from strokebook.base import owned, trees
from strokebook.base.errors import InputRefused, UsageError
from strokebook.base.files import write_text
from strokebook.cli import look
from strokebook.cli.faults import fault_of
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.svg.io import write_svg

from command_line import Run
from place import Place


def no_writing(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """From now on every atomic write fails when its data should reach the disk."""

    def fail(handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)


def start_in(folder: Path) -> Path:
    path = folder / "start.svg"
    write_svg(Drawing.of([[(0, 0), (60, 10), (90, 80), (20, 120)], [(5, 5), (50, 60)]]), path)
    return path


def data_in(place: Place) -> Path:
    return place.project / "datasets" / "drawings.npz"


def model_in(place: Place) -> Path:
    return place.project / "models" / "drawings"


def new_run(place: Place, folder: Path) -> list[object]:
    (place.project / "report.html").unlink()
    return ["run", "-p", place.project]


def new_dataset(place: Place, folder: Path) -> list[object]:
    data_in(place).unlink()
    return ["dataset", "-p", place.project]


def new_training(place: Place, folder: Path) -> list[object]:
    shutil.rmtree(model_in(place))
    return ["train", "-p", place.project]


def training_on_a_file(place: Place, folder: Path) -> list[object]:
    return ["train", "--data", data_in(place), "-m", folder / "m", "--steps", "1"]


def a_trace(place: Place, folder: Path) -> list[object]:
    page = min((place.library / "sb48" / "art").glob("*.jpg"))
    return ["trace", page, "-o", folder / "page.svg"]


def a_sample(place: Place, folder: Path) -> list[object]:
    return ["sample", "-m", model_in(place), "-n", "1", "-o", folder / "out"]


def a_completion(place: Place, folder: Path) -> list[object]:
    return ["complete", start_in(folder), "-m", model_in(place), "-n", "1", "-o", folder / "out"]


def a_reconstruction(place: Place, folder: Path) -> list[object]:
    return ["reconstruct", start_in(folder), "-m", model_in(place), "-o", folder / "out"]


def an_export(place: Place, folder: Path) -> list[object]:
    from strokebook.model.checkpoints import checkpoint
    from strokebook.model.config import ModelOptions
    from strokebook.model.networks.sketch_rnn import SketchNet

    net = SketchNet(ModelOptions(conditional=False, decoder=8))
    statistics = checkpoint.read(model_in(place), "best").statistics
    checkpoint.save(folder / "lstm", "best", net, statistics, info={}, loop={})
    return ["export", folder / "lstm", "-o", folder / "a.gen.json"]


def flat_pages(place: Place, folder: Path) -> list[object]:
    return ["export-pages", folder / "flat", "-p", place.project]


def an_evaluation(place: Place, folder: Path) -> list[object]:
    return ["evaluate", model_in(place), data_in(place), "--samples", "2", "-o", folder / "a.json"]


def a_page(place: Place) -> str:
    return f"sb48p{int(min((place.library / 'sb48' / 'art').glob('*.jpg')).stem[:3]):03d}"


def a_correction(place: Place, folder: Path) -> list[object]:
    return ["correct", a_page(place), "watercolours", "-p", place.project]


def a_tag(place: Place, folder: Path) -> list[object]:
    return ["tag", a_page(place), "favourite", "-p", place.project]


def a_name(place: Place, folder: Path) -> list[object]:
    return ["label", "0=watercolours", "-p", place.project]


WRITING = (
    *(new_run, new_dataset, new_training, training_on_a_file, a_trace, a_sample, a_completion),
    *(a_reconstruction, an_export, an_evaluation, flat_pages, a_correction, a_tag, a_name),
)


FULL, READ_ONLY = (errno.ENOSPC, "full"), (errno.EROFS, "read-only")


@pytest.mark.parametrize(
    ("command", "number", "reason"),
    [*((c, *FULL) for c in WRITING), *((c, *READ_ONLY) for c in (a_sample, a_correction))],
)
def test_a_disk_that_takes_nothing_is_one_sentence(
    run: Run,
    copy: Place,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: Callable[[Place, Path], list[object]],
    number: int,
    reason: str,
) -> None:
    words = command(copy, tmp_path)
    no_writing(monkeypatch, number)
    code, _, err = run(*words)
    sentences = [line for line in err.splitlines() if line.startswith("strokebook")]
    assert code == 74, err
    assert len(sentences) == 1 and "Traceback" not in err
    assert reason in sentences[0] or os.strerror(number) in sentences[0]
    assert str(copy.folder) in sentences[0] or str(tmp_path) in sentences[0]


def test_our_own_fault_says_so_and_keeps_the_details_in_the_project(
    run: Run, copy: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(look, "list_pages", fail)
    code, out, err = run("pages", "-p", copy.project)
    log = copy.project / "logs" / "strokebook.log"
    assert code == 70 and not out
    assert err.count("\n") == 1 and "Traceback" not in err
    assert err.startswith("strokebook failed: ZeroDivisionError: by nothing. This is our fault")
    assert str(log) in err
    assert "Traceback" in log.read_text() and "pages -p" in log.read_text()


def test_without_a_project_the_details_are_in_a_temporary_file(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("strokebook.demo.make_library", None)
    code, _, err = run("make-sample", tmp_path / "library")
    (log,) = tmp_path.glob("strokebook-*.log")
    assert code == 70 and str(log) in err and "TypeError" in err
    assert "TypeError" in log.read_text()


def test_a_command_without_a_project_that_goes_well_leaves_no_log(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert run("--version")[0] == 0
    assert not list(tmp_path.iterdir())


def test_a_log_that_cannot_be_written_stops_nothing(run: Run, copy: Place) -> None:
    shutil.rmtree(copy.project / "logs", ignore_errors=True)
    (copy.project / "logs").write_text("in the way")
    code, out, err = run("pages", "-p", copy.project)
    assert code == 0 and out and not err


def test_a_log_is_never_written_through_a_link(run: Run, copy: Place, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    shutil.rmtree(copy.project / "logs", ignore_errors=True)
    (copy.project / "logs").mkdir()
    (copy.project / "logs" / "strokebook.log").symlink_to(tmp_path / "mine.txt")
    assert run("pages", "-p", copy.project)[0] == 0
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_the_log_is_listed_as_ours_and_turned_over(
    run: Run, copy: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("strokebook.cli.logbook.MOST", 300)
    for _ in range(12):
        assert run("pages", "-p", copy.project)[0] == 0
    logs = copy.project / "logs"
    names = {path.name for path in logs.glob("strokebook.log*")}
    assert names == {"strokebook.log", *(f"strokebook.log.{n}" for n in (1, 2, 3))}
    assert all(owned.is_ours(logs / name) for name in names)
    assert not trees.leftovers(logs)


def test_an_edit_is_logged_too(run: Run, copy: Place) -> None:
    assert run("correct", a_page(copy), "watercolours", "-p", copy.project)[0] == 0
    assert "strokebook 0.1.0: correct … …" in (copy.project / "logs" / "strokebook.log").read_text()


def test_another_programs_log_is_left_alone(run: Run, copy: Place) -> None:
    run("pages", "-p", copy.project)
    log = copy.project / "logs" / "strokebook.log"
    log.unlink()
    owned.remove(log)  # it is listed no more
    log.write_text("mine")
    assert run("pages", "-p", copy.project)[0] == 0
    assert log.read_text() == "mine"


def test_what_the_operating_system_says_names_the_file_that_was_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_writing(monkeypatch, errno.ENOSPC)
    with pytest.raises(OSError) as caught:
        write_text(tmp_path / "a.txt", "words")
    assert caught.value.filename == str(tmp_path / "a.txt")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("There is no page 'x'."), 2),
        (InputRefused("a.svg", "is empty."), 2),
        (OSError(errno.EACCES, "Permission denied", "/x/a.npz"), 74),
        (sqlite3.OperationalError("database or disk is full"), 74),
        (sqlite3.OperationalError("attempt to write a readonly database"), 74),
        (sqlite3.OperationalError("no such column: x"), 70),
        (MemoryError(), 74),
        (KeyError("x"), 70),
        (RecursionError("too deep"), 70),
    ],
)
def test_codes(error: Exception, code: int) -> None:
    assert fault_of(error).code == code


def test_a_full_disk_behind_another_error_is_still_the_disk() -> None:
    try:
        try:
            raise OSError(errno.ENOSPC, "No space left on device", "/x/model.safetensors")
        except OSError as error:
            raise RuntimeError("writing failed") from error
    except RuntimeError as error:
        fault = fault_of(error)
    assert fault.code == 74 and "/x/model.safetensors" in fault.sentence


def test_stopping_is_said_and_has_a_code_of_its_own(
    run: Run, copy: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(look, "list_pages", stop)
    code, _, err = run("pages", "-p", copy.project)
    assert code == 130 and "Stopped. What was done is kept" in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_standard_output_on_a_full_disk(copy: Place) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "strokebook", "pages", "-p", str(copy.project)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 74
    assert done.stderr.splitlines() == [
        "strokebook: Standard output: the disk is full. Free some space, then run the command "
        "again: what was done is kept."
    ]


def test_a_reader_that_has_seen_enough_is_no_fault(copy: Place) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "strokebook", "pages", "--json", "-p", str(copy.project)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.wait() == 0
    assert process.stderr.read() == ""
    process.stderr.close()
