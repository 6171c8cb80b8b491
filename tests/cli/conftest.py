"""The command line, for tests of commands."""

from __future__ import annotations

import pytest

from command_line import Run, command_line


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return command_line(monkeypatch, capsys)
