"""The graph of very many vectors: its answer is exact in what it holds, and lacks little."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from strokebook.vision.search.approximate import build_graph, open_graph, walk_graph
from strokebook.vision.search.nearest import find_nearest

pytest.importorskip("usearch")


def test_the_graph_finds_nearly_all_with_true_cosines(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    middles = rng.normal(size=(20, 32))
    rows = middles[rng.integers(20, size=1200)] + 0.7 * rng.normal(size=(1200, 32))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)
    build_graph(rows, tmp_path / "graph")
    queries = rows[::100].astype(np.float32)
    numbers, cosines = walk_graph(open_graph(tmp_path / "graph"), queries, rows, 10)
    exact, there = find_nearest(queries, rows, 10)
    recall = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(numbers, exact, strict=True)])
    assert recall >= 0.95
    assert np.allclose(cosines[:, 0], there[:, 0], atol=1e-6)
    assert np.all(np.diff(cosines, axis=1) <= 0)
