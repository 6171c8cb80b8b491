"""The front door: what ``import strokebook as sb`` offers, from a scan to a model that draws.

Every function here stands for a whole step with the defaults of ``strokebook run``; the rooms
behind it have all settings. Heavy packages are imported when a step needs them.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from strokebook.base.errors import StrokebookError
from strokebook.base.extras import needing_extras
from strokebook.base.progress import SILENT, Progress
from strokebook.geometry.drawing import Drawing

if TYPE_CHECKING:
    from strokebook.dataset.build import DataSet
    from strokebook.dataset.splits import SplitArrays
    from strokebook.model.checkpoints.checkpoint import SketchModel
    from strokebook.tracing.page import PageImage, Pixels

__all__ = [
    "Drawing",
    "Model",
    "build_dataset",
    "load_dataset",
    "load_drawing",
    "load_model",
    "separate",
    "trace",
    "train",
]


def trace(page: str | Path | PageImage | Pixels, *, engine: str = "pen") -> Drawing:
    """Trace a scanned page along the centerline of its ink, in the order of the pen.

    Args:
        page: A file, or ``(H, W)`` or ``(H, W, 3)`` uint8 pixels.
        engine: ``pen`` or ``autotrace``.

    Returns:
        The page's strokes in page pixels; none where there is no line. ``meta["dpi"]`` where the
        file tells how large its pixels are on paper.

    Raises:
        InputRefused: The page cannot be read or traced.
        UsageError: No engine of that name.

    Example:
        >>> import numpy as np, strokebook as sb
        >>> paper = np.full((200, 300), 255, np.uint8)
        >>> paper[98:102, 50:250] = 0
        >>> line = sb.trace(paper)
        >>> len(line), line.unit
        (1, 'px')
    """
    from strokebook.tracing.page import load_page
    from strokebook.tracing.registry import engine as find_engine

    image = load_page(Path(page)) if isinstance(page, str | Path) else page
    return find_engine(engine).trace(image).drawing


def separate(page: Drawing) -> list[Drawing]:
    """The separate drawings of a traced page: strokes joined, spliced, grouped, the small left out.

    Args:
        page: As :func:`trace` gives it.

    Returns:
        Drawings in page pixels, in the order in which they lie on the page.

    Example:
        >>> import strokebook as sb
        >>> square = [(0, 0), (300, 5), (305, 400), (3, 392), (0, 2)]
        >>> far = [(x + 600, y + 900) for x, y in square]
        >>> page = sb.Drawing.of([square, far], size=(1000, 1400))
        >>> [len(figure) for figure in sb.separate(page)]
        [1, 1]
    """
    from strokebook.figures.prepare_page import prepare_page

    if not len(page):
        return []
    return [figure.drawing for figure in prepare_page(page).kept]


def build_dataset(drawings: Iterable[Drawing]) -> DataSet:
    """A training set: cut by number of points, scaled, simplified under the budget, split by page.

    Args:
        drawings: In any unit; ``Drawing.source`` tells the page, which is kept in one part.

    Returns:
        ``train``, ``valid`` and ``test``, each of ``(N, 3)`` stroke-3 arrays, and a verdict on
        every drawing offered.

    Example:
        >>> import numpy as np, strokebook as sb
        >>> waves = [[(x, 30 * np.sin(x / (5 + n))) for x in range(100)] for n in range(30)]
        >>> data = sb.build_dataset(sb.Drawing.of([wave]) for wave in waves)
        >>> len(data.verdicts), data.train[0].shape[1]
        (30, 3)
    """
    from strokebook.dataset.build import Source, build

    offered = [Source(f"d{n}", d.source or f"d{n}", d) for n, d in enumerate(drawings)]
    return build(offered)


def load_dataset(path: str | Path) -> SplitArrays:
    """A data set from a SketchRNN ``.npz`` or a QuickDraw ``.ndjson`` file (also ``.gz``).

    Returns:
        ``train``, ``valid`` and ``test``; what was left out stands in ``refused``.

    Raises:
        InputRefused: The file as a whole cannot be used.
    """
    from strokebook.pipeline.standalone import read_training_file

    return read_training_file(Path(path))[0]


def load_drawing(path: str | Path) -> Drawing:
    """A drawing from an ``.svg`` or ``.json`` file.

    Raises:
        InputRefused: It cannot be read.
    """
    from strokebook.geometry.svg.io import read_drawing

    return read_drawing(Path(path))


def train(
    data: DataSet | SplitArrays,
    *,
    minutes: float | Literal["auto"] | None = None,
    folder: str | Path | None = None,
    preset: str = "evening",
    seed: int = 0,
    progress: Progress = SILENT,
) -> Model:
    """Train a model that draws like the drawings of a data set.

    Args:
        data: From :func:`build_dataset` or :func:`load_dataset`.
        minutes: Most minutes of training; ``"auto"``: until validation has stopped improving, 40 at
            most; None: as long as the preset says.
        folder: Where checkpoints, curves and pictures go; a training found there is resumed. None:
            nothing is kept but the model that is returned.
        preset: ``evening``, ``quick`` or ``paper``.
        seed: Of every random choice.
        progress: Hears of every step.

    Raises:
        StrokebookError: Data that cannot be used, or a folder that holds another training.
        UsageError: No such preset.
        MissingExtraError: The extra ``learn`` is not installed.
    """
    with needing_extras():
        from strokebook.model.config import PRESETS, preset_name
        from strokebook.model.training.train import train as train_model
        from strokebook.pipeline.line_rule import lines_of

    preset = preset_name(preset, "preset")
    if not data.train:
        raise StrokebookError("The data set has no drawing to train on.", "Offer more drawings.")
    options = dataclasses.replace(PRESETS[preset].train, seed=seed)
    if minutes is not None:
        options = dataclasses.replace(options, minutes=minutes)
    rows, held = ([a.astype("float32") for a in part] for part in (data.train, data.valid))
    with tempfile.TemporaryDirectory(prefix="strokebook-") as temporary:
        place = Path(folder) if folder is not None else Path(temporary) / "model"
        train_model(
            rows,
            held,
            PRESETS[preset].model,
            options,
            place,
            progress=progress,
            lines=lines_of(data),
        )
        return load_model(place)


def load_model(name: str | Path = "starter") -> Model:
    """A trained model: a folder, ``starter``, the one that comes with strokebook, or a web file.

    A web file is what ``strokebook export MODEL -o NAME.strokebook.safetensors`` writes.

    Raises:
        StrokebookError: There is none, or it is damaged or of another program.
        MissingExtraError: The extra ``learn`` is not installed.

    Example:
        >>> import strokebook as sb
        >>> model = sb.load_model("starter")
        >>> model.sample(2, seed=1, max_points=30)[0].n_points > 1
        True
    """
    from strokebook.pipeline.standalone import load

    with needing_extras():
        return Model(load(Path(name)))


@dataclass(frozen=True, eq=False)
class Model:
    """A model that draws.

    Attributes:
        net: The network with its options and the statistics of its data.
    """

    net: SketchModel

    def sample(
        self,
        n: int = 9,
        *,
        temperature: float | None = None,
        seed: int = 0,
        plain: bool = False,
        **more: Any,
    ) -> list[Drawing]:
        """New drawings, with the artist's line between the points that the model draws.

        Args:
            n: How many.
            temperature: Low: likely; high: daring.
            seed: Of every random choice.
            plain: The bare points instead.
            more: As for :func:`strokebook.model.sampling.generate.sample`.

        Raises:
            UsageError: A number out of range.
        """
        from strokebook.model.sampling import sample, shown

        return shown(self.net, sample(self.net, n, temperature, seed, **more), plain=plain)

    def complete(
        self,
        start: Drawing,
        n: int = 9,
        *,
        temperature: float | None = None,
        seed: int = 0,
        plain: bool = False,
        **more: Any,
    ) -> list[Drawing]:
        """Different endings of one start, which stays as it is.

        Between the points that the model draws runs the artist's line.

        Args:
            start: At least two different points, in any unit.
            n: How many endings.
            temperature: Low: likely; high: daring; None: as the model recommends, else 0.5.
            seed: Of every random choice; the same seed gives the same endings.
            plain: The bare points instead.
            more: As for :func:`strokebook.model.sampling.generate.complete`.

        Raises:
            UsageError: A number out of range.
            StrokebookError: A start without extent.

        Example:
            >>> import strokebook as sb
            >>> start = sb.Drawing.of([[(0, 0), (10, 4), (18, 12), (20, 25)]])
            >>> endings = sb.load_model().complete(start, n=3, seed=1, max_points=20)
            >>> [e.meta["start_points"] for e in endings]
            [4, 4, 4]
        """
        from strokebook.model.sampling import complete, shown

        endings = complete(self.net, start, n, temperature, seed, **more)
        return shown(self.net, endings, plain=plain)
