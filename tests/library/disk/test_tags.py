from __future__ import annotations

import plistlib
from pathlib import Path

import pytest

from strokebook.base.errors import UsageError
from strokebook.library.disk.tags import read_tags, tag_named

FINDER = "user.com.apple.metadata:_kMDItemUserTags"


def plist(value: object) -> bytes:
    return plistlib.dumps(value, fmt=plistlib.FMT_BINARY)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "page.jpg"
    path.write_bytes(b"x")
    return path


def test_a_file_without_tags(file: Path, wear):
    assert read_tags(file) == (frozenset(), "")


def test_finder_tags_are_known_by_their_number_whatever_their_name(file: Path, wear):
    wear(file, FINDER, plist(["Rot\n6", "Gelb\n5", "Mine\n7", "Best\n2", "Blue\n4", "Grey\n1"]))
    assert read_tags(file) == ({"private", "notes", "extras", "favourite"}, "")


def test_a_finder_tag_without_colour_counts_by_its_name(file: Path, wear):
    wear(file, FINDER, plist(["Private", "Holiday\n0"]))
    assert read_tags(file)[0] == {"private"}


def test_tags_of_linux_file_managers(file: Path, wear):
    wear(file, "user.xdg.tags", "Red, favourite,红,notes ,Red Bull".encode())
    assert read_tags(file) == ({"private", "favourite", "notes"}, "")


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"bplist00garbage",
        b"bplist00" + b"\xff" * 40,
        plist({"a": 1}),
        plist("Red\n6"),
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><plist><string>&b;</string></plist>",
    ],
)
def test_a_broken_list_is_told_and_is_no_tag(file: Path, value: bytes, wear):
    wear(file, FINDER, value)
    tags, problem = read_tags(file)
    assert tags == frozenset()
    assert "cannot be read" in problem


def test_entries_that_are_no_text_are_passed_over(file: Path, wear):
    wear(file, FINDER, plist([1, ["Red\n6"], b"x", "Red\n6"]))
    assert read_tags(file) == ({"private"}, "")


def test_a_huge_list_is_not_parsed(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("os.listxattr", lambda path: [FINDER])
    monkeypatch.setattr("os.getxattr", lambda path, name: plist(["Red\n6" * 20000]))
    assert "limit" in read_tags(file)[1]


def test_a_file_that_cannot_be_asked_is_told(tmp_path: Path):
    tags, problem = read_tags(tmp_path / "missing.jpg")
    assert tags == frozenset()
    assert problem


@pytest.mark.parametrize(
    ("word", "tag"), [("Red", "private"), ("green", "favourite"), ("xtra", "extras")]
)
def test_tags_are_known_by_name_and_colour(word, tag):
    assert tag_named(word) == tag


def test_an_unknown_tag_names_the_nearest():
    with pytest.raises(UsageError, match="private"):
        tag_named("privat")
