"""Files that are no model of the browser library: one sentence each."""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from strokebook.base.errors import InputRefused
from strokebook.model.interchange import sketchrnn_js


def good(units: int = 2) -> list[Any]:
    shapes = [[units, 123], [123], [5, 4 * units], [units, 4 * units], [4 * units]]
    blobs = [base64.b64encode(bytes(2 * int(np.prod(s)))).decode() for s in shapes]
    return [{"name": "x", "scale_factor": 10.0, "max_seq_len": 20}, shapes, blobs]


def refused(tmp_path: Path, text: str | bytes) -> str:
    path = tmp_path / "bad.gen.json"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(InputRefused) as caught:
        sketchrnn_js.read(path)
    said = str(caught.value)
    assert "bad.gen.json" in said and len(said) < 400 and "\n" not in said
    return said


def test_the_good_one_is_good(tmp_path: Path) -> None:
    (tmp_path / "good.gen.json").write_text(json.dumps(good()))
    assert sketchrnn_js.read(tmp_path / "good.gen.json").units == 2


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_cut_short(tmp_path: Path, share: float) -> None:
    text = json.dumps(good())
    assert "no whole JSON" in refused(tmp_path, text[: int(share * len(text))])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"\xff\xfe\x00\x01", "no whole JSON"),
        ("[" * 100_000, "no whole JSON"),
        ("{}", "not the list"),
        ("[1, 2, 3]", "not of the right kind"),
        ("[{}, [], []]", "0 shapes and 0 arrays"),
    ],
)
def test_something_else(tmp_path: Path, text: str | bytes, words: str) -> None:
    assert words in refused(tmp_path, text)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0, -3, "62", None, True, 10**400])
def test_a_scale_that_is_none(tmp_path: Path, value: object) -> None:
    whole = good()
    whole[0]["scale_factor"] = value
    assert "scale_factor" in refused(tmp_path, json.dumps(whole))


@pytest.mark.parametrize("value", [float("nan"), 1, 2.5, 10**9, "9", None])
def test_a_length_that_is_none(tmp_path: Path, value: object) -> None:
    whole = good()
    whole[0]["max_seq_len"] = value
    assert "max_seq_len" in refused(tmp_path, json.dumps(whole))


@pytest.mark.parametrize("units", [0, -1, 10**12, 2.0, "2", True, None, [2]])
def test_wrong_units(tmp_path: Path, units: object) -> None:
    whole = good()
    whole[1][0][0] = units
    assert "units" in refused(tmp_path, json.dumps(whole))


@pytest.mark.parametrize("change", [(0, [2, 9]), (2, [5, 9]), (4, 8), (3, "x")])
def test_wrong_shapes(tmp_path: Path, change: tuple[int, object]) -> None:
    whole = good()
    whole[1][change[0]] = change[1]
    assert "not those of a plain LSTM with 20" in refused(tmp_path, json.dumps(whole))


@pytest.mark.parametrize(
    ("blob", "words"),
    [
        ("", "has 0 characters"),
        ("AAAA", "has 4 characters"),
        ("A" * 1_000_000, "has 1000000 characters"),  # refused before it is decoded
        ("*" * 328, "is not base64"),
        ("A" * 327 + "=", "has 245 bytes instead of 246"),
    ],
)
def test_wrong_weights(tmp_path: Path, blob: str, words: str) -> None:
    whole = good()
    whole[2][1] = blob
    assert f"array 2 {words}" in refused(tmp_path, json.dumps(whole))


def test_missing_and_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputRefused, match="no such file"):
        sketchrnn_js.read(tmp_path / "none.gen.json")
    with pytest.raises(InputRefused, match="is a folder"):
        sketchrnn_js.read(tmp_path)
    monkeypatch.setattr(sketchrnn_js, "MOST_BYTES", 100)
    assert "over the limit" in refused(tmp_path, json.dumps(good()))
