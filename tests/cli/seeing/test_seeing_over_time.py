from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from strokebook.cli.main import app
from strokebook.vision.trends import poster

from place import Place


def test_over_time_and_open_data_as_commands(
    copy: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poster, "DPI", 30)
    run = CliRunner().invoke
    told = run(app, ["over-time", "-p", str(copy.project), "--json"])
    assert told.exit_code == 0
    files = [Path(f) for f in json.loads(told.stdout)["files"]]
    assert {f.suffix for f in files} == {".png", ".pdf", ".html", ".csv"}
    assert all(f.exists() for f in files)
    made = run(app, ["open-data", str(tmp_path / "open"), "-p", str(copy.project), "--json"])
    assert made.exit_code == 0
    rows = json.loads(made.stdout)["rows"]
    assert rows["pages"] > 10 and rows["drawings"] > 5


def test_a_period_that_is_none_is_told_with_the_nearest(copy: Place) -> None:
    told = CliRunner().invoke(app, ["over-time", "--by", "yaer", "-p", str(copy.project)])
    assert "Did you mean 'year'?" in str(told.exception)
