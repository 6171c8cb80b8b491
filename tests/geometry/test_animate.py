from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from strokebook.base.errors import UsageError
from strokebook.geometry.animate import animate
from strokebook.geometry.colours import MODEL_COLOUR
from strokebook.geometry.drawing import Drawing

TURN = Drawing.of([[[0, 0], [100, 0], [100, 100]], [[0, 100], [0, 50]], [[50, 50]]])


def frames(path: Path) -> list[np.ndarray]:
    with Image.open(path) as image:
        out = []
        for k in range(image.n_frames):
            image.seek(k)
            out.append(np.asarray(image.convert("L")).astype(int))
        return out


def test_the_line_grows_at_an_even_speed_and_stands_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.gif"
    animate(TURN, path, seconds=1, fps=20, size=100)
    ink = np.array([(255 - f).sum() for f in frames(path)], float)
    assert len(ink) == 20
    steps = np.diff(ink)
    assert (steps >= 0).all()
    assert steps[1:-1].max() < 3 * np.median(steps)
    with Image.open(path) as image:
        assert image.info["loop"] == 0
        image.seek(19)
        assert image.info["duration"] == 2000
    assert not list(path.parent.glob(".*"))


def test_several_are_drawn_at_once_in_a_grid(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    animate([TURN, TURN, Drawing.of([])], path, seconds=0.5, fps=10, size=(60, 40))
    shown = frames(path)
    assert shown[0].shape == (80, 120)
    half = 255 - shown[2]
    assert (half[:40, :60] == half[:40, 60:]).all() and half[:40, :60].sum() > 0
    assert half[40:].sum() == 0


def test_a_models_line_has_its_colour(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    ending = Drawing.of([[(0, 0), (100, 0), (100, 100)]], meta={"start_points": 2})
    animate(ending, path, seconds=1, fps=10, size=100)
    with Image.open(path) as image:
        image.seek(3)
        before = np.asarray(image.convert("RGB")).astype(int)
        image.seek(image.n_frames - 1)
        after = np.asarray(image.convert("RGB")).astype(int)
    assert (before.max(2) - before.min(2)).max() == 0 and before.min() == 0  # the person's is black
    colours = {tuple(c) for c in after.reshape(-1, 3).tolist()}
    assert MODEL_COLOUR in colours and (0, 0, 0) in colours
    model = (after == MODEL_COLOUR).all(2)
    assert model[50:90].any() and not model[:, :50].any()  # downwards, on the right


def test_what_cannot_be_shown(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    for drawings, more in (
        ([], {}),
        (Drawing.of([]), {}),
        (TURN, {"fps": 0}),
        (TURN, {"seconds": 0}),
        (TURN, {"seconds": float("nan")}),
    ):
        with pytest.raises(UsageError):
            animate(drawings, path, **more)
    assert not path.exists()
