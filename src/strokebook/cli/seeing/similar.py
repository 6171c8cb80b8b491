"""``similar``: pages and drawings like a page, a drawing, a picture, or a few strokes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from strokebook.base.errors import UsageError
from strokebook.base.extras import needing_extras
from strokebook.cli.app import HERE, AsJson, ProjectDir, app, reading
from strokebook.cli.console import answer, print_json, table
from strokebook.pipeline.removal.purge import purge

if TYPE_CHECKING:
    from strokebook.pipeline.seeing.search import DrawingHit, Hits, Wanted

PICTURES = (".jpg", ".jpeg", ".png")


@app.command()
def similar(
    query: Annotated[
        str,
        typer.Argument(
            help="A page (sb48p005), a drawing (sb48p005d02), a picture from elsewhere (.jpg,"
            " .png, …), or some strokes drawn by hand (.svg): drawings that begin so.",
            show_default=False,
        ),
    ],
    project: ProjectDir = HERE,
    as_json: AsJson = False,
    number: Annotated[
        int | None,
        typer.Option(
            "-n",
            "--number",
            min=1,
            max=1000,
            help="How many are shown (default: 'similar' in the settings, 12).",
            show_default=False,
        ),
    ] = None,
    pages: Annotated[
        bool | None,
        typer.Option(
            "--pages/--drawings",
            help="Look for pages, or for drawings (default: drawings for a drawing or strokes,"
            " else pages). Of a page or picture, every drawing on it is looked for.",
            show_default=False,
        ),
    ] = None,
    kept: Annotated[
        bool,
        typer.Option("--kept/--all", help="Look only among drawings that are kept, or among all."),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="The contact sheet, .jpg or .png (default: in the project, pictures/similar/).",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Find pages or drawings that look like something, with a contact sheet that shows why.

    Mirrored and turned drawings are found too. The first question about drawings takes a moment,
    in which every drawing is measured; later ones measure only what is new.

    Example: `strokebook similar sb48p005d02 -n 20`
    """
    from strokebook.pipeline.seeing.search import find_similar, understand
    from strokebook.pipeline.seeing.search_sheet import draw_sheet

    if output is not None and output.suffix.lower() not in PICTURES:
        raise UsageError(f"{output} should end in .jpg or .png.", "Rename it.")
    wanted: Wanted | None = None if pages is None else "pages" if pages else "drawings"
    with reading(project) as opened, needing_extras():
        purge(opened)
        most = number or opened.settings.vision.similar
        hits = find_similar(opened, understand(opened, query), most, wanted=wanted, kept=kept)
        path = draw_sheet(opened, hits, output) if hits.pages or hits.drawings else None
    if as_json:
        print_json(_json(hits, path))
        return
    _print(hits)
    if path is not None:
        answer(f"Sheet: {path}")


def _print(hits: Hits) -> None:
    if not hits.pages and not hits.drawings:
        answer(f"There are no other {hits.wanted} yet. 'strokebook run' finds them.")
        return
    from strokebook.pipeline.seeing.search import percent

    rows = [(m.page, percent(m.score), m.why) for m in hits.pages]
    rows += [(h.record.id, percent(h.score), _why(h, hits)) for h in hits.drawings]
    table(f"Like {hits.asked.name}", (hits.wanted.removesuffix("s"), "alike", "why"), rows)


def _why(hit: DrawingHit, hits: Hits) -> str:
    return hit.why if len(hits.shown) == 1 else f"like {hit.figure.name}: {hit.why}"


def _json(hits: Hits, path: Path | None) -> dict[str, object]:
    """The hits as scripts get them."""
    found: list[dict[str, object]] = [
        {"page": m.page, "score": m.score, "why": m.why} for m in hits.pages
    ]
    for hit in hits.drawings:
        a, record = hit.alignment, hit.record
        found.append(
            {
                "drawing": record.id,
                "page": record.page,
                "score": hit.score,
                "why": hit.why,
                "like": hit.figure.name,
                "mirrored": a.change.mirrored,
                "turned": a.change.turn,
                "scale": a.scale,
                "kept": record.kept,
                "svg": record.svg,
            }
        )
    return {
        "query": hits.asked.name,
        "kind": hits.asked.kind,
        "wanted": hits.wanted,
        "similar": found,
        "sheet": None if path is None else str(path),
    }
