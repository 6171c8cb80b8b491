"""The campaign of faults in its short form: a few steps of each."""

from __future__ import annotations

from pathlib import Path

from benchmarks.campaigns.common import Copy
from benchmarks.campaigns.faults import carry_out

from place import Place


def test_nothing_is_lost_by_a_fault(finished: Place, tmp_path: Path) -> None:
    table = carry_out(Copy(finished.folder), tmp_path, short=True)
    assert table.losses == []
    assert all(row.rounds for row in table.rows.values())
    assert any(row.struck for name, row in table.rows.items() if name.startswith("disk"))
