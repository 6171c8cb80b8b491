"""A part that was not installed is one sentence with the command to type."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from strokebook.base.extras import EXTRAS, MissingExtraError, missing_extra, needing_extras

ROOT = Path(__file__).resolve().parents[2]
BLOCK = """
import sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {heavy!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Block())
sys.argv = ["strokebook", *{words!r}]
from strokebook.cli.main import main
main()
"""


def without_extras(*words: str) -> subprocess.CompletedProcess[str]:
    """A command where none of the extras is installed."""
    code = BLOCK.format(heavy=set(EXTRAS), words=words)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_every_extra_is_one_that_can_be_installed() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(EXTRAS.values()) <= set(extras["optional-dependencies"])
    assert not [d for d in extras["dependencies"] if d.split(">")[0].lower() in EXTRAS]


def test_a_scan_is_traced_without_any_extra(tmp_path: Path) -> None:
    from PIL import Image, ImageDraw

    page = Image.new("L", (400, 300), 250)
    ImageDraw.Draw(page).line([(60, 60), (340, 240)], fill=10, width=4)
    page.save(tmp_path / "page.png")
    done = without_extras("trace", str(tmp_path / "page.png"), "-o", str(tmp_path / "page.svg"))
    assert done.returncode == 0, done.stderr
    assert "1 stroke" in done.stdout


def test_a_command_that_needs_an_extra_says_which(tmp_path: Path) -> None:
    done = without_extras("sample", "-m", "starter", "-o", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "pip install 'strokebook[learn]'" in done.stderr


def test_other_missing_modules_are_no_extra() -> None:
    assert missing_extra(ModuleNotFoundError("x", name="numby")) is None
    assert missing_extra(KeyError("torch")) is None
    with pytest.raises(MissingExtraError, match=r"torch\.nn"), needing_extras():
        raise ModuleNotFoundError("x", name="torch.nn")
    with pytest.raises(ModuleNotFoundError, match="numby"), needing_extras():
        raise ModuleNotFoundError("numby", name="numby")
