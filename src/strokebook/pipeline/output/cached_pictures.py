"""Pictures kept under a key of all they show, so that an edit redraws what it touched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from strokebook.base import owned
from strokebook.base.files import inside, write_text
from strokebook.pipeline.output.pictures import save_picture
from strokebook.pipeline.project import Project
from strokebook.pipeline.stage import is_done

STAGE = "picture"


@dataclass(frozen=True)
class CachedPicture:
    """A picture, or a page of HTML, that may have to be made anew.

    Attributes:
        key: Of all that it shows.
        make: The picture, or the text of the page.
    """

    key: str
    make: Callable[[], Image.Image | str]


@owned.owning(STAGE)
def draw_cached(project: Project, group: str, pictures: Mapping[str, CachedPicture]) -> None:
    """Make what is not up to date and remove pictures of the group that nothing wants any more.

    Args:
        project: Open.
        group: What they have in common ("maps"); each group is drawn as a whole.
        pictures: By path within ``pictures/``; one may show those before it.
    """
    due = [
        name
        for name, picture in pictures.items()
        if not is_done(project, STAGE, name, picture.key) or not (project.pictures / name).exists()
    ]
    for name in project.progress.track(due, f"pictures of {group}"):
        try:
            _write(pictures[name].make(), project.pictures / name)
        except owned.ForeignFileError as error:  # the other pictures are drawn all the same
            project.progress.say(str(error))
            continue
        project.catalogue.put_result(STAGE, name, pictures[name].key, 0.0, {"group": group})
    for name, result in project.catalogue.results(STAGE).items():
        if result.summary.get("group") == group and name not in pictures:
            owned.remove(inside(project.pictures, name))
            project.catalogue.forget_results(STAGE, [name])


def _write(made: Image.Image | str, path: Path) -> None:
    if isinstance(made, str):
        write_text(path, made)
    else:
        save_picture(made, path)
