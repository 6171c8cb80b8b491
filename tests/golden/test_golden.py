"""Results against their recordings: within tolerances, or to the bit where that is asked for.

``STROKEBOOK_GOLDEN_EXACT=1`` asks for it; it holds on the recording machine alone, and takes a
second round in processes that compile nothing, since a compiled kernel's last bits depend on what
the process that compiled it did before.
"""

from __future__ import annotations

import copy
import os
from pathlib import Path

import pytest
from recording import RECORDINGS, TOLERANCE, differences, fingerprint, load
from results import RESULTS, Result, compute, compute_once

FOLDER = Path(os.environ.get("STROKEBOOK_GOLDEN", RECORDINGS))
EXACT = bool(os.environ.get("STROKEBOOK_GOLDEN_EXACT"))
RECORD = "Meant? Record them anew: python tests/golden/recording.py"


@pytest.fixture(scope="module")
def shared_or_none(request: pytest.FixtureRequest) -> Path | None:
    try:
        return request.getfixturevalue("shared")
    except pytest.skip.Exception:
        return None


@pytest.fixture(scope="module")
def computed(shared_or_none: Path | None) -> dict[str, Result]:
    names = [n for n in RESULTS if shared_or_none or n != "real_pages"]
    return (compute if EXACT else compute_once)(names, shared_or_none)


@pytest.mark.parametrize("name", RESULTS)
def test_the_result_is_as_recorded(
    name: str, computed: dict[str, Result], shared_or_none: Path | None
) -> None:
    if name not in computed:
        pytest.skip("no shared test data (set STROKEBOOK_SHARED to its folder)")
    machine, recorded = load(name, FOLDER)
    exact = EXACT and machine == fingerprint()
    found = differences(name, recorded, computed[name], exact)
    how = "to the bit" if exact else "within tolerances"
    assert not found, "\n".join([f"{name} (compared {how}) changed.", *found[:20], RECORD])


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("name", RESULTS)
def test_a_changed_figure_is_seen(name: str, exact: bool) -> None:
    _, recorded = load(name, RECORDINGS)
    assert not differences(name, recorded, recorded, exact)
    changed = copy.deepcopy(recorded)
    last = list(changed)[-1]
    changed[last]["figures"] = _grown(changed[last]["figures"])
    (first, *_) = differences(name, recorded, changed, exact)
    assert first.startswith(last)


@pytest.mark.parametrize("name", RESULTS)
def test_a_changed_bit_is_seen_on_the_same_machine_only(name: str) -> None:
    _, recorded = load(name, RECORDINGS)
    changed = copy.deepcopy(recorded)
    case = next(iter(changed))
    changed[case]["digest"] = "0" * 64
    assert len(differences(name, recorded, changed, exact=True)) == 1
    assert not differences(name, recorded, changed, exact=False)
    assert name in TOLERANCE


def _grown(value: object) -> object:
    """Every number half as large again."""
    if isinstance(value, dict):
        return {k: _grown(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_grown(v) for v in value]
    return value * 1.5 if isinstance(value, int | float) else value
