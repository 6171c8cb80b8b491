"""How the commands behave: help, quiet and loud, signs of life, listings, names on the terminal."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from strokebook import __version__
from strokebook.base.errors import Diagnostic, Severity
from strokebook.cli import console
from strokebook.cli.app import OTHERS, panel_of
from strokebook.cli.console import BarProgress, print_json, safe, show_diagnostics, table
from strokebook.cli.logbook import without_names
from strokebook.cli.main import app

from command_line import Run
from place import Place

HOSTILE = "a\x1b]0;owned\x07\x9b31m\u202egpj.exe\r\n\x7f"


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture(autouse=True)
def usual_manner() -> Iterator[None]:
    yield
    console.manner.quiet = console.manner.verbose = False


def files(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_help_is_in_the_order_of_the_work(run: Run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    order = [out.index(f" {name} ") for name in ("run", "pages", "label", "complete", "export")]
    assert order == sorted(order)
    names = list(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    assert names[0] == "run"


def test_every_command_has_a_panel() -> None:
    names = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert [name for name in names if panel_of(name) == OTHERS] == []


def test_no_words_show_the_help(run: Run) -> None:
    code, out, _ = run()
    assert code == 0 and "Usage" in out


def test_version(run: Run) -> None:
    assert run("--version") == (0, f"strokebook {__version__}\n", "")


def test_wrong_words_are_one_sentence_with_the_nearest(run: Run) -> None:
    code, _, err = run("pagse")
    assert code == 2 and err.count("\n") == 1 and "Did you mean 'pages'?" in err
    code, _, err = run("pages", "--quiet")
    assert code == 2 and "before the command: strokebook --quiet" in err


def test_quiet_says_nothing_where_all_is_well(run: Run, copy: Place) -> None:
    assert run("--quiet", "run", "-p", copy.project) == (0, "", "")
    code, out, _ = run("--quiet", "pages", "-p", copy.project)
    assert code == 0 and "sb48p" in out


def test_verbose_shows_the_stages_with_their_times(run: Run, copy: Place) -> None:
    _, _, err = run("--verbose", "run", "-p", copy.project, "--until", "trace")
    assert "stage trace begins" in err and "stage trace ends: 0 worked on" in err
    assert "stage train" not in err


def test_without_a_terminal_every_stage_gives_a_sign(run: Run, copy: Place) -> None:
    _, _, err = run("run", "-p", copy.project)
    begun = [line.strip() for line in err.splitlines() if line.endswith("begins")]
    assert begun[0] == "stage scan begins" and begun[-1] == "stage report begins"


def test_the_log_has_commands_stages_and_refusals_but_no_name_of_a_scan(
    run: Run, copy: Place
) -> None:
    (copy.library / "sb48" / "priv").mkdir(exist_ok=True)
    (copy.library / "sb48" / "priv" / "my secret name.jpg").write_bytes(b"")
    assert run("run", "-p", copy.project, "--until", "scan")[0] == 1
    log = (copy.project / "logs" / "strokebook.log").read_text()
    assert "run -p" in log and "stage scan begins" in log and "refused 1: " in log
    assert "secret" not in log


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("sb48/priv/my secret.jpg: is empty.", "sb48/priv/*.jpg: is empty."),
        ("No such file: '/x/it's a secret.JPEG'", "No such file: '/x/*.jpeg'"),
        (r"C:\scans\a secret.png", r"C:\scans\*.png"),
        ("drawings/sb48p001d01.svg", "drawings/sb48p001d01.svg"),
    ],
)
def test_names_of_scans_are_taken_out(text: str, shown: str) -> None:
    assert without_names(text) == shown


def test_a_sign_of_life_at_most_every_half_minute(capsys: pytest.CaptureFixture[str]) -> None:
    seconds = iter(range(0, 10_000, 9))  # the clock is asked once an item
    progress = BarProgress(clock=lambda: float(next(seconds)))
    assert list(progress.track(range(8), "trace pages")) == list(range(8))
    assert capsys.readouterr().err.splitlines() == [
        "  trace pages: 8 to do",
        "  trace pages: 4 of 8, 6.7 a minute",
        "  trace pages: 8 done in 81 s",
    ]


def test_items_of_unknown_number_give_a_sign_too(capsys: pytest.CaptureFixture[str]) -> None:
    seconds = iter(range(0, 10_000, 10))
    progress = BarProgress(clock=lambda: float(next(seconds)))
    list(progress.track((n for n in range(4)), "files"))
    assert "  files: 3, 6.0 a minute" in capsys.readouterr().err.splitlines()


def unsafe(text: str) -> bool:
    return any(c != "\n" and (not c.isprintable() or c in "\x7f\x9b\u202e") for c in text)


def test_control_characters_are_spelt_out() -> None:
    assert safe("a\x1b[31m\u202e\x9b\n\t") == r"a\x1b[31m\u202e\x9b\x0a\x09"
    assert safe("Zoë 🎨 日本 – [bold]") == "Zoë 🎨 日本 – [bold]"
    assert safe("\udcff") == r"\udcff"


def test_nothing_that_is_printed_steers_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    console.say(HOSTILE)
    console.complain(HOSTILE)
    BarProgress().say(HOSTILE)
    table(HOSTILE, ("[bold]", "b"), [(HOSTILE, "[red]x")])
    show_diagnostics(
        [
            Diagnostic(HOSTILE, "is odd.", "Rename it."),
            Diagnostic(HOSTILE, "", "", Severity.WARNING),
        ]
    )
    said = capsys.readouterr()
    assert not unsafe(said.out) and not unsafe(said.err)
    assert r"\x1b" in said.out and r"\x1b" in said.err and "[red]x" in said.out


def test_json_stays_json(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"path": HOSTILE, "list": ["Zoë", "\udcff"]}
    print_json(value)
    said = capsys.readouterr().out
    assert not unsafe(said)
    assert json.loads(said) == value


def test_errors_do_not_steer_the_terminal(run: Run, tmp_path: Path) -> None:
    code, _, err = run("complete", tmp_path / HOSTILE.replace("\n", ""), "-m", "starter")
    assert code == 2 and not unsafe(err)
    code, _, err = run("trace", "a.jpg", HOSTILE)
    assert code == 2 and not unsafe(err)


def test_kinds_in_any_spelling(run: Run, finished: Place) -> None:
    listed = [
        json.loads(run("pages", "--kind", kind, "--json", "-p", finished.project)[1])
        for kind in ("drawing", "drawings", "Drawings", "line drawings")
    ]
    assert listed[0] and all(one == listed[0] for one in listed)
    private = json.loads(run("pages", "--kind", "private", "--json", "-p", finished.project)[1])
    assert private and all(page["private"] for page in private)


def test_unknown_kinds_and_books_are_refused_with_the_nearest(run: Run, finished: Place) -> None:
    code, _, err = run("pages", "--kind", "drwings", "-p", finished.project)
    assert code == 2 and "Did you mean 'drawing" in err
    code, _, err = run("pages", "--book", "sb84", "-p", finished.project)
    assert code == 2 and "sb48" in err


def test_empty_listings_say_why(run: Run, finished: Place, tmp_path: Path) -> None:
    code, out, _ = run("pages", "--kind", "other", "-p", finished.project)
    assert code == 0
    assert out.startswith("No pages are of the kind other; kinds here: drawing ")
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "strokebook.toml").write_text('[project]\nlibrary = "."\n')
    for command in ("pages", "drawings", "clusters"):
        code, out, _ = run(command, "-p", empty)
        assert code == 0 and "strokebook run" in out


def test_a_label_of_ones_own_is_a_kind_to_list(run: Run, copy: Place) -> None:
    page = json.loads(run("pages", "--json", "-p", copy.project)[1])[0]["id"]
    assert run("correct", page, "faces", "-p", copy.project)[0] == 0
    listed = json.loads(run("pages", "--kind", "Faces", "--json", "-p", copy.project)[1])
    assert [one["id"] for one in listed] == [page]


def test_a_stray_file_is_a_warning_and_no_refusal(run: Run, copy: Place) -> None:
    (copy.library / "sb48" / "art" / "notes.txt").write_text("a note")
    for _ in range(2):
        code, _, err = run("run", "-p", copy.project, "--until", "scan")
        assert code == 0
        assert "1 warning" in err and "sb48/art: notes.txt is no image" in err


def test_a_dry_run_says_what_is_due_and_changes_nothing(run: Run, copy: Place) -> None:
    run("run", "-p", copy.project, "--until", "scan")  # the copy's files are other files
    source = min((copy.library / "sb48" / "art").glob("*.jpg"))
    (copy.library / "sb48" / "art" / "099.jpg").write_bytes(source.read_bytes())
    for path in (copy.project / "cache" / "traces").glob("*.json"):
        path.unlink()
        break
    (copy.project / "report.html").unlink()
    before = files(copy.folder)
    code, out, err = run("run", "--dry-run", "-p", copy.project)
    assert code == 0 and not err
    assert files(copy.folder) == before
    rows = {row[1]: row[2:4] for line in out.splitlines() if len(row := line.split("│")) > 4}
    due = {name.strip(): int(n[0]) for name, n in rows.items() if n[0].strip().isdigit()}
    assert due["scan"] == 1 and due["trace"] == 1 and due["report"] == 1
    assert due["compose"] == due["dataset"] == 0


def test_a_dry_run_makes_no_project(run: Run, copy: Place, tmp_path: Path) -> None:
    code, out, _ = run("run", copy.library, "--dry-run", "-p", tmp_path / "new", "--until", "embed")
    assert code == 0 and "Nothing was changed." in out
    assert not (tmp_path / "new").exists()
    assert run("run", "--dry-run", "-p", tmp_path / "new")[0] == 2


def test_a_run_names_what_there_is_and_one_next_step(run: Run, copy: Place) -> None:
    for name in ("report.html", "drawn/completions.png", "drawn/completions.gif"):
        (copy.project / name).unlink()
    _, out, _ = run("run", "-p", copy.project, "--until", "compose")
    looked = out[out.index("To look at:") :]
    assert "map.png" in looked and "clusters" in looked
    assert looked.count("Next: ") == 1
    _, status, _ = run("status", "-p", copy.project)
    assert status.splitlines()[-1] == looked.splitlines()[-1]


def test_logging_is_as_it_was_afterwards(run: Run) -> None:
    before = list(logging.getLogger("strokebook").handlers)
    run("--version")
    assert logging.getLogger("strokebook").handlers == before
