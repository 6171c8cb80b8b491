from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from strokebook.base.errors import Diagnostic, StrokebookError
from strokebook.library.catalogue.catalogue import Catalogue
from strokebook.library.catalogue.migrations import migrate
from strokebook.library.catalogue.schema import MIGRATIONS, Migration
from strokebook.library.sqlite import database
from strokebook.library.sqlite.database import Database

NEXT = len(MIGRATIONS) + 1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "project" / "strokebook.db"


def test_a_catalogue_is_made_with_wal_and_foreign_keys(path: Path):
    with Catalogue.open(path) as catalogue:
        assert catalogue.db.row("PRAGMA journal_mode")[0] == "wal"
        assert catalogue.db.row("PRAGMA foreign_keys")[0] == 1
        with pytest.raises(sqlite3.IntegrityError):
            catalogue.db.run("INSERT INTO verdict VALUES ('nobody', 'measure', 1, '')")
    assert list(path.parent.iterdir()) == [path]


def test_what_is_deleted_is_overwritten(path: Path):
    with Catalogue.open(path) as catalogue:
        assert catalogue.db.row("PRAGMA secure_delete")[0] == 1
        catalogue.put_diagnostics("trace", [Diagnostic("a", "SECRET" * 50, "")])
        catalogue.clear_diagnostics("trace")
    assert b"SECRET" not in path.read_bytes()


def test_over_a_network_no_write_ahead_log_is_kept(path: Path, monkeypatch: pytest.MonkeyPatch):
    Catalogue.open(path).close()  # a local one, which was moved there
    monkeypatch.setattr(database, "is_network", lambda path: True)
    with Catalogue.open(path) as catalogue:
        assert catalogue.db.network
        assert catalogue.db.row("PRAGMA journal_mode")[0] == "truncate"
        assert catalogue.db.row("PRAGMA synchronous")[0] == 2  # FULL
        catalogue.put_result("trace", "a", "k", 0.1, {})
        assert not path.with_name(f"{path.name}-wal").exists()


def test_an_edit_outlives_a_power_cut(path: Path):
    with Catalogue.open(path) as catalogue:
        assert catalogue.db.row("PRAGMA synchronous")[0] == 1  # NORMAL
        catalogue.db.sync_fully()
        assert catalogue.db.row("PRAGMA synchronous")[0] == 2  # FULL


def test_migrations_are_numbered_named_and_applied_once(path: Path):
    assert [m.number for m in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))
    with Catalogue.open(path) as catalogue:
        assert migrate(catalogue.db) == []
        rows = catalogue.db.rows("SELECT number, name FROM migration")
        assert [tuple(row) for row in rows] == [(m.number, m.name) for m in MIGRATIONS]


def test_a_new_migration_keeps_what_is_there(path: Path):
    with Catalogue.open(path) as catalogue:
        catalogue.put_result("trace", "a", "k", 0.1, {})
        steps = (*MIGRATIONS, Migration(NEXT, "more", ("CREATE TABLE more (x)",)))
        assert migrate(catalogue.db, steps) == ["more"]
        assert catalogue.db.row("PRAGMA user_version")[0] == NEXT
        assert set(catalogue.results("trace")) == {"a"}


def test_a_migration_that_fails_changes_nothing(path: Path):
    steps = (*MIGRATIONS, Migration(NEXT, "bad", ("CREATE TABLE more (x)", "CREATE NONSENSE")))
    with Catalogue.open(path) as catalogue:
        with pytest.raises(StrokebookError):
            migrate(catalogue.db, steps)
        assert catalogue.db.row("PRAGMA user_version")[0] == NEXT - 1
        assert catalogue.db.row("SELECT 1 FROM sqlite_master WHERE name = 'more'") is None


def test_a_newer_catalogue_is_told(path: Path):
    with Catalogue.open(path) as catalogue:
        catalogue.db.run("PRAGMA user_version = 99")
    with pytest.raises(StrokebookError, match=r"newer strokebook .*99.*Update"):
        Catalogue.open(path)


def test_another_programs_database_is_left_alone(path: Path):
    path.parent.mkdir()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(StrokebookError, match="another program"):
        Catalogue.open(path)


def test_a_damaged_file_says_that_hand_work_is_kept(path: Path):
    path.parent.mkdir()
    path.write_bytes(b"this is no database at all" * 100)
    with pytest.raises(StrokebookError, match=r"damaged.*hand\.json"):
        Catalogue.open(path)


def test_damage_inside_the_file_is_told_too(path: Path):
    with Catalogue.open(path) as catalogue:
        for number in range(300):
            catalogue.put_result("trace", f"item{number}", "k", 0.1, {"x": "y" * 200})
    data = bytearray(path.read_bytes())
    data[4096:] = b"\x7f" * (len(data) - 4096)
    path.write_bytes(bytes(data))
    with pytest.raises(StrokebookError, match="damaged"), Catalogue.open(path) as catalogue:
        catalogue.results("trace")


def test_a_second_writer_is_told(path: Path):
    with Catalogue.open(path) as first, Catalogue.open(path, busy_seconds=0.05) as second:
        with (
            first.transaction(),
            pytest.raises(StrokebookError, match="locked by another process"),
        ):
            second.put_result("trace", "a", "k", 0.1, {})
        second.put_result("trace", "a", "k", 0.1, {})
        assert set(first.results("trace")) == {"a"}


@pytest.mark.parametrize("folder", ["/proc", "/proc/1/strokebook"])
def test_a_folder_that_cannot_be_written_is_told(folder: str):
    if not Path("/proc").is_dir():
        pytest.skip("no /proc here")
    with pytest.raises(StrokebookError, match=r"cannot be written.*permissions"):
        Catalogue.open(Path(folder) / "strokebook.db")


def test_an_error_in_a_block_undoes_its_transaction(path: Path):
    with (
        pytest.raises(ZeroDivisionError),
        Catalogue.open(path) as catalogue,
        catalogue.transaction(),
    ):
        catalogue.put_result("trace", "a", "k", 0.1, {})
        raise ZeroDivisionError
    with Catalogue.open(path) as catalogue:
        assert catalogue.results("trace") == {}


def test_a_read_only_database_is_told(path: Path):
    Catalogue.open(path).close()
    db = Database(path)
    db.run("PRAGMA query_only = ON")
    with pytest.raises(StrokebookError, match="cannot be written"), db.transaction():
        db.run("DELETE FROM meta")
    db.close()


def test_damage_that_sqlite_passes_over_is_blamed_on_the_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "strokebook.db"
    Catalogue.open(path).close()
    with sqlite3.connect(path) as raw:
        raw.execute("INSERT INTO meta VALUES ('a', 'b')")
        raw.execute("PRAGMA writable_schema = ON")
        raw.execute(
            "UPDATE sqlite_master SET sql = replace(sql, 'value TEXT NOT NULL', "
            "'value TEXT NOT NULL CHECK (value = 0)') WHERE name = 'meta'"
        )
    raw.close()
    with (
        pytest.raises(StrokebookError, match=r"damaged.*CHECK constraint"),
        Catalogue.open(path),
    ):
        sorted([None, "a"])  # what our code may come to on such values
    Catalogue.open(tmp_path / "whole.db").close()
    with pytest.raises(TypeError), Catalogue.open(tmp_path / "whole.db"):
        sorted([None, "a"])


def test_a_result_that_is_no_json_is_damage(tmp_path: Path) -> None:
    with Catalogue.open(tmp_path / "strokebook.db") as catalogue:
        catalogue.put_result("trace", "a", "key", 0.1, {"strokes": 1})
        for summary in ('{"a\x01', "[]", "[" * 100_000):
            catalogue.db.run("UPDATE stage_result SET summary = ?", (summary,))
            with pytest.raises(StrokebookError, match="damaged"):
                catalogue.summaries("trace")
