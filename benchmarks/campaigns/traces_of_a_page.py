"""Traces of a page, searched for in a whole project: pixels, strokes, name, vectors, words.

First :func:`learn_traces` notes down what there is to be found, while the page is in use; later
:func:`search` opens every file, whatever it is called: pictures are decoded, films frame by frame,
pictures inside of HTML too; archives are unpacked; the catalogue and all that lies beside it is
read as bytes (free pages, journal), and its tables by column for the page's name.
"""

from __future__ import annotations

import base64
import contextlib
import io
import re
import shutil
import sqlite3
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageSequence

from strokebook.base.digests import file_digest
from strokebook.geometry.svg.io import read_drawing
from strokebook.pipeline.project import DATABASE, HAND, Project, open_project

COLOUR = (0, 240, 60)  # of a mark that is painted into the page; no other page has it
TOLERANCE = 40  # of 255 a channel: JPEG's and the thumbnails' softening
LEAST_PIXELS = 3
_PIECE = 32  # bytes of a vector or a stroke that are looked for
_PICTURES = (b"\xff\xd8", b"\x89PNG", b"GIF8", b"RIFF", b"II*\0", b"MM\0*", b"BM")
_SQLITE = b"SQLite format 3\0"
_DATA_URI = re.compile(rb"data:image/[\w+.-]+;base64,([A-Za-z0-9+/=]+)")
# Where a private page's name may stand: the list of files, the log of edits, and its private mark.
_NAMED = frozenset(
    (("page", "id"), ("page", "path"), ("page", "title"), ("page", "book"))
    + (("image_tag", "page"), ("edit", "body"), ("purge", "page"))
)


@dataclass(frozen=True)
class PageTraces:
    """What a page may have left.

    Attributes:
        page: Its id.
        images: Keys of its files' content.
        names: Pieces of its name: id, title, path without suffix.
        pieces: Bytes that are its own, each with what they are.
        words: Said of it by hand.
    """

    page: str
    images: tuple[str, ...]
    names: tuple[str, ...]
    pieces: tuple[tuple[str, bytes], ...]
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Find:
    """Something that is left.

    Attributes:
        place: Relative to the project.
        what: In words.
    """

    place: str
    what: str


def paint(file: Path) -> None:
    """Paint a mark into a corner of a scan, by which its pixels are known again."""
    image = Image.open(file).convert("RGB")
    side = image.width // 9
    ImageDraw.Draw(image).rectangle((30, 30, 30 + side, 30 + side), fill=COLOUR)
    image.save(file, quality=95)


def learn_traces(folder: Path, page: str, words: tuple[str, ...] = ()) -> PageTraces:
    """Note down what a project has of a page.

    Args:
        folder: The project's.
        page: Its id.
        words: Said of it by hand, and of nothing else.
    """
    with open_project(folder) as project:
        record = project.catalogue.page(page)
        images = tuple(project.catalogue.versions_of(record.image))
        pieces = [
            *_vectors(project, record.image),
            *_strokes(project, record.image),
            *_rows(project, page),
            *(("a word said of it by hand", word.encode()) for word in words),
        ]
        row = project.catalogue.db.row(
            "SELECT signature FROM image WHERE hash = ?", (record.image,)
        )
        if row is not None and row[0] and len(row[0]) > 2 * _PIECE:
            pieces.append(("its small grey picture", bytes(row[0][256:768])))
        names = (page, record.path.rpartition(".")[0], *([record.title] if record.title else []))
    return PageTraces(page, images, names, tuple(dict.fromkeys(pieces)), words)


def _vectors(project: Project, image: str) -> Iterator[tuple[str, bytes]]:
    db = project.catalogue.db
    keys = [image, *(d.key for d in project.catalogue.drawings(image=image))]
    for key in keys:
        for (data,) in db.tuples("SELECT data FROM vector WHERE key = ?", (key,)):
            for at in (0, len(data) // 2, len(data) - _PIECE):
                piece = bytes(data[at : at + _PIECE])
                if len(set(piece)) > _PIECE // 4:  # not a run of zeros
                    yield "its embedding", piece
        for x, y in db.tuples("SELECT x, y FROM map_point WHERE key = ?", (key,)):
            yield "its place on the map", struct.pack(">dd", x, y)


def _strokes(project: Project, image: str) -> Iterator[tuple[str, bytes]]:
    files = [project.at("cache", "traces", f"{image}.json")]
    files += [project.at(d.svg) for d in project.catalogue.drawings(image=image)]
    for file in files:
        if not file.exists():
            continue
        text = file.read_text("utf-8")
        for d in re.findall(r' d="([^"]{60,})"', text):
            yield "its strokes as SVG", d[len(d) // 2 - 20 : len(d) // 2 + 20].encode()
        for stroke in read_drawing(file).strokes:
            points = np.asarray(stroke, np.float32)
            if len(points) >= _PIECE // 8:
                middle = len(points) // 2
                x, y = np.round(points[middle].astype(float), 2)
                around = points[middle - 2 : middle + 2]
                yield "its strokes as numbers", around.tobytes()
                yield "its strokes as text", f"{x},\n    {y}".encode()


def _rows(project: Project, page: str) -> Iterator[tuple[str, bytes]]:
    """The rows of its drawings in the data set."""
    for file in project.at("datasets").glob("*.flat.npz"):
        with np.load(file, allow_pickle=False) as flat:
            for part in ("train", "valid", "test"):
                ids, ends = flat[f"{part}_ids"], flat[f"{part}_offsets"]
                for n, drawing in enumerate(ids):
                    rows = flat[f"{part}_points"][ends[n] : ends[n + 1]]
                    if str(drawing).startswith(page) and len(rows) > 8:
                        for kind in (np.int16, np.float32):
                            yield "its rows of a data set", rows[2:8].astype(kind).tobytes()


def search(folder: Path, traces: PageTraces) -> list[Find]:
    """Everything in a project that shows the page or speaks of it."""
    finds = []
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder).as_posix()
        names = (*traces.names, *traces.images, *traces.words)
        finds += [Find(place, f"is named {n}") for n in names if _says(n, path.name.encode())]
        if path.is_file() and not path.is_symlink():
            finds += [Find(place, what) for what in dict.fromkeys(_in_file(path, place, traces))]
            if path.open("rb").read(len(_SQLITE)) == _SQLITE:
                finds += _in_tables(path, place, traces)
    return finds


def _in_file(path: Path, place: str, traces: PageTraces) -> Iterator[str]:
    if file_digest(path) in traces.images:
        yield "is a copy of the scan"
    whole = path.read_bytes()
    for content in (whole, *_unpacked(whole)):
        for what, piece in traces.pieces:
            if piece in content:
                yield what
        # Catalogues, their backups too, are read by column; what lies beside one holds its pages.
        if not place.startswith((DATABASE, HAND)) and not content.startswith(_SQLITE):
            for name in traces.names:
                if _says(name, content):
                    yield f"speaks of {name}"
        for picture in (content, *_embedded(content)):
            if pixels_of(picture) >= LEAST_PIXELS:
                yield "its pixels"


def _says(name: str, content: bytes) -> bool:
    return re.search(re.escape(name.encode()) + rb"(?!\d)", content) is not None


def _unpacked(content: bytes) -> Iterator[bytes]:
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield archive.read(name)


def _embedded(content: bytes) -> Iterator[bytes]:
    for match in _DATA_URI.finditer(content):
        yield base64.b64decode(match[1])


def pixels_of(content: bytes) -> int:
    """How many pixels of a picture have the mark's colour; 0 for what is no picture."""
    if not content.startswith(_PICTURES):
        return 0
    count = 0
    low = np.clip(np.array(COLOUR) - TOLERANCE, 0, 255).astype(np.uint8)
    high = np.clip(np.array(COLOUR) + TOLERANCE, 0, 255).astype(np.uint8)
    with Image.open(io.BytesIO(content)) as image:
        for frame in ImageSequence.Iterator(image):
            pixels = np.asarray(frame.convert("RGB"))
            count += int(((pixels >= low) & (pixels <= high)).all(axis=2).sum())
    return count


def _in_tables(path: Path, place: str, traces: PageTraces) -> Iterator[Find]:
    """Where tables of the catalogue speak of the page, beside those that may; on a copy."""
    with tempfile.TemporaryDirectory() as temporary:
        for file in path.parent.glob(f"{path.name}*"):
            shutil.copy(file, temporary)
        with contextlib.closing(sqlite3.connect(Path(temporary, path.name))) as db:
            tables = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type='table'")]
            for table in tables:
                columns = [r[1] for r in db.execute(f"PRAGMA table_info({table})")]
                for row in db.execute(f"SELECT * FROM {table}"):
                    for column, value in zip(columns, row, strict=True):
                        if (table, column) in _NAMED or not isinstance(value, str):
                            continue
                        if any(_says(name, value.encode()) for name in traces.names):
                            yield Find(place, f"{table}.{column}: {value[:60]}")
