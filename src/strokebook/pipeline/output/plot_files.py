"""Files of drawings onto sheets for a plotter: all on one, or each on its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from strokebook.base.errors import UsageError
from strokebook.base.files import write_text
from strokebook.geometry.plotting.options import PlotOptions
from strokebook.geometry.plotting.plot_svg import plot_svg
from strokebook.geometry.plotting.plotter import Plot, plot_drawings
from strokebook.geometry.svg.io import read_drawing


def plot_files(
    paths: Sequence[Path], output: Path, options: PlotOptions
) -> list[tuple[Path, Plot]]:
    """Lay drawings out for a plotter and write them; nothing is written where one does not fit.

    Args:
        paths: ``.svg`` or ``.json`` files.
        output: An ``.svg`` file: all on one sheet, in a grid. A folder: a sheet of each, under the
            drawing's own name.
        options: How.

    Returns:
        The files written, and what is on them.

    Raises:
        InputRefused: A file is no drawing.
        UsageError: The output is no SVG or would replace a drawing that is read, two drawings have
            one name, or a drawing has no line or does not fit.
    """
    sheets = _sheets(paths, output)
    drawings = {path: read_drawing(path) for path in paths}
    plots = []
    for file, own in sheets.items():
        made = [drawings[path] for path in own]
        plots.append((file, made, plot_drawings(made, options)))
    for file, made, plot in plots:
        write_text(file, plot_svg(plot, made))
    return [(file, plot) for file, _, plot in plots]


def _sheets(paths: Sequence[Path], output: Path) -> dict[Path, list[Path]]:
    """Which drawings go on which sheet."""
    is_file = bool(output.suffix) and not output.is_dir()
    if is_file and output.suffix.lower() != ".svg":
        raise UsageError(
            f"{output} should end in .svg.",
            "Rename it; vpype makes HPGL or G-code of the SVG.",
        )
    sheets: dict[Path, list[Path]] = {}
    for path in paths:
        file = output if is_file else output / f"{path.stem}.svg"
        if not is_file and file in sheets:
            raise UsageError(
                f"{sheets[file][0]} and {path} would both be written to {file}.",
                "Plot them into different folders.",
            )
        sheets.setdefault(file, []).append(path)
    read = {path.resolve() for path in paths}
    for file in sheets:
        if file.resolve() in read:
            raise UsageError(f"{file} is a drawing that is plotted.", "Give another output.")
    return sheets
