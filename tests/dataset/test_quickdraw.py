from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from strokebook.base import Diagnostic, InputRefused
from strokebook.dataset.quickdraw import read_quickdraw
from strokebook.geometry.drawing import Drawing

RAW = {
    "word": "sheep",
    "key_id": "5891796615823360",
    "countrycode": "AE",
    "recognized": True,
    "drawing": [[[1.5, 2, 3], [4, 5, 6], [0, 16, 35]], [[9, 8], [7, 6], [500, 540]]],
}
SIMPLE = {**RAW, "drawing": [[[1, 2], [4, 5]]]}


def read(path: Path, lines: list[bytes], **more: int) -> tuple[list[Drawing], list[Diagnostic]]:
    path.write_bytes(b"\n".join(lines))
    refused: list[Diagnostic] = []
    return list(read_quickdraw(path, refused.append, **more)), refused


def test_raw_and_simplified_lines_become_drawings(tmp_path: Path) -> None:
    lines = [json.dumps(RAW).encode(), b"", json.dumps(SIMPLE).encode()]
    (raw, simple), refused = read(tmp_path / "a.ndjson", lines)
    assert refused == []
    assert [s.tolist() for s in raw.strokes] == [[[1.5, 4], [2, 5], [3, 6]], [[9, 7], [8, 6]]]
    assert [t.tolist() for t in raw.meta["times"]] == [[0, 16, 35], [500, 540]]
    assert raw.meta["word"] == "sheep" and raw.meta["recognized"] is True
    assert (raw.unit, raw.source) == ("px", "a.ndjson:1")
    assert (simple.unit, simple.source) == ("unit", "a.ndjson:3")
    assert "times" not in simple.meta


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "nested too deep"),
        (b"[1]", "no list 'drawing'"),
        (b'{"drawing": 5}', "no list 'drawing'"),
        (b'{"drawing": []}', "no strokes"),
        (b'{"drawing": [[[1], [2], [3], [4]]]}', "stroke 1 is not"),
        (b'{"drawing": [[[1, 2], [3]]]}', "unequal length"),
        (b'{"drawing": [[["a"], ["b"]]]}', "no number"),
        (b'{"drawing": [[[], []]]}', "stroke 1 has no points"),
        (b'{"drawing": [[[1], [2]], [[NaN], [2]]]}', "stroke 2 has coordinates"),
        (b'{"drawing": [[[1e300], [2]]]}', "over a million"),
        (b'{"drawing": [[[1], [2], [3]], [[1], [2]]]}', "some have none"),
    ],
)
def test_bad_lines_are_named_and_the_rest_is_read(tmp_path: Path, line: bytes, reason: str) -> None:
    good = json.dumps(RAW).encode()
    drawings, refused = read(tmp_path / "a.ndjson", [good, line, good])
    assert [d.source for d in drawings] == ["a.ndjson:1", "a.ndjson:3"]
    assert [r.subject for r in refused] == ["a.ndjson:2"]
    assert reason in refused[0].reason


def test_long_lines_are_passed_over(tmp_path: Path) -> None:
    good = json.dumps(SIMPLE).encode()
    drawings, refused = read(
        tmp_path / "a.ndjson", [good, b"x" * 5000, good, b"x" * 5000], max_line=1000
    )
    assert [d.source for d in drawings] == ["a.ndjson:1", "a.ndjson:3"]
    assert [r.subject for r in refused] == ["a.ndjson:2", "a.ndjson:4"]


def test_reading_stops_at_the_limits(tmp_path: Path) -> None:
    good = json.dumps(SIMPLE).encode()
    assert len(read(tmp_path / "a.ndjson", [good] * 9, limit=4)[0]) == 4
    assert read(tmp_path / "a.ndjson", [good] * 9, limit=0)[0] == []
    drawings, refused = read(tmp_path / "a.ndjson", [good] * 9, max_bytes=3 * len(good))
    assert len(drawings) == 2 and "line 3 lies past" in refused[0].reason


def test_a_cut_gzip_gives_what_it_holds(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    lines = [json.dumps({"drawing": rng.integers(0, 255, (1, 2, 40)).tolist()}) for _ in range(200)]
    packed = gzip.compress("\n".join(lines).encode())
    path = tmp_path / "a.ndjson"  # told by its content, not its name
    path.write_bytes(packed[: len(packed) // 2])
    refused: list[Diagnostic] = []
    drawings = list(read_quickdraw(path, refused.append))
    assert 0 < len(drawings) < 200
    assert refused[-1].subject == "a.ndjson" and "cut off" in refused[-1].reason


def test_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="no such file"):
        list(read_quickdraw(tmp_path / "a.ndjson", print))


def test_the_real_file_reads_whole(shared: Path) -> None:
    refused: list[Diagnostic] = []
    path = shared / "data" / "quickdraw_raw.ndjson.gz"
    drawings = list(read_quickdraw(path, refused.append, limit=1500))
    assert len(drawings) == 1500 and refused == []
    for drawing in drawings[::50]:
        assert [len(t) for t in drawing.meta["times"]] == [len(s) for s in drawing.strokes]
    assert len({d.meta["word"] for d in drawings}) > 20
