"""Vectors of pages and drawings, and where they lie on the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from strokebook.base.errors import StrokebookError
from strokebook.library.catalogue.records import Space, Vectors
from strokebook.library.edits.store import Store

FEW = 500  # vectors that are read at a time: 2.5 MB


class VectorRows(Store):
    """Float32 vectors by space, backbone and key."""

    def put_vectors(
        self, space: Space, backbone: str, vectors: Mapping[str, npt.ArrayLike]
    ) -> None:
        """Keep vectors, each ``(D,)``; those of the same key are replaced."""
        rows = []
        for key, vector in vectors.items():
            data = np.ascontiguousarray(vector, dtype="<f4")
            if data.ndim != 1 or not np.isfinite(data).all():
                raise StrokebookError(f"The vector of {key} is not (D,) of finite numbers.")
            rows.append((space, backbone, key, data.tobytes()))
        with self.db.transaction():
            self.db.run_many("INSERT OR REPLACE INTO vector VALUES (?, ?, ?, ?)", rows)

    def forget_vectors(self) -> None:
        """Forget all vectors and maps; clusters keep their members, and with them their names."""
        with self.db.transaction():
            self.db.run("DELETE FROM vector")
            self.db.run("DELETE FROM map_point")

    def forget_vectors_of(self, space: Space, beginning: str, *, but: str = "") -> None:
        """Forget the vectors of all backbones in a space whose names begin so, but for one's."""
        rows = self.db.rows("SELECT DISTINCT backbone FROM vector WHERE space = ?", (space,))
        gone = [r["backbone"] for r in rows if r["backbone"].startswith(beginning)]
        with self.db.transaction():
            self.db.run_many(
                "DELETE FROM vector WHERE space = ? AND backbone = ?",
                [(space, name) for name in gone if name != but],
            )

    def vector_keys(self, space: Space, backbone: str) -> frozenset[str]:
        """Keys that have a vector."""
        rows = self.db.rows(
            "SELECT key FROM vector WHERE space = ? AND backbone = ?", (space, backbone)
        )
        return frozenset(row["key"] for row in rows)

    def vectors(self, space: Space, backbone: str, keys: Sequence[str]) -> Vectors:
        """The vectors of ``keys``, ``(K, D)`` float32, in their order.

        Raises:
            StrokebookError: A key has none.
        """
        table, missing = np.zeros((0, 0), np.float32), []
        for start in range(0, len(keys), FEW):
            part = keys[start : start + FEW]
            blobs = self._blobs(space, backbone, part)
            missing += [key for key in part if key not in blobs]
            if missing:
                continue
            if not table.size:
                table = np.empty((len(keys), len(blobs[part[0]]) // 4), np.float32)
            for row, key in enumerate(part, start):
                table[row] = np.frombuffer(blobs[key], "<f4")
        if missing:
            raise StrokebookError(
                f"{len(missing)} of {len(keys)} {space} have no {backbone} vector "
                f"({missing[0]}, …).",
                "Run the embedding first.",
            )
        return table

    def _blobs(self, space: str, backbone: str, keys: Sequence[str]) -> dict[str, bytes]:
        rows = self.db.tuples(
            "SELECT key, data FROM vector WHERE space = ? AND backbone = ? AND key IN "
            f"({','.join('?' * len(keys))})",
            (space, backbone, *keys),
        )
        return dict(rows)

    def put_map(self, space: Space, points: Mapping[str, Sequence[float]]) -> None:
        """Put a map in the place of the former one, ``{key: (x, y)}``."""
        with self.db.transaction():
            self.db.run("DELETE FROM map_point WHERE space = ?", (space,))
            self.db.run_many(
                "INSERT INTO map_point VALUES (?, ?, ?, ?)",
                [(space, key, float(x), float(y)) for key, (x, y) in points.items()],
            )

    def map_points(self, space: Space) -> dict[str, tuple[float, float]]:
        """Where each item lies on the map, by key."""
        rows = self.db.rows("SELECT key, x, y FROM map_point WHERE space = ?", (space,))
        return {row["key"]: (row["x"], row["y"]) for row in rows}
