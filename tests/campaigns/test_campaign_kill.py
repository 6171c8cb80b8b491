"""The campaign of kills in its short form: a sample of the steps, one random moment of each."""

from __future__ import annotations

from pathlib import Path

from benchmarks.campaigns.common import Copy
from benchmarks.campaigns.kill import carry_out

from place import Place


def test_nothing_is_lost_or_shown_by_a_kill(finished: Place, tmp_path: Path) -> None:
    table = carry_out(Copy(finished.folder), tmp_path, seed=11, rounds=0, short=True)
    assert table.losses == []
    assert len([row for row in table.rows.values() if row.rounds]) == 8
    steps = [row for name, row in table.rows.items() if name.endswith("at its steps")]
    assert all(row.struck == row.rounds for row in steps)
