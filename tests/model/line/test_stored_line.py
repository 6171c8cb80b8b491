from pathlib import Path

import numpy as np
import pytest

from strokebook.base import owned
from strokebook.base.errors import StrokebookError
from strokebook.geometry.drawing import Drawing
from strokebook.model.checkpoints.checkpoint import load_model
from strokebook.model.checkpoints.folder import model_files
from strokebook.model.line.fitting import fit_restorer
from strokebook.model.line.pairs import LinePairs
from strokebook.model.line.stored_line import (
    DEFAULT,
    NAME,
    default_line,
    read_line,
    save_line,
)
from strokebook.model.sampling import complete, reconstruct, sample, shown

START = Drawing.of([[(0, 0), (40, 30), (80, 0), (120, 30), (160, 0)]])


@pytest.fixture
def folder(conditional: Path, tmp_path: Path) -> Path:
    """A copy of a tiny model's folder that tests may write into."""
    copy = tmp_path / "model"
    copy.mkdir()
    for path in conditional.iterdir():
        if path.is_file():
            (copy / path.name).write_bytes(path.read_bytes())
    return copy


def own_line():  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(0)
    features = rng.normal(size=(50, 28)).astype(np.float32)
    return fit_restorer(LinePairs(features, rng.normal(size=(50, 9, 2)).astype(np.float32)),
                        extent=80.0, steps=5)  # fmt: skip


def test_the_line_in_the_package_is_small() -> None:
    assert DEFAULT.stat().st_size < 100_000
    assert default_line().extent == 200.0


def test_a_models_own_line_lies_in_its_folder(folder: Path) -> None:
    assert load_model(folder).line is default_line()
    line = own_line()
    with owned.owning("train"):
        owned.mark(folder)
        path = save_line(folder, line)
    assert path == folder / NAME and path in model_files(folder)
    loaded = load_model(folder).line
    assert loaded.extent == 80.0
    for a, b in zip((line.mean, *line.weights, *line.biases),
                    (loaded.mean, *loaded.weights, *loaded.biases), strict=True):  # fmt: skip
        assert np.array_equal(a, b)


@pytest.mark.parametrize("harm", ["cut", "empty", "other"])
def test_a_damaged_line_is_refused_with_a_remedy(folder: Path, harm: str) -> None:
    data = DEFAULT.read_bytes()
    (folder / NAME).write_bytes({"cut": data[:-40], "empty": b"", "other": b"{}" * 90}[harm])
    with pytest.raises(StrokebookError, match="Delete that file"):
        load_model(folder)
    with pytest.raises(StrokebookError):
        read_line(folder / NAME)


def test_drawings_are_shown_with_the_line_and_plain_without(conditional: Path) -> None:
    model = load_model(conditional)
    bare = sample(model, 3, 0.5, max_points=12)
    assert all(a is b for a, b in zip(bare, shown(model, bare, plain=True), strict=True))
    lines = shown(model, bare)
    assert sum(d.n_points for d in lines) > 2 * sum(d.n_points for d in bare)
    for points, line in zip(bare, lines, strict=True):
        assert len(line) == len(points)
        off = np.linalg.norm(points.points[:, None] - line.points, axis=2).min(1)
        assert off.max() < 0.1 * max(points.size)  # fairing leaves the points a little
        assert line.meta == points.meta


def test_a_completions_start_is_shown_as_it_was_given(conditional: Path) -> None:
    model = load_model(conditional)
    (bare,) = complete(model, START, 1, 0.5, max_points=10)
    (line,) = shown(model, [bare])
    assert line.meta["start_points"] == START.n_points
    assert np.array_equal(line.points[: START.n_points], START.points)
    assert line.n_points > bare.n_points


def test_the_line_does_not_depend_on_the_starts_scale(conditional: Path) -> None:
    model = load_model(conditional)
    large = START.with_strokes(8 * s for s in START.strokes)
    (a,), (b,) = (shown(model, complete(model, d, 1, 0.5, max_points=10)) for d in (START, large))
    assert np.allclose(8 * a.points, b.points, rtol=1e-3, atol=0.05)
    (c,), (d,) = (shown(model, [reconstruct(model, s, 0.5)]) for s in (START, large))
    assert np.allclose(8 * c.points, d.points, rtol=1e-3, atol=0.05)
