"""``review`` in a terminal (a pseudo-terminal here), and without one."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from strokebook.cli.main import app
from strokebook.cli.seeing.terminal_pictures import inline_picture, terminal_kind
from strokebook.pipeline.project import open_project

from place import Place, make_scanned_place

SURE = {"sb48p001": 0.9, "sb48p002": 0.55, "sb48p003": 0.7, "sb48p004": 0.99, "sb48p005": 0.6}
PROMPT = "q quit"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Five pages that the rule takes for drawings, more or less surely."""
    place = make_scanned_place(tmp_path, 5)
    with open_project(place.project) as project:
        images = {page.id: page.image for page in project.catalogue.pages()}
        labels = {images[name]: ("drawings", sure) for name, sure in SURE.items()}
        project.catalogue.set_rule_labels(labels)
    return place


class Terminal:
    """The command in a pseudo-terminal: keys go in, what it shows comes out."""

    def __init__(self, place: Place, *words: str) -> None:
        import pty

        self._ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "strokebook", "review", *words]
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "200", "TERM_PROGRAM": ""}
        self._process = subprocess.Popen(
            [*command, "-p", str(place.project)],
            stdin=theirs, stdout=theirs, stderr=theirs, env=environment, close_fds=True,
        )  # fmt: skip
        os.close(theirs)
        self.shown = ""

    def wait_for(self, text: str, seconds: float = 60.0) -> str:
        """What was shown up to ``text``, which is taken away."""
        end = time.monotonic() + seconds
        while text not in self.shown:
            assert time.monotonic() < end, f"no {text!r} in {self.shown!r}"
            if select.select([self._ours], [], [], 0.2)[0]:
                self.shown += os.read(self._ours, 65536).decode()
        before, _, self.shown = self.shown.partition(text)
        return before

    def press(self, key: str) -> None:
        os.write(self._ours, key.encode())

    def end(self) -> int:
        code = self._process.wait(60)
        while select.select([self._ours], [], [], 0.1)[0]:
            try:
                self.shown += os.read(self._ours, 65536).decode()
            except OSError:  # Linux: the other end is closed
                break
        os.close(self._ours)
        return code


def labels_of(place: Place) -> dict[str, tuple[str | None, str | None]]:
    with open_project(place.project) as project:
        return {p.id: (p.label, p.label_source) for p in project.catalogue.pages()}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")
def test_single_keys_walk_the_least_sure_pages(place: Place) -> None:
    terminal = Terminal(place)
    assert "1 of 5   sb48p002 is drawings, 55 % sure" in terminal.wait_for(PROMPT)
    terminal.press("x")  # means nothing
    terminal.press("\x1b[A")  # an arrow: not the A in it
    terminal.press("w")
    assert "sb48p002 is watercolours, by hand" in terminal.wait_for("2 of 5   sb48p005")
    terminal.wait_for(PROMPT)
    terminal.press(" ")
    terminal.wait_for("3 of 5   sb48p003")
    terminal.wait_for(PROMPT)
    terminal.press("s")
    terminal.wait_for("4 of 5   sb48p001")
    terminal.wait_for(PROMPT)
    terminal.press("u")  # back to the one that was skipped
    terminal.wait_for("3 of 5   sb48p003")
    terminal.wait_for(PROMPT)
    terminal.press("u")  # takes the confirmation of the one before back
    assert "sb48p005 is as it was" in terminal.wait_for("2 of 5   sb48p005")
    terminal.wait_for(PROMPT)
    terminal.press("n")
    terminal.wait_for("3 of 5   sb48p003")
    terminal.press("q")
    assert terminal.end() == 0
    assert "2 pages decided: 0 confirmed, 2 changed." in terminal.shown
    assert "2 pages will no longer be traced." in terminal.shown
    stand = labels_of(place)
    assert stand["sb48p002"] == ("watercolours", "hand")
    assert stand["sb48p005"] == ("notes", "hand")
    assert stand["sb48p003"] == ("drawings", "rule")
    # Each key is a command of its own in the log.
    result = CliRunner().invoke(app, ["undo", "-p", str(place.project)])
    assert result.exit_code == 0
    assert labels_of(place)["sb48p005"] == ("drawings", "rule")
    assert labels_of(place)["sb48p002"] == ("watercolours", "hand")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")
def test_a_page_made_private_with_one_key_leaves_the_sheet(place: Place) -> None:
    terminal = Terminal(place, "-n", "3")
    terminal.wait_for(PROMPT)
    terminal.press("p")
    assert "sb48p002 is private" in terminal.wait_for(PROMPT)
    terminal.press("q")
    terminal.wait_for("It cannot be brought back.")
    terminal.press("y\n")
    assert terminal.end() == 0
    with open_project(place.project) as project:
        assert project.catalogue.page("sb48p002").private
        assert project.catalogue.purges() == {}
    assert not (place.project / "pictures" / "review" / "pages-01.jpg").exists()


def test_without_a_terminal_the_list_and_what_to_type(place: Place) -> None:
    result = CliRunner().invoke(app, ["review", "-n", "2", "-p", str(place.project)])
    assert result.exit_code == 0
    assert result.stdout.index("sb48p002") < result.stdout.index("sb48p005")
    assert "sb48p003" not in result.stdout
    assert "strokebook correct sb48p002 drawings" in result.stdout
    with Image.open(place.project / "pictures" / "review" / "pages-01.jpg") as sheet:
        assert sheet.width > 300


def test_json_and_show_say_why(place: Place) -> None:
    words = ["-p", str(place.project), "--json"]
    listed = json.loads(CliRunner().invoke(app, ["review", *words]).stdout)
    assert [item["name"] for item in listed] == sorted(SURE, key=SURE.__getitem__)
    assert listed[0]["confidence"] == 0.55
    assert "from the rule" in listed[0]["why"] and "55 % sure" in listed[0]["why"]
    shown = CliRunner().invoke(app, ["show", "sb48p004", "-p", str(place.project)]).stdout
    assert shown.rstrip().endswith("99 % sure.")


def test_what_a_terminal_with_pictures_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    image = Image.fromarray(np.random.default_rng(1).integers(0, 255, (80, 80, 3), np.uint8))
    monkeypatch.setenv("TERM_PROGRAM", "iTerm.app")
    monkeypatch.delenv("KITTY_WINDOW_ID", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert terminal_kind() == "iterm"
    assert inline_picture(image, "iterm").startswith("\x1b]1337;File=inline=1")
    kitty = inline_picture(image, "kitty")
    assert kitty.count("\x1b_G") == kitty.count("\x1b\\") > 1
    assert kitty.count("m=0;") == 1  # the last part says so
    assert inline_picture(image, "") == ""
