"""Metrics: JSON lines during a training, a picture of the curves at its end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from strokebook.base import owned, trees
from strokebook.base.errors import StrokebookError
from strokebook.base.files import atomic_open, write_text

FILE = "metrics.jsonl"
CURVE = "curve.png"
BOARD = "tensorboard"  # the folder of its event files


class Board:
    """The same numbers for TensorBoard."""

    def __init__(self, folder: Path, step: int) -> None:
        if not step:
            trees.remove_tree(folder / BOARD)  # of a training that was replaced
        before = set((folder / BOARD).glob("*"))
        # Steps after a resumed training's are hidden: it writes them again.
        purge = step + 1 if step else None
        self._writer = _writer()(str(folder / BOARD), purge_step=purge)
        for file in set((folder / BOARD).glob("*")) - before:
            owned.claim(file)

    def add(self, line: Mapping[str, Any]) -> None:
        """Add the numbers of a line of metrics as ``kind/name``."""
        for name, value in line.items():
            if name not in {"kind", "step"}:
                self._writer.add_scalar(f"{line['kind']}/{name}", value, line["step"])

    def close(self) -> None:
        """Write what is left."""
        self._writer.close()


def need_board() -> None:
    """Make sure that there is TensorBoard.

    Raises:
        StrokebookError: It is not installed.
    """
    _writer()


def _writer() -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise StrokebookError(
            "TensorBoard is not installed.",
            "Run 'pip install tensorboard', or do without (tensorboard = false in [train]).",
        ) from error
    return SummaryWriter


def rewind(folder: Path, step: int) -> None:
    """Forget the lines after ``step``: a killed run goes back to its last checkpoint."""
    kept = [line for line in lines(folder) if line["step"] <= step]
    write_text(folder / FILE, "".join(json.dumps(line) + "\n" for line in kept))
    owned.claim(folder / FILE)  # lines are added to it in place


def append(folder: Path, line: Mapping[str, Any]) -> None:
    """Add one line, flushed."""
    with (folder / FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def lines(folder: Path) -> list[dict[str, Any]]:
    """All whole lines; one that a kill cut short is left out."""
    path = folder / FILE
    records = []
    for text in path.read_text("utf-8").splitlines() if path.exists() else ():
        try:
            records.append(json.loads(text))
        except ValueError:
            continue
    return records


def draw_curves(folder: Path, best_step: int) -> Path:
    """``curve.png``: reconstruction and KL loss of training and validation over the steps."""
    from matplotlib.figure import Figure

    record = lines(folder)
    panels = {"reconstruction": "reconstruction loss (nats a row)"}
    if any(r["kl"] for r in record):  # a decoder-only model has none
        panels["kl"] = "KL loss (nats per number of z)"
    figure = Figure(figsize=(4.5 * len(panels), 3.6), layout="constrained")
    grid = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, (name, title) in zip(grid, panels.items(), strict=True):
        for kind, style in (("train", {"lw": 0.9}), ("valid", {"marker": ".", "lw": 1.4})):
            points = [(r["step"], r[name]) for r in record if r["kind"] == kind]
            if points:
                axes.plot(*zip(*points, strict=True), label=kind, **style)
        axes.axvline(best_step, color="0.6", lw=0.8, ls=":", label="best")
        axes.set(title=title, xlabel="step")
        axes.legend(frameon=False)
    with atomic_open(folder / CURVE) as file:
        figure.savefig(file, format="png", dpi=110)
    return folder / CURVE
