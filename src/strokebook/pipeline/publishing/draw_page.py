"""The page to draw on, as one HTML file: a template that is built of ``web/``, and what fills it.

The template has two places to fill: the settings, as JSON, and the models, each the gzip of its web
file as base64. Both stand in ``script`` elements that browsers keep as data. Whatever a person
wrote (a title, a name) gets there as JSON without ``<``, ``>`` and ``&``, so that it can never end
the element it stands in.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from strokebook.base.errors import StrokebookError
from strokebook.geometry.drawing import Unit

TEMPLATE = Path(__file__).with_name("draw.html")
CONFIG = '<script type="application/json" id="strokebook-config">{}</script>'
MODELS = "<!-- strokebook:models -->"
PLACES = re.compile(f"({re.escape(CONFIG)}|{re.escape(MODELS)})")
MODEL_TYPE = "application/octet-stream;base64"
SIGN = b'id="strokebook-config"'  # what every page of ours has in it
TITLE = re.compile(r"<title>[^<]*</title>")
# What could end a script element, begin a comment in it, or end a line of JavaScript.
UNSAFE = re.compile("[<>&\u2028\u2029]")


@dataclass(frozen=True)
class CarriedModel:
    """A model as a page carries it.

    Attributes:
        name: In the page's menu.
        data: Its web file.
    """

    name: str
    data: bytes


@dataclass(frozen=True)
class CarriedStart:
    """A drawing to go on from.

    Attributes:
        name: As the page calls it; never that of a page or file.
        strokes: x and y in turn, each stroke a list; y down.
        unit: Of the coordinates.
    """

    name: str
    strokes: list[list[float]]
    unit: Unit = "px"


@dataclass(frozen=True)
class PageSettings:
    """What a published page says of itself.

    Attributes:
        title: Its heading.
        artist: Whose hand it is; "" where that is not said.
        licence: Of the model.
        credits: Others to be named.
        colour: Of the model's line, ``#rrggbb``; "": the page's own.
        starts: Drawings to go on from.
        embed: It stands inside another page.
    """

    title: str
    artist: str = ""
    licence: str = ""
    credits: tuple[str, ...] = ()
    colour: str = ""
    starts: tuple[CarriedStart, ...] = field(default=())
    embed: bool = False


def fill_template(template: str, settings: PageSettings, models: Sequence[CarriedModel]) -> str:
    """The template with settings and models in their places.

    Raises:
        StrokebookError: It has not just one of each place.
    """
    for place in (CONFIG, MODELS):
        if template.count(place) != 1:
            raise StrokebookError(
                f"The page that comes with strokebook is damaged: {place} is missing or there"
                " twice.",
                "Install strokebook again.",
            )
    elements = [f"model-{number}" for number in range(len(models))]
    listed = [
        {"element": element, "name": model.name}
        for element, model in zip(elements, models, strict=True)
    ]
    fillings = {
        CONFIG: CONFIG.replace("{}", _json({"models": listed} | asdict(settings))),
        MODELS: "\n".join(map(_element, elements, models)),
    }
    titled = TITLE.sub(lambda _: f"<title>{html.escape(settings.title)}</title>", template, count=1)
    return "".join(fillings.get(piece, piece) for piece in PLACES.split(titled))


def _json(value: object) -> str:
    """JSON that may stand in a script element."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _element(element: str, model: CarriedModel) -> str:
    """A model in its element; the gzip has no date."""
    packed = base64.b64encode(gzip.compress(model.data, 9, mtime=0)).decode()
    return f'<script type="{MODEL_TYPE}" id="{element}">{packed}</script>'


def is_page(file: Path) -> bool:
    """Whether a file is a page of this kind, as whoever would overwrite it has to know."""
    return SIGN in file.read_bytes()
