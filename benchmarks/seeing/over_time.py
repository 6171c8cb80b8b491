"""What ``over-time`` and ``open-data`` cost on a library of a given size.

    python -m benchmarks.seeing.over_time WORK [--pages 2000] [--seed 7]

A made library of eight sketchbooks goes through the pipeline up to its drawings (minutes). Then
its project is multiplied in the catalogue until it has the pages asked for, under new ids and keys,
with every preview and drawing as a file of its own: what these commands read is as much as in a
real library of that size. Each command runs in a process of its own; the first ``over-time``
measures all drawings, the second finds the measures kept.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.seeing import changing_library
from strokebook.base.files import digest

BOOKS = 8
SETTINGS = """[project]
library = "../library"
[vision]
backbone = "efficientnet-lite0"
hub = "never"
"""
# Tables with the key of an image or drawing: which columns hold one.
KEYED = {
    "vector": ("key",),
    "member": ("key",),
    "map_point": ("key",),
    "rule_label": ("image",),
}


def prepare(work: Path, seed: int) -> Path:
    """The project of the made library, its drawings separated."""
    project = work / "project"
    if (project / "strokebook.toml").exists():
        return project
    changing_library.make(work / "library", seed, BOOKS, 16)
    project.mkdir(parents=True)
    (project / "strokebook.toml").write_text(SETTINGS)
    run(project, "-q", "run", "--until", "compose")
    return project


def multiply(project: Path, target: Path, pages: int) -> int:
    """A copy of a project with at least ``pages`` pages; how many it has."""
    if target.exists():
        shutil.rmtree(target)
    shutil.copytree(project, target, symlinks=True)
    with sqlite3.connect(target / "strokebook.db") as db:
        images = [r[0] for r in db.execute("SELECT hash FROM image WHERE state = 'ok'")]
        (count,) = db.execute("SELECT count(*) FROM page WHERE present").fetchone()
        for copy in range(1, -(-pages // count)):
            _copy(db, target, images, copy)
        (count,) = db.execute("SELECT count(*) FROM page WHERE present").fetchone()
    db.close()
    return int(count)


def _copy(db: sqlite3.Connection, folder: Path, images: list[str], copy: int) -> None:
    shift = BOOKS * copy
    db.create_function("again", 1, lambda key: digest(str(key), str(copy)))
    db.create_function("moved", 1, lambda text: _moved(text, shift))
    db.execute(
        "INSERT INTO image SELECT again(hash), state, width, height, format, reason, remedy,"
        " checked, signature FROM image WHERE hash IN (SELECT value FROM json_each(?))",
        (_json(images),),
    )
    own = "SELECT value FROM json_each(?)"
    db.execute(f"INSERT INTO identity (image) SELECT again(value) FROM ({own})", (_json(images),))
    db.execute(
        "INSERT INTO page SELECT moved(path), moved(id), moved(book), number, title, folder,"
        f" again(image), size, mtime_ns, inode, wears, present FROM page WHERE image IN ({own})",
        (_json(images),),
    )
    drawings = db.execute(f"SELECT key, svg FROM drawing WHERE image IN ({own})", (_json(images),))
    files = dict(drawings.fetchall())
    db.execute(
        "INSERT INTO drawing SELECT again(key), again(image), number, x0, y0, x1, y1, strokes,"
        f" points, moved(svg) FROM drawing WHERE image IN ({own})",
        (_json(images),),
    )
    keys = _json([*images, *files])
    for table, columns in KEYED.items():
        names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
        values = ", ".join(f"again({n})" if n in columns else n for n in names)
        db.execute(
            f"INSERT INTO {table} SELECT {values} FROM {table} WHERE {columns[0]} IN ({own})",
            (keys,),
        )
    for svg in files.values():
        os.link(folder / svg, folder / _moved(svg, shift))
    for image in images:
        preview = folder / "cache" / "previews" / f"{image}.jpg"
        if preview.exists():
            os.link(preview, preview.with_name(f"{digest(image, str(shift // BOOKS))}.jpg"))


def _json(values: list[str]) -> str:
    import json

    return json.dumps(values)


def _moved(text: str, shift: int) -> str:
    """A path, id or name with the number of its sketchbook raised: ``sb40`` is ``sb48``."""
    for number in range(changing_library.FIRST, changing_library.FIRST + BOOKS):
        text = (
            text.replace(f"sb{number}", f"sb{number + shift}", 1) if f"sb{number}" in text else text
        )
        if f"sb{number + shift}" in text:
            return text
    return text


def run(project: Path, *words: str) -> tuple[float, float, float]:
    """Seconds, seconds of processors, and the most memory of any command so far in MB."""
    begun, used = time.perf_counter(), _used()
    command = [sys.executable, "-m", "strokebook", *words, "-p", str(project)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return time.perf_counter() - begun, _used() - used, memory


def _used() -> float:
    """Seconds of processors that all ended commands took: a busy machine does not change them."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def size(path: Path) -> float:
    """In MB."""
    files = [path] if path.is_file() else [f for f in path.rglob("*") if f.is_file()]
    return sum(f.stat().st_size for f in files) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    base, large = prepare(given.work, given.seed), given.work / f"large-{given.pages}"
    count = multiply(base, large, given.pages)
    with sqlite3.connect(large / "strokebook.db") as db:
        (drawings,) = db.execute("SELECT count(*) FROM drawing").fetchone()
    print(f"{count} pages, {drawings} drawings", flush=True)
    shutil.rmtree(given.work / "open", ignore_errors=True)
    plain, images = str(given.work / "open"), "--images"
    for what, words in (
        ("over-time, first", ["over-time"]),
        ("over-time, again", ["over-time"]),
        ("open-data", ["open-data", plain]),
        ("open-data --images", ["open-data", plain, images]),
        ("open-data --images, again", ["open-data", plain, images]),
    ):
        seconds, used, memory = run(large, *words)
        print(
            f"{what:28} {seconds:7.1f} s, {used:6.1f} s of processors, {memory:5.0f} MB", flush=True
        )
    made = large / "pictures" / "over-time"
    for name in ("over-time.png", "over-time.pdf", "over-time.html", "pages.csv", "drawings.csv"):
        print(f"{name:28} {size(made / name):7.2f} MB", flush=True)
    print(f"{'sketchbooks.db':28} {size(Path(plain) / 'sketchbooks.db'):7.2f} MB")
    print(f"{'open data, all':28} {size(Path(plain)):7.2f} MB")


if __name__ == "__main__":
    main()
