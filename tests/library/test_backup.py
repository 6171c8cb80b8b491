"""Copies of the catalogue: when they are taken, which are kept, and what a full disk does."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from strokebook.base.errors import StrokebookError
from strokebook.library import backup
from strokebook.library.backup import back_up_daily, drop_backups
from strokebook.library.catalogue.catalogue import Catalogue
from strokebook.library.catalogue.migrations import migrate
from strokebook.library.catalogue.schema import MIGRATIONS
from strokebook.library.disk.backup_files import backups
from strokebook.library.sqlite.database import Database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "project" / "strokebook.db"


@pytest.fixture
def days(monkeypatch):
    """Let the clock show a day of January 2030."""

    def set_day(number: int) -> None:
        monkeypatch.setattr(backup, "_today", lambda: f"2030-01-{number:02d}")

    return set_day


def names(path: Path) -> list[str]:
    return sorted(file.name for file in (path.parent / "backups").glob("*"))


def old_catalogue(path: Path) -> None:
    """A catalogue of the first schema."""
    db = Database(path)
    migrate(db, MIGRATIONS[:1])
    db.run("INSERT INTO meta VALUES ('from', 'the past')")
    db.close()


def test_once_a_day_a_whole_copy_that_needs_no_other_file(path: Path, days):
    days(1)
    with Catalogue.open(path) as catalogue:
        catalogue.put_result("trace", "a", "k", 0.1, {})
        assert back_up_daily(catalogue.db) is None
        catalogue.put_result("trace", "b", "k", 0.1, {})
        assert back_up_daily(catalogue.db) is None
    assert names(path) == ["strokebook-2030-01-01.db"]
    taken = path.parent / "backups" / "strokebook-2030-01-01.db"
    with sqlite3.connect(f"{taken.as_uri()}?mode=ro&immutable=1", uri=True) as db:
        assert db.execute("SELECT item FROM stage_result").fetchall() == [("a",)]
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()


def test_five_days_and_three_migrations_are_kept(path: Path, days):
    with Catalogue.open(path) as catalogue:
        for day in range(1, 9):
            days(day)
            back_up_daily(catalogue.db)
            os.utime(path.parent / "backups" / f"strokebook-2030-01-{day:02d}.db", (day, day))
            backup.back_up_before_migration(catalogue.db)
    kept = backups(path.parent)
    assert [b.day for b in kept if b.schema is None] == [f"2030-01-0{d}" for d in (8, 7, 6, 5, 4)]
    assert len([b for b in kept if b.schema is not None]) == 3


def test_a_clock_set_back_does_not_take_the_copy_just_taken(path: Path, days):
    with Catalogue.open(path) as catalogue:
        for day in (20, 21, 22, 23, 24, 25):
            days(day)
            back_up_daily(catalogue.db)
        days(1)
        back_up_daily(catalogue.db)
    assert "strokebook-2030-01-01.db" in names(path)
    assert len(names(path)) == 5


def test_only_ours_are_let_go(path: Path, days):
    folder = path.parent / "backups"
    folder.mkdir(parents=True)
    (folder / "strokebook-2001-01-01.db").write_text("a text of the artist's")
    (folder / "strokebook-2001-01-01 copy.db").write_bytes(b"SQLite format 3\0")
    with sqlite3.connect(folder / "strokebook-2001-01-02.db") as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    before = set(names(path))
    with Catalogue.open(path) as catalogue:
        for day in range(1, 9):
            days(day)
            back_up_daily(catalogue.db)
    assert before < set(names(path))
    drop_backups(path.parent)
    assert set(names(path)) == before


def test_a_catalogue_is_copied_before_it_is_migrated(path: Path, days):
    days(3)
    old_catalogue(path)
    with Catalogue.open(path) as catalogue:
        assert catalogue.warnings == ()
    assert names(path) == ["strokebook-2030-01-03-schema-1.db"]
    taken = Database(path.parent / "backups" / "strokebook-2030-01-03-schema-1.db")
    assert taken.row("PRAGMA user_version")[0] == 1
    assert taken.row("SELECT value FROM meta WHERE name = 'from'")[0] == "the past"
    taken.close()


def test_a_new_catalogue_has_nothing_to_copy(path: Path):
    Catalogue.open(path).close()
    assert not (path.parent / "backups").exists()


@pytest.mark.parametrize("how", ["too little is free", "it ends in the middle"])
def test_a_full_disk_is_a_warning(path: Path, days, monkeypatch, how: str):
    days(4)
    old_catalogue(path)
    if how == "too little is free":
        monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 0))
    else:
        monkeypatch.setattr(os, "fsync", full)
    with Catalogue.open(path) as catalogue:
        (warning,) = catalogue.warnings
        assert not warning.is_error and "no backup" in warning.reason and "space" in warning.remedy
        monkeypatch.undo()
        assert catalogue.db.row("PRAGMA user_version")[0] == len(MIGRATIONS)
    assert names(path) == []


def full(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_dropping_backups_leaves_nothing_of_ours(path: Path, days):
    days(5)
    with Catalogue.open(path) as catalogue:
        back_up_daily(catalogue.db)
    assert drop_backups(path.parent) == []
    assert names(path) == []
    aside = path.with_name("strokebook.db.damaged-1")
    aside.write_bytes(b"what was damaged")
    assert drop_backups(path.parent) == [aside]


def test_the_message_of_a_damaged_catalogue_names_the_newest_backup(path: Path, days):
    with Catalogue.open(path) as catalogue:
        for day in (6, 7):
            days(day)
            back_up_daily(catalogue.db)
            os.utime(path.parent / "backups" / f"strokebook-2030-01-0{day}.db", (day, day))
    path.write_bytes(b"this is no database at all" * 100)
    with pytest.raises(StrokebookError) as raised:
        Catalogue.open(path)
    assert "backups/strokebook-2030-01-07.db" in raised.value.remedy
    assert "check --repair" in raised.value.remedy and "hand.json" in raised.value.remedy
