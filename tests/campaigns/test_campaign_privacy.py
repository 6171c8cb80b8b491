"""The campaign's short form, on the project that all tests share."""

from __future__ import annotations

from pathlib import Path

from benchmarks.campaigns.privacy import find_home, try_home

from place import Place


def test_nothing_of_a_private_page_is_found(copy: Place, tmp_path: Path) -> None:
    trials = list(try_home(find_home(copy.folder), seed=11, kills=2, work=tmp_path / "work"))
    assert [(trial.case, trial.finds) for trial in trials if trial.finds] == []
    assert len(trials) == 5
    assert all(code in (0, -9, 137) for trial in trials for code in trial.codes)
