"""Formats: for each, its seeds, how a mutant of one is laid out on disk, and what reads it.

Half of the mutants of a file with checksums are made before the checksums are computed: otherwise
no mutant would get past the first check.
"""

from __future__ import annotations

import io
import json
import random
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.campaigns.fuzzing import seeds
from benchmarks.campaigns.fuzzing.mutants import mutant

Lay = Callable[[Path, bytes, bytes, int, int], tuple[str, Path]]


@dataclass(frozen=True)
class Format:
    """One kind of file.

    Attributes:
        seeds: Valid ones.
        lay: Puts mutant ``number`` of a seed into an empty folder: what was done, and where it is.
        read: The package's own reader, with what a command does next.
        whole: Puts the seed itself there, unharmed.
    """

    seeds: Callable[[], list[bytes]]
    lay: Lay
    read: Callable[[Path], object]
    whole: Callable[[Path, bytes], Path]


def _plain(name: str, repair: Callable[[bytes], bytes] | None = None) -> tuple[Lay, Any]:
    """Formats of one file; ``repair`` computes its checksums anew, for every second mutant."""

    def lay(folder: Path, data: bytes, other: bytes, seed: int, number: int) -> tuple[str, Path]:
        how, data = mutant(data, other, seed, number)
        if repair is not None and random.Random(f"{seed}{number}").random() < 0.5:
            how, data = f"{how}, repaired", repair(data)
        (folder / name).write_bytes(data)
        return how, folder / name

    def whole(folder: Path, data: bytes) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return lay, whole


def repair_png(data: bytes) -> bytes:
    """The right checksum behind every chunk, as far as the chunks can be followed."""
    out, at = bytearray(data), 8
    while at + 12 <= len(out):
        end = at + 8 + int.from_bytes(out[at : at + 4], "big")
        if end + 4 > len(out):
            break
        out[end : end + 4] = zlib.crc32(out[at + 4 : end]).to_bytes(4, "big")
        at = end + 4
    return bytes(out)


def lay_npz(folder: Path, data: bytes, other: bytes, seed: int, number: int) -> tuple[str, Path]:
    """A mutant of the archive or of one of its members packed anew; some with a planted pickle."""
    path, rng = folder / "a.npz", random.Random(f"{seed}{number}")
    if rng.random() < 0.4:
        how, data = mutant(data, other, seed, number)
        path.write_bytes(data)
        return how, path
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice(sorted(members))
    if rng.random() < 0.25:
        how, members[name] = "planted", _planted(members[name], folder / "executed")
    else:
        how, members[name] = mutant(members[name], other, seed, number)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(zipfile.ZipInfo(member), content, zipfile.ZIP_DEFLATED)
    return f"{how} in {name}", path


class _Canary:
    """What a pickle of it would do: make a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (str(self.path), "w")


def _planted(member: bytes, canary: Path) -> bytes:
    import pickle

    import numpy as np

    out = io.BytesIO()
    header = {"descr": "|O", "fortran_order": False, "shape": (1,)}
    np.lib.format.write_array_header_1_0(out, header)
    body = pickle.dumps(_Canary(canary))
    # By itself, or before what the member held.
    return out.getvalue() + body + (member[128:] if len(member) % 2 else b"")


def _unpacked(folder: Path, archive: bytes) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
        packed.extractall(folder, filter="data")


def lay_checkpoint(
    folder: Path, data: bytes, other: bytes, seed: int, number: int
) -> tuple[str, Path]:
    """A mutant of the weights, with their digest right or wrong, or of the JSON beside them."""
    from strokebook.base.files import digest

    _unpacked(folder, data)
    card, weights = folder / "best.json", next(folder.glob("*.safetensors"))
    target = card if number % 3 == 0 else weights
    how, harmed = mutant(target.read_bytes(), other, seed, number // 3)
    target.write_bytes(harmed)
    if number % 3 == 1:
        card.write_text(json.dumps(json.loads(card.read_text()) | {"digest": digest(harmed)}))
    return f"{how} in {target.name}", folder


def lay_catalogue(
    folder: Path, data: bytes, other: bytes, seed: int, number: int
) -> tuple[str, Path]:
    """A mutant of the database."""
    return _lay_in(folder, data, other, seed, number, "strokebook.db")


def lay_hand(folder: Path, data: bytes, other: bytes, seed: int, number: int) -> tuple[str, Path]:
    """A mutant of ``hand.json``, with the database or with none left."""
    how, project = _lay_in(folder, data, other, seed, number, "hand.json")
    if number % 2:
        for file in project.glob("strokebook.db*"):
            file.unlink()
    return how, project


def _lay_in(
    folder: Path, data: bytes, other: bytes, seed: int, number: int, name: str
) -> tuple[str, Path]:
    _unpacked(folder, data)
    target = folder / "project" / name
    how, harmed = mutant(target.read_bytes(), other, seed, number)
    target.write_bytes(harmed)
    return how, folder / "project"


def read_picture(path: Path) -> None:
    """As ``scan`` and ``trace`` do."""
    from strokebook.library.disk.previews import look_at
    from strokebook.tracing.page import load_page

    load_page(path)
    look_at(path, "0" * 32, path.with_name("preview.jpg"), side=640, max_megapixels=80)


def read_drawing(path: Path) -> None:
    """As ``complete`` does, and written again."""
    from strokebook.geometry.svg.io import read_drawing, svg_text

    svg_text(read_drawing(path))


def read_set(path: Path) -> None:
    """As ``train --data`` does."""
    from strokebook.pipeline.standalone import read_training_file

    read_training_file(path)


def read_settings(path: Path) -> None:
    """As every command in a project does."""
    from strokebook.pipeline.settings import load_settings

    load_settings(path)


def read_model(folder: Path) -> None:
    """As ``sample`` does, with one short drawing; and as a training that goes on."""
    from strokebook.model.sampling import sample
    from strokebook.pipeline.standalone import load

    sample(load(folder), 1, 0.5, 0, 5)


def read_project(folder: Path) -> None:
    """As the listing commands do, and one edit."""
    from strokebook.pipeline.project import open_project

    with open_project(folder) as project:
        catalogue = project.catalogue
        pages = catalogue.pages()
        catalogue.drawings()
        for space in ("pages", "drawings"):
            catalogue.clusters(space)
        for stage in ("scan", "trace"):
            catalogue.diagnostics(stage), catalogue.results(stage), catalogue.summaries(stage)
        catalogue.known_files(), catalogue.known_images()
        if pages:
            catalogue.set_hand_labels({pages[0].id: "notes"})


def _whole_tar(at: str) -> Callable[[Path, bytes], Path]:
    def whole(folder: Path, data: bytes) -> Path:
        _unpacked(folder, data)
        return folder / at

    return whole


def _one_file(
    make: Callable[[], list[bytes]],
    name: str,
    read: Callable[[Path], object],
    repair: Callable[[bytes], bytes] | None = None,
) -> Format:
    lay, whole = _plain(name, repair)
    return Format(make, lay, read, whole)


FORMATS: dict[str, Format] = {
    "JPEG": _one_file(seeds.jpegs, "a.jpg", read_picture),
    "PNG": _one_file(seeds.pngs, "a.png", read_picture, repair_png),
    "TIFF": _one_file(seeds.tiffs, "a.tif", read_picture),
    "SVG": _one_file(seeds.svgs, "a.svg", read_drawing),
    "npz": Format(seeds.npzs, lay_npz, read_set, _plain("a.npz")[1]),
    "ndjson": _one_file(seeds.ndjsons, "a.ndjson", read_set),
    "JSON drawing": _one_file(seeds.drawings, "a.json", read_drawing),
    "TOML": _one_file(seeds.tomls, "strokebook.toml", read_settings),
    "checkpoint": Format(seeds.checkpoints, lay_checkpoint, read_model, _whole_tar(".")),
    "catalogue": Format(seeds.catalogues, lay_catalogue, read_project, _whole_tar("project")),
    "hand.json": Format(seeds.catalogues, lay_hand, read_project, _whole_tar("project")),
}
