"""Vectors of many pages as one float16 file that is mapped into memory, made from the catalogue.

The catalogue keeps a vector a row, so that each goes with its page; to read 100,000 of them takes
seconds and half a gigabyte. The file is read at the speed of memory and shared by all processes.
It is named by what went into it: other pages, another network, another file. Of few vectors none is
made. It holds vectors of all pages, so a purge removes it (``removal/purge.py``).
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from strokebook.base import owned
from strokebook.base.array_types import Floats32, Ints64
from strokebook.base.extras import has_package
from strokebook.base.files import atomic_open, atomic_path, digest
from strokebook.library.catalogue.records import Space
from strokebook.pipeline.project import Project
from strokebook.pipeline.removal.purge import VECTORS
from strokebook.vision.search import approximate
from strokebook.vision.search.nearest import Rows, find_nearest

STAGE = "vectors"
LEAST = 4_000  # vectors from which a file is made; fewer are read in a fifth of a second
BLOCK = 2_000  # vectors read at a time: 10 MB


@dataclass(frozen=True, eq=False)
class VectorTable:
    """Vectors in the order of their keys.

    Attributes:
        keys: Of the rows.
        rows: ``(N, D)`` of length 1, float32 in memory or float16 in a file.
        graph: Of the rows, where they are very many.
    """

    keys: Sequence[str]
    rows: Rows
    graph: Any = None

    def nearest(self, queries: npt.ArrayLike, most: int) -> tuple[Ints64, Floats32]:
        """Row numbers and cosines of those nearest to each query, ``(Q, most)``."""
        if self.graph is None:
            return find_nearest(queries, self.rows, most)
        asked = np.atleast_2d(np.asarray(queries, np.float32))
        return approximate.walk_graph(self.graph, asked, self.rows, most)


def open_table(
    project: Project, what: str, space: Space, backbone: str, keys: Sequence[str]
) -> VectorTable:
    """The vectors of ``keys``.

    Args:
        project: Open.
        what: Of what sort they are; of each sort one file is kept.
        space: In the catalogue.
        backbone: Likewise.
        keys: Each has a vector.

    Raises:
        StrokebookError: One has none.
    """
    if len(keys) < LEAST:
        return VectorTable(keys, project.catalogue.vectors(space, backbone, keys))
    path = project.folder / VECTORS / f"{what}-{digest(space, backbone, *keys)}.npy"
    rows = _mapped(path, len(keys))
    if rows is None:
        with owned.owning(STAGE):
            _write(project, path, space, backbone, keys)
        _remove_others(path, what)
        rows = np.load(path, mmap_mode="r")
    return VectorTable(keys, rows, _graph(project, path, rows))


def _mapped(path: Path, count: int) -> Rows | None:
    """The file's rows; None where it is missing or not what it should be."""
    with contextlib.suppress(OSError, ValueError, EOFError):
        rows = np.load(path, mmap_mode="r")
        if rows.ndim == 2 and len(rows) == count and rows.dtype == np.float16:
            return rows  # type: ignore[no-any-return]
    return None


def _write(project: Project, path: Path, space: Space, backbone: str, keys: Sequence[str]) -> None:
    owned.set_aside(path)  # a torn one
    starts = range(0, len(keys), BLOCK)
    with atomic_open(path) as file:
        for first in project.progress.track(starts, "vectors into one file", len(starts)):
            block = project.catalogue.vectors(space, backbone, keys[first : first + BLOCK])
            if not first:
                head = {
                    "descr": "<f2",
                    "fortran_order": False,
                    "shape": (len(keys), block.shape[1]),
                }
                np.lib.format.write_array_header_1_0(file, head)
            file.write(block.astype("<f2").tobytes())


def _graph(project: Project, path: Path, rows: Rows) -> Any:
    """The graph of very many rows, made when it is missing; None where there is none."""
    if len(rows) <= approximate.MANY:
        return None
    if not has_package(approximate.PACKAGE):
        project.progress.say(
            f"All {len(rows):,} vectors are compared one by one; with usearch it would be faster"
            " (pip install 'strokebook[large]')."
        )
        return None
    file = path.with_suffix(".usearch")
    with contextlib.suppress(RuntimeError, ValueError, OSError):
        if file.is_file():
            return approximate.open_graph(file)
    owned.set_aside(file)  # a torn one
    with owned.owning(STAGE), atomic_path(file) as partial:
        approximate.build_graph(rows, partial, project.progress)
    return approximate.open_graph(file)


def _remove_others(path: Path, what: str) -> None:
    """Remove the files of this sort that were made of other pages or by another network."""
    for other in path.parent.glob(f"{what}-*"):
        if other.stem != path.stem:
            owned.remove(other)
