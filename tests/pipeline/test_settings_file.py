"""``strokebook.toml`` that is none: one sentence with the file, the reason and the remedy."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from strokebook.base.errors import UsageError
from strokebook.model.config import ModelOptions
from strokebook.pipeline.settings import Settings, fingerprint, load_settings, write_settings


def pipe(path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes with names here")
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: path.mkdir(), "is a folder"),
        (pipe, "no plain file"),
        (lambda path: path.write_bytes(b"\x00\xff\xfe" * 99), "not text"),
        (lambda path: path.write_bytes(b"\x00" * 99), "not valid TOML"),
        (lambda path: path.write_bytes(b"a" * (1 << 20)), "over the limit"),
        (lambda path: path.write_text("a = " + "[" * 50_000), "nested too deep"),
        (lambda path: path.write_text("a = " + "1" * 5_000), "not valid TOML"),
        (lambda path: path.write_text(f"[draw]\ntemperature = {10**400}"), "too large a number"),
        (lambda path: path.write_text("[draw]\ntemperature = [[[[1]]]]"), "a list of 1 should be"),
        (lambda path: path.write_text("draw" + ".a" * 50_000 + " = 1"), "unknown setting|too deep"),
    ],
)
def test_it_is_refused(tmp_path: Path, make: Callable[[Path], object], reason: str) -> None:
    path = tmp_path / "strokebook.toml"
    make(path)
    with pytest.raises(UsageError, match=reason) as refused:
        load_settings(path)
    assert "strokebook.toml" in refused.value.reason and len(str(refused.value)) < 400


def test_a_file_with_every_setting_is_far_below_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "strokebook.toml"
    write_settings(path, Settings())
    assert path.stat().st_size < 1 << 16 and load_settings(path) == Settings()


def test_a_renamed_setting_is_read_with_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "strokebook.toml"
    path.write_text("[model]\nseeing = true\n")
    assert load_settings(path).model.local_frame
    load_settings(path)
    notices = [r.getMessage() for r in caplog.records]
    assert len(notices) == 1 and "seeing is called local_frame now" in notices[0]


def test_a_renamed_setting_leaves_cache_keys_as_they_were() -> None:
    sizes = ModelOptions(encoder=64, decoder=256, z=16)
    assert fingerprint(sizes) == "f82fa089abc4c33d"  # of the version that said "seeing"
