"""``retry``: what was refused is tried again, lasting faults too."""

from __future__ import annotations

from strokebook.cli.app import HERE, ProjectDir, app, writing
from strokebook.cli.console import say


@app.command()
def retry(project: ProjectDir = HERE) -> None:
    """Try everything again that was refused, then run as `run` does.

    A transient fault (a disk that was away, a full one, no memory left) is tried again by
    every run. A lasting one (a damaged file, a page over the limit) is kept, because the same file
    with the same settings would be refused again; this forgets those too, as after an update.

    Example: `strokebook retry --project ~/my-project`
    """
    from strokebook.cli.run import run

    with writing(project, command="retry") as opened:
        count = opened.catalogue.forget_refused()
    say(f"{count} refused before: tried again." if count else "Nothing was refused.")
    run(None, project=project, until="")
