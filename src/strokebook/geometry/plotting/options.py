"""Plot options: paper, pens, how finely a line is drawn, where the plotter stops."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from strokebook.base.errors import UsageError
from strokebook.geometry.colours import MODEL_COLOUR, PERSON_COLOUR, css


@dataclass(frozen=True)
class Pen:
    """One pen of the plotter; numbers as an AxiDraw reads them from a layer's name.

    Attributes:
        name: What its layer is called.
        colour: Of its line in the SVG.
        speed: With the pen down, 1 to 100 %; None: as the plotter is set.
        height: Of the pen when it is down, 0 to 100 %.
        delay: Before the layer, in ms.
        pause: Stop before its layer, to change the pen; None: before every pen but the first.
    """

    name: str
    colour: str
    speed: int | None = None
    height: int | None = None
    delay: int | None = None
    pause: bool | None = None

    def __post_init__(self) -> None:
        for what, value, low, high in (
            ("speed", self.speed, 1, 100),
            ("pen height", self.height, 0, 100),
            ("delay", self.delay, 0, 60_000),
        ):
            if value is not None and not low <= value <= high:
                raise UsageError(
                    f"A layer's {what} cannot be {value}.",
                    f"Give a whole number from {low} to {high}.",
                )


@dataclass(frozen=True)
class PlotOptions:
    """How drawings are laid on paper for a plotter. Lengths are in mm.

    Attributes:
        paper: Width and height.
        margin: On every side.
        pen_width: Of the line as the SVG shows it.
        width: Of each drawing's ink; 0: as large as fits.
        true_size: As large as on the page it comes from, which the drawing knows by its dpi.
        tolerance: How far the line may lie from the drawing's; 0 keeps every point.
        shortest: Points nearer than this to the one before are left out.
        split_points: Most points of a path; 0: any number.
        refill: Metres of line after which the plotter stops for ink; 0: never.
        speed_down: mm a second with the pen down, for the time it takes.
        speed_up: mm a second with the pen up.
        lift_seconds: Time of one lift, up and down again.
        person: The pen of a person's line.
        model: The pen of a model's line.
    """

    paper: tuple[float, float] = (210.0, 297.0)
    margin: float = 10.0
    pen_width: float = 0.3
    width: float = 0.0
    true_size: bool = False
    tolerance: float = 0.05
    shortest: float = 0.05
    split_points: int = 0
    refill: float = 0.0
    speed_down: float = 25.0
    speed_up: float = 75.0
    lift_seconds: float = 0.3
    person: Pen = field(default_factory=lambda: Pen("person", css(PERSON_COLOUR)))
    model: Pen = field(default_factory=lambda: Pen("model", css(MODEL_COLOUR)))

    def __post_init__(self) -> None:
        above = {"pen_width": self.pen_width, "speed_down": self.speed_down}
        above["speed_up"] = self.speed_up
        others = {"margin": self.margin, "width": self.width, "tolerance": self.tolerance}
        others |= {"shortest": self.shortest, "refill": self.refill}
        others["lift_seconds"] = self.lift_seconds
        for name, value in (above | others).items():
            if not math.isfinite(value) or value < 0 or (value == 0 and name in above):
                least = "above 0" if name in above else "of at least 0"
                raise UsageError(
                    f"The plotter's {name.replace('_', ' ')} cannot be {value}.",
                    f"Give a number {least}.",
                )
        if self.split_points < 0 or self.split_points == 1:
            raise UsageError(
                f"A path cannot have at most {self.split_points} points.",
                "Split at 0 (never), or from 2 on.",
            )
        if min(self.room) <= 0:
            raise UsageError(
                f"Margins of {self.margin:g} mm leave no room on {self.paper[0]:g} ×"
                f" {self.paper[1]:g} mm.",
                "Use a smaller margin, or larger paper.",
            )

    @property
    def room(self) -> tuple[float, float]:
        """Width and height between the margins."""
        return self.paper[0] - 2 * self.margin, self.paper[1] - 2 * self.margin
