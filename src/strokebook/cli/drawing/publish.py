"""``publish``, ``canvas``: the page to draw on, for others and for oneself."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from strokebook.base.errors import UsageError
from strokebook.cli.app import HERE, ProjectDir, app
from strokebook.cli.console import answer, say, show_diagnostics
from strokebook.cli.learn import project_model

MEGABYTE = 1e6


@app.command()
def publish(
    output: Annotated[Path, typer.Option("--output", "-o", help="The .html file to write.")],
    model: Annotated[
        Path | None,
        typer.Argument(
            help="A model's folder, or starter (default: the project's model).", show_default=False
        ),
    ] = None,
    project: ProjectDir = HERE,
    title: Annotated[
        str, typer.Option(help="The page's heading (default: the artist's name).")
    ] = "",
    artist: Annotated[str, typer.Option(help="Whose hand it is.")] = "",
    licence: Annotated[str, typer.Option(help="Licence of the model, such as CC BY 4.0.")] = "",
    credit: Annotated[
        list[str] | None, typer.Option(help="Somebody else to be named; may be repeated.")
    ] = None,
    colour: Annotated[
        str, typer.Option(help="Colour of the model's line: #1a6, #1166cc, or a name.")
    ] = "",
    start: Annotated[
        list[str] | None,
        typer.Option(
            help="A drawing to go on from: a file (.svg, .json), or the id of one of the project's"
            " drawings; may be repeated. Never one of a private page."
        ),
    ] = None,
    embed: Annotated[
        bool,
        typer.Option(
            "--embed", help="Also write a script that shows the page on any other site (.js)."
        ),
    ] = False,
) -> None:
    """Publish a model: one file to draw with it, on any computer, offline, by mail or on a site.

    In the file are the page, the model, what you say of it here, and the starts that you name;
    nothing else of your pages, no path and no date.

    Example: `strokebook publish -o hand.html --artist "Ada Line" --start sb48p005d02`
    """
    from strokebook.pipeline.project import SETTINGS
    from strokebook.pipeline.publishing.draw_page import PageSettings
    from strokebook.pipeline.publishing.publish import publish as write

    settings = PageSettings(
        title=_words(title),
        artist=_words(artist),
        licence=_words(licence),
        credits=tuple(_words(line) for line in credit or ()),
        colour=hex_colour(colour),
        embed=embed,
    )
    if model is None and not (project / SETTINGS).is_file():
        raise UsageError(
            f"{project} is no strokebook project (it has no {SETTINGS}).",
            "Name one with --project, or a model: strokebook publish starter -o hand.html.",
        )
    folder = model or project_model(project)
    done = write(folder, output, settings, start or (), project)
    answer(f"{done.page}")
    say(f"{done.size / MEGABYTE:.1f} MB: open it in a browser, mail it, or put it on a site.")
    if done.element is not None:
        answer(f"{done.element}")
        say("Put both on the site, and where the page is to stand:")
        say(f'  <script src="{done.element.name}"></script>')
        say('  <strokebook-draw width="100%" height="640"></strokebook-draw>')


@app.command()
def canvas(
    project: ProjectDir = HERE,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="The .html file to write (default: drawn/canvas.html in the project).",
            show_default=False,
        ),
    ] = None,
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Only write the file, do not open it.")
    ] = False,
) -> None:
    """Draw together with the project's models: a page in your browser, made as one local file.

    It has all models of the project and the starter; without a project, the starter. There is no
    server, and nothing leaves your computer.

    Example: `strokebook canvas --project ~/my-project`
    """
    from strokebook.pipeline.publishing.canvas import write_canvas

    made = write_canvas(project, output)
    show_diagnostics(made.diagnostics)
    answer(f"{made.page}")
    say(f"{made.size / MEGABYTE:.1f} MB, with {', '.join(made.models)}.")
    if no_open or not webbrowser.open(made.page.resolve().as_uri()):
        say("Open it in a browser to draw.")


def _words(text: str) -> str:
    """A text on one line, without characters that cannot be seen."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def hex_colour(text: str) -> str:
    """A colour as ``#rrggbb``; nothing stays nothing.

    Raises:
        UsageError: It is no colour.
    """
    from PIL import ImageColor

    if not text.strip():
        return ""
    try:
        return "#{:02x}{:02x}{:02x}".format(*ImageColor.getrgb(text.strip())[:3])
    except ValueError as error:
        raise UsageError(
            f"--colour {text!r} is no colour.", "Write #1166cc, #16c, or a name such as navy."
        ) from error
