"""``import strokebook as sb``: the README's lines, the docstrings' examples, the manners."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import strokebook as sb
from strokebook import api
from strokebook.base.errors import StrokebookError, UsageError

from place import Place

README = Path(__file__).resolve().parents[1] / "README.md"
SQUARE = [(0, 0), (90, 5), (95, 100), (3, 92)]


def test_the_examples_of_the_docstrings_are_right() -> None:
    result = doctest.testmod(api)
    assert result.attempted > 10
    assert result.failed == 0


def test_the_ten_lines_of_the_readme_run(
    copy: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)[0]
    assert len([line for line in code.splitlines() if line]) <= 10
    monkeypatch.chdir(copy.library)
    assert "minutes=10" in code
    exec(code.replace("minutes=10", "minutes=0.02"), {})
    written = sorted(copy.library.glob("next-*.svg"))
    assert len(written) == 9
    assert all(len(sb.load_drawing(path)) for path in written)


def test_the_import_brings_nothing_heavy() -> None:
    code = (
        "import strokebook, sys; print(*(m for m in ('torch', 'cv2', 'numpy') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_every_name_is_there_and_no_other() -> None:
    assert sb.__all__ == api.__all__
    assert all(getattr(sb, name) is getattr(api, name) for name in sb.__all__)
    with pytest.raises(AttributeError, match="no attribute 'trance'"):
        sb.trance  # noqa: B018


def test_the_start_of_a_drawing_ends_in_the_stroke_it_ends_in() -> None:
    drawing = sb.Drawing.of([SQUARE, SQUARE])
    assert [len(s) for s in drawing.start(0.25).strokes] == [2]
    assert [len(s) for s in drawing.start(0.75).strokes] == [4, 2]
    assert [len(s) for s in drawing.start(1).strokes] == [4, 4]
    for share in (0, 1.1, float("nan")):
        with pytest.raises(UsageError, match="share"):
            drawing.start(share)


@pytest.mark.parametrize("ending", [".svg", ".json", ".png", ".gif"])
def test_a_drawing_is_saved_by_its_ending(tmp_path: Path, ending: str) -> None:
    path = sb.Drawing.of([SQUARE]).save(tmp_path / f"a{ending}")
    assert path.stat().st_size > 100
    if ending in (".svg", ".json"):
        np.testing.assert_allclose(sb.load_drawing(path).points, SQUARE)


def test_an_unknown_ending_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'.bmp' is not one of .svg, .json"):
        sb.Drawing.of([SQUARE]).save(tmp_path / "a.bmp")
    assert not list(tmp_path.iterdir())


def test_an_empty_page_has_no_figures_and_an_empty_set_no_model() -> None:
    assert sb.separate(sb.Drawing.of([], size=(100, 100))) == []
    with pytest.raises(StrokebookError, match="no drawing"):
        sb.train(sb.build_dataset([]))
    with pytest.raises(UsageError, match="preset"):
        sb.train(sb.build_dataset([sb.Drawing.of([SQUARE])]), preset="smal")
