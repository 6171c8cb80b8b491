"""What the manifests prove to be ours, and nothing else, is overwritten, moved or deleted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from strokebook.base import owned, steps, trees
from strokebook.base.errors import StrokebookError
from strokebook.base.files import write_bytes, write_text
from strokebook.base.manifest import FEW, MARK, PARTS, Manifest
from strokebook.base.owned import ForeignFileError, LinkedFolderError
from strokebook.base.trees import Leftovers


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder as a project is: some names in it are ours to make."""
    folder = tmp_path / "project"
    owned.mark(folder, files=("report.html",), folders=("pictures", "models"))
    return folder


def lines(mark: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in mark.read_text().splitlines()]


def test_a_write_is_listed_with_all_that_proves_it(project: Path) -> None:
    path = project / "pictures" / "a" / "b.png"
    with owned.owning("embed", "image-1"):
        write_bytes(path, b"abc")
    head, line = lines(project / "pictures" / MARK)
    assert head["format"] == "strokebook files" and head["version"] == 1
    assert line == {
        "path": "a/b.png",
        "size": 3,
        "hash": "cf4ab791c62b8d2b2109c90275287816",
        "mtime_ns": path.stat().st_mtime_ns,
        "stage": "embed",
        "owner": "image-1",
    }


def test_the_line_is_there_before_the_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, seen = project / "pictures" / "a.png", []

    def look(what: str, file: Path) -> None:
        if what == "rename":
            entry = owned.manifest(project / "pictures").entry("a.png")
            seen.append((entry is not None, file.exists()))

    monkeypatch.setattr(steps, "hook", look)
    write_bytes(path, b"abc")
    assert seen == [(True, False)]


@pytest.mark.parametrize("content", [b"mine", b"abd"])
def test_a_file_that_was_changed_is_not_overwritten(project: Path, content: bytes) -> None:
    path = project / "pictures" / "a.png"
    write_bytes(path, b"abc")
    path.write_bytes(content)
    with pytest.raises(ForeignFileError, match=r"a\.png was changed since") as raised:
        write_bytes(path, b"new")
    assert raised.value.file == path
    assert not owned.remove(path)
    assert path.read_bytes() == content


def test_a_file_of_another_is_not_overwritten(project: Path) -> None:
    write_bytes(project / "pictures" / "ours.png", b"abc")
    path = project / "pictures" / "wedding.jpg"
    path.write_bytes(b"wedding")
    with pytest.raises(ForeignFileError, match="was not made by strokebook"):
        write_bytes(path, b"new")
    assert not owned.remove(path)
    assert path.read_bytes() == b"wedding"


def test_a_change_that_keeps_size_and_time_is_not_deleted(project: Path) -> None:
    path = project / "pictures" / "a.png"
    write_bytes(path, b"abc")
    times = path.stat()
    path.write_bytes(b"xyz")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert not owned.remove(path)
    assert path.read_bytes() == b"xyz"


def test_a_file_that_was_touched_only_is_ours_still(project: Path) -> None:
    path = project / "pictures" / "a.png"
    write_bytes(path, b"abc")
    os.utime(path, (1, 1))
    write_bytes(path, b"new")
    os.utime(path, (1, 1))
    assert owned.remove(path) and not path.exists()
    assert owned.listed(project / "pictures") == []


def test_what_the_artist_named_outside_our_folders_is_written_and_never_ours(
    project: Path,
) -> None:
    for path in (project / "mine.svg", project / "out" / "mine.svg"):
        write_text(path, "one")
        path.write_text("by hand")
        write_text(path, "two")
        assert path.read_text() == "two"
        assert not owned.remove(path)
        assert path.exists()
    write_text(project / "report.html", "one")
    assert owned.remove(project / "report.html")


@pytest.mark.parametrize("link", ["pictures", "pictures/deeper"])
def test_a_link_in_the_way_is_refused_and_nothing_is_deleted_behind_it(
    project: Path, tmp_path: Path, link: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    write_bytes(project / link / "a.png", b"abc")
    (project / link).rename(elsewhere)
    (project / link).symlink_to(elsewhere)
    with pytest.raises(LinkedFolderError, match="is a link"):
        write_bytes(project / link / "a.png", b"new")
    assert not owned.remove(project / link / "a.png")
    assert trees.remove_tree(project / link) == Leftovers()
    assert (elsewhere / "a.png").read_bytes() == b"abc"


def test_a_tree_goes_but_for_what_is_the_artists(project: Path) -> None:
    top = project / "pictures"
    for name in ("a.png", "sub/b.png", "sub/deep/c.png", "kept/d.png"):
        write_bytes(top / name, b"abc")
    (top / "sub" / "b.png").write_bytes(b"changed")
    (top / "kept" / "stranger.txt").write_bytes(b"mine")
    (top / "album").symlink_to(project.parent)
    left = trees.remove_tree(top)
    assert left.changed == (top / "sub" / "b.png",)
    assert left.strangers == (top / "album", top / "kept" / "stranger.txt")
    there = sorted(p.relative_to(top).as_posix() for p in top.rglob("*") if p.name != MARK)
    assert there == ["album", "kept", "kept/stranger.txt", "sub", "sub/b.png"]
    for path in (*left.changed, *left.strangers):
        path.unlink()
    trees.remove_tree(top)
    assert sorted(p.name for p in top.rglob("*")) == [MARK, "kept"]


def test_a_tree_that_is_all_ours_goes_with_its_mark(project: Path) -> None:
    write_bytes(project / "pictures" / "sub" / "a.png", b"abc")
    assert not trees.remove_tree(project / "pictures")
    assert not (project / "pictures").exists()
    write_bytes(project / "pictures" / "a.png", b"abc")
    assert owned.is_ours(project / "pictures" / "a.png")


def test_the_library_is_safe_whatever_is_listed(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project / "pictures" / "scans" / "005.jpg"
    write_bytes(path, b"scan")
    monkeypatch.setattr(owned, "_protected", set())
    owned.protect(path.parent)
    with pytest.raises(ForeignFileError, match="lies in the library"):
        write_bytes(path, b"new")
    assert not owned.remove(path)
    trees.remove_tree(project / "pictures")
    assert path.read_bytes() == b"scan"


def test_a_kill_between_the_line_and_the_file_leaves_the_old_one_ours(project: Path) -> None:
    path = project / "pictures" / "a.png"
    write_bytes(path, b"old")
    for content in ("one", "two"):  # twice: what stands there must not be forgotten
        code = f"""
        import os, signal
        from pathlib import Path
        from strokebook.base import steps
        from strokebook.base.files import write_text
        def stop(what, path):
            if what == "rename":
                os.kill(os.getpid(), signal.SIGKILL)
        steps.hook = stop
        write_text(Path({str(path)!r}), {content!r})
        """
        run = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=False)
        assert run.returncode == -signal.SIGKILL
        assert path.read_bytes() == b"old"
    parts = list((project / "pictures" / PARTS).iterdir())
    assert len(parts) == 2
    trees.remove_parts(project / "pictures", older_than=trees.STALE)
    assert all(part.exists() for part in parts)  # they might still be written to
    os.utime(parts[0], (time.time() - 2 * trees.STALE,) * 2)
    trees.remove_parts(project / "pictures", older_than=trees.STALE)
    assert not parts[0].exists() and parts[1].exists()
    trees.remove_parts(project / "pictures")
    assert not parts[1].exists()
    write_bytes(path, b"new")
    assert owned.remove(path)


def test_a_line_that_a_kill_cut_short_costs_nothing_else(project: Path) -> None:
    first, second = project / "pictures" / "a.png", project / "pictures" / "b.png"
    write_bytes(first, b"abc")
    with (project / "pictures" / MARK).open("a") as file:
        file.write('{"path": "torn.png", "si')
    write_bytes(second, b"abc")
    fresh = Manifest(project / "pictures")  # as another process reads it
    assert set(fresh.entries()) == {"a.png", "b.png"}


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "a\\x", ""])
def test_a_line_that_leads_out_of_the_folder_is_not_believed(project: Path, path: str) -> None:
    mark = project / "pictures" / MARK
    write_bytes(project / "pictures" / "a.png", b"abc")
    value = {"path": path, "size": 0, "hash": None, "mtime_ns": 0, "stage": "", "owner": ""}
    with mark.open("a") as file:
        file.write(json.dumps(value) + "\n")
    assert set(Manifest(project / "pictures").entries()) == {"a.png"}


def test_several_processes_write_at_once_and_nothing_is_lost(project: Path) -> None:
    code = f"""
    import sys
    from pathlib import Path
    from strokebook.base.files import write_text
    for n in range({2 * FEW}):  # each file several times: the manifest is compacted meanwhile
        write_text(Path({str(project)!r}, "pictures", f"{{sys.argv[1]}}-{{n % 16}}.txt"), str(n))
    """
    program = [sys.executable, "-c", textwrap.dedent(code)]
    runs = [subprocess.Popen([*program, str(number)]) for number in range(4)]
    assert [run.wait() for run in runs] == [0, 0, 0, 0]
    names = {f"{number}-{n}.txt" for number in range(4) for n in range(16)}
    found = Manifest(project / "pictures")
    assert set(found.entries()) == names
    assert all(owned.is_ours(project / "pictures" / name, certain=True) for name in names)
    assert len(lines(project / "pictures" / MARK)) < 4 * 2 * FEW


def test_a_mark_that_was_replaced_under_the_same_inode_is_read_anew(project: Path) -> None:
    folder = project / "pictures"
    for name in ("a.txt", "b.txt"):
        write_text(folder / name, "1")
    reader = Manifest(folder)
    assert set(reader.entries()) == {"a.txt", "b.txt"}
    for n in range(40):
        write_text(folder / f"{n:03d}.txt", "1")
    owned.remove(folder / "a.txt")
    Manifest(folder).compact()
    known = Manifest(folder).entries()
    # As if the file system had given the new mark the inode that the reader knows.
    other = Manifest(folder)
    other.entries()
    other._head, other._read, other._seen = reader._head, reader._read, None
    other._entries = dict(reader._entries)
    assert other.entries() == known
    assert reader.entries() == known


def test_what_another_process_wrote_is_known_at_once(project: Path) -> None:
    path = project / "pictures" / "a.png"
    write_bytes(path, b"abc")
    code = "import sys; from pathlib import Path; from strokebook.base.files import write_text; "
    code += "write_text(Path(sys.argv[1]), 'other')"
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    write_bytes(path, b"mine")
    assert path.read_bytes() == b"mine"


def test_a_file_that_grows_in_place_is_ours_whatever_it_holds(project: Path) -> None:
    path = project / "models" / "metrics.jsonl"
    write_text(path, "")
    owned.claim(path)
    with path.open("a") as file:
        file.write("line\n")
    assert owned.remove(path) and not path.exists()


def test_moving_a_tree_takes_what_is_ours_and_it_stays_ours(project: Path) -> None:
    work, place = project / "models" / ".work", project / "models" / "drawings"
    with owned.owning("train", "image-1"):
        write_bytes(work / "best.json", b"abc")
        write_bytes(work / "samples" / "1.png", b"abc")
    assert not trees.move_tree(work, place)
    assert not work.exists()
    assert {e.path: (e.stage, e.owner) for _, e in owned.listed(project / "models")} == {
        "drawings/best.json": ("train", "image-1"),
        "drawings/samples/1.png": ("train", "image-1"),
    }
    (place / "notes.txt").write_text("mine")
    left = trees.move_tree(place, project / "models" / "other")
    assert left.strangers == (place / "notes.txt",)
    assert [p.name for p in place.iterdir()] == ["notes.txt"]
    assert (project / "models" / "other" / "samples" / "1.png").read_bytes() == b"abc"
    assert not trees.remove_tree(project / "models" / "other")


def test_what_is_set_aside_keeps_its_content_unless_it_is_ours(project: Path) -> None:
    path = project / "models" / "net.json"
    write_text(path, "ours")
    assert owned.set_aside(path) is None and not path.exists()
    write_text(path, "ours")
    path.write_text("damaged")
    kept = owned.set_aside(path)
    assert kept is not None and kept.name == "net.json.bad-1"
    assert kept.read_text() == "damaged"
    write_text(path, "new")
    assert trees.leftovers(project / "models") == Leftovers(changed=(kept,))


def test_a_manifest_of_a_later_version_is_refused(project: Path) -> None:
    mark = project / "pictures" / MARK
    mark.parent.mkdir()
    mark.write_text('{"format": "strokebook files", "version": 2}\n')
    with pytest.raises(StrokebookError, match="another version"):
        write_bytes(project / "pictures" / "a.png", b"abc")
