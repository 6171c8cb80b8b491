from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strokebook.base.errors import StrokebookError
from strokebook.base.files import (
    atomic_open,
    digest,
    file_digest,
    inside,
    plain_name,
    slug,
    write_bytes,
    write_json,
)


def test_a_failed_write_leaves_the_old_file_and_no_rubbish(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_bytes(path, b"old")
    with pytest.raises(RuntimeError), atomic_open(path) as file:
        file.write(b"half")
        raise RuntimeError
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_kill_in_the_middle_of_a_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    write_bytes(path, b"old")
    code = f"""
    import os, signal
    from pathlib import Path
    from strokebook.base.files import atomic_open
    with atomic_open(Path({str(path)!r})) as file:
        file.write(b"half"); file.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    """
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=False)
    assert run.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"


def test_json_refuses_nan_and_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "a.json", {"x": float("nan")})
    assert list(tmp_path.iterdir()) == []
    write_json(tmp_path / "a.json", {"x": "é"})
    assert json.loads((tmp_path / "a.json").read_text()) == {"x": "é"}


def test_the_boundaries_of_parts_count_in_a_digest() -> None:
    assert digest("ab", "c") != digest("a", "bc")
    assert digest("ab") == digest(b"ab")


def test_file_digest_depends_on_content_alone(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 3_000_000)
    (tmp_path / "b").write_bytes(b"x" * 3_000_000)
    (tmp_path / "c").write_bytes(b"x" * 2_999_999 + b"y")
    a, b, c = (file_digest(tmp_path / n) for n in "abc")
    assert a == b != c


@given(st.text())
def test_a_slug_is_safe_everywhere(text: str) -> None:
    assert set(slug(text)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert 0 < len(slug(text)) <= 60


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "/etc/passwd",
        "a/../../x",
        "a/../b",
        "..\\x",
        "C:x",
        "C:/x",
        "\\x",
        "link/x",
        "loop/x",
    ],
)
def test_a_name_that_climbs_out_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)
    (folder / "loop").symlink_to(folder / "loop")
    with pytest.raises(StrokebookError, match="outside"):
        inside(folder, name)


@pytest.mark.parametrize("name", ["", "a\0b", "con", "NUL.svg", "a/com1.json", "aux "])
def test_a_name_that_is_no_files_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(StrokebookError, match="no name of a file"):
        inside(tmp_path, name)


@pytest.mark.parametrize("name", ["a/b", "a\\b", "..", "."])
def test_a_name_in_a_folder_is_no_plain_name(name: str) -> None:
    with pytest.raises(StrokebookError, match="plain name"):
        plain_name(name)


@pytest.mark.parametrize("name", ["a/b", "console.svg", "a..b", "com10", "ä ö.json"])
def test_a_name_within_is_given_back(tmp_path: Path, name: str) -> None:
    assert inside(tmp_path, name) == tmp_path / name
