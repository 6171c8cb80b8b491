"""The options that the drawing commands share, and the decorator that gives them to a command."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

import typer

from strokebook.base.errors import UsageError
from strokebook.cli.app import HERE, ProjectDir
from strokebook.cli.console import answer
from strokebook.cli.learn import project_model

if TYPE_CHECKING:
    from strokebook.geometry.drawing import Drawing
    from strokebook.model.checkpoints.checkpoint import SketchModel
    from strokebook.model.distributions.temperature import Temperature

FILES = frozenset((".svg", ".png", ".gif", ".jpg", ".jpeg", ".json", ".npz", ".pdf"))
R = TypeVar("R")


def _folder(path: Path) -> Path:
    """The folder for drawings; a file's name would else become a folder's."""
    if path.suffix.lower() in FILES and not path.is_dir():
        raise UsageError(
            f"--output {path} is named like a file; many files are written.",
            f"Name a folder, such as {path.with_suffix('')}.",
        )
    return path


DrawingFile = Annotated[Path, typer.Argument(help="A drawing (.svg or .json).")]
Model = Annotated[
    Path | None,
    typer.Option(
        "--model",
        "-m",
        help="A model's folder, a .strokebook.safetensors file, or starter, the model that comes"
        " with strokebook (default: the project's model).",
    ),
]
Output = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        help="Folder for the drawings (SVG), a sheet of all of them (PNG and SVG) and an animation"
        " (GIF). The files of each call are numbered anew; nothing is overwritten.",
        callback=_folder,
    ),
]
PenTemperature = Annotated[
    float | None,
    typer.Option(
        min=0.01,
        max=2.0,
        help="Randomness of the pen's lifts and of the end (default: that of the line).",
        show_default=False,
    ),
]
TemperatureOption = Annotated[
    float | None,
    typer.Option(
        "--temperature",
        "-t",
        min=0.01,
        max=2.0,
        help="Randomness of the line: low values draw what is most likely, high ones surprises"
        " (default: what suits the model, or 1 to draw along a given drawing).",
        show_default=False,
    ),
]
Seed = Annotated[
    int, typer.Option(min=0, help="Seed of the randomness: the same seed draws the same.")
]
Count = Annotated[
    int, typer.Option("--count", "-n", min=1, max=1000, help="How many drawings are saved.")
]
Choose = Annotated[
    str | None,
    typer.Option(
        help="Which drawings are saved. rejection: those that the model's chooser takes for the"
        " artist's; raw: the first ones drawn; likely: of those accepted, the ones that the model"
        " finds likeliest; different: those that differ most from each other (default: rejection"
        " if the model has a chooser, else raw).",
        show_default=False,
    ),
]
Of = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=10_000,
        help="How many drawings to choose from at most (default: as many as are needed in"
        " --seconds; without a chooser, for likely and different, four times --count).",
        show_default=False,
    ),
]
Seconds = Annotated[
    float | None,
    typer.Option(
        min=0.1,
        help="How long is drawn at most until enough drawings are accepted (default: 20 for up to"
        " nine drawings, for more as much longer; with --of any time).",
        show_default=False,
    ),
]
Points = Annotated[
    int | None,
    typer.Option(
        "--points",
        min=2,
        max=100_000,
        help="Most points of a drawing (default: as long as the longest training drawing).",
        show_default=False,
    ),
]
Plain = Annotated[
    bool,
    typer.Option(
        "--plain",
        help="Straight segments between the points that the model draws, instead of the artist's"
        " line.",
    ),
]


@dataclass(frozen=True)
class DrawingOptions:
    """What every command that draws with a model takes."""

    project: ProjectDir = HERE
    model: Model = None
    output: Output = Path("drawn")
    temperature: TemperatureOption = None
    pen_temperature: PenTemperature = None
    seed: Seed = 0
    plain: Plain = False

    def load_model(self) -> SketchModel:
        """The model that draws; a project's notes where its drawings go, to delete them in need."""
        from strokebook.pipeline.removal.outside import use_model
        from strokebook.pipeline.standalone import load

        folder = self.model or project_model(self.project)
        use_model(folder, self.output, "drawings by the model")
        return load(folder)

    def temperature_for(self, model: SketchModel) -> Temperature:
        """The temperatures that the user named for line and pen, else what suits the model."""
        from strokebook.model.distributions.temperature import Temperature

        line = self._usual_temperature(model) if self.temperature is None else self.temperature
        return Temperature(line, line if self.pen_temperature is None else self.pen_temperature)

    def _usual_temperature(self, model: SketchModel) -> float:
        return model.temperature

    def _name_of(self, model: SketchModel) -> str:
        """What the files call the model: never a path."""
        own = model.info.get("name")
        folder = self.model or project_model(self.project)
        return own if isinstance(own, str) and own else folder.resolve().name

    def save(
        self, model: SketchModel, drawings: list[Drawing], name: str, **inputs: list[Drawing]
    ) -> None:
        """Save what ``model`` drew, with the artist's line between its points, and print the paths.

        On the sheet the ``inputs`` stand too, as they were given. Each file tells the model, the
        seed and the temperature.
        """
        from strokebook.model.sampling import shown
        from strokebook.pipeline.output.contact_sheet import save_drawings

        facts = {
            "model": self._name_of(model),
            "seed": self.seed,
            "temperature": self.temperature_for(model).mixture,
        }
        signed = [dataclasses.replace(d, meta=d.meta | facts) for d in drawings]
        pictured = shown(model, signed, plain=self.plain)
        for path in save_drawings(pictured, self.output, name, **inputs):
            answer(f"{path}")


@dataclass(frozen=True)
class RedrawOptions(DrawingOptions):
    """What a command takes that draws a given drawing again."""

    def _usual_temperature(self, model: SketchModel) -> float:
        from strokebook.model.sampling.latent import default_temperature

        return default_temperature(model)


@dataclass(frozen=True)
class VaryOptions(DrawingOptions):
    """What ``vary`` takes."""

    def _usual_temperature(self, model: SketchModel) -> float:
        from strokebook.model.sampling.latent import default_temperature

        return default_temperature(model, varied=True)


@dataclass(frozen=True)
class ChoiceOptions(DrawingOptions):
    """What a command takes that draws many and saves the best of them."""

    n: Count = 9
    choose: Choose = None
    of: Of = None
    seconds: Seconds = None
    points: Points = None

    def choice(self) -> dict[str, Any]:
        """The arguments by which the sampling functions choose."""
        from strokebook.cli.console import BarProgress

        chosen = {"choose": self.choose, "of": self.of, "seconds": self.seconds}
        return chosen | {"progress": BarProgress()}


def shares_options(command: Callable[..., R]) -> Callable[..., R]:
    """Give a command the fields of its parameter ``options`` as options of its own.

    Typer reads a command's options from its signature. So each field of the options' class becomes
    a parameter of the command, after those that the command has itself; when it is called, they
    are put together again.
    """
    hints = get_type_hints(command, include_extras=True)
    shared = hints["options"]
    shared_hints = get_type_hints(shared, include_extras=True)
    names = [field.name for field in fields(shared)]

    @wraps(command)
    def with_options(**values: Any) -> R:
        options = shared(**{name: values.pop(name) for name in names})
        return command(options=options, **values)

    own = [p for p in inspect.signature(command).parameters.values() if p.name != "options"]
    parameters = [
        inspect.Parameter(p.name, p.KEYWORD_ONLY, default=p.default, annotation=hints[p.name])
        for p in own
    ]
    parameters += [
        inspect.Parameter(f.name, inspect.Parameter.KEYWORD_ONLY, default=f.default).replace(
            annotation=shared_hints[f.name]
        )
        for f in fields(shared)
    ]
    with_options.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    with_options.__annotations__ = {p.name: p.annotation for p in parameters}
    return with_options
