"""The pages' small pictures as a sequence that opens each file only when it is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from PIL import Image

from strokebook.base.imaging.images import open_image
from strokebook.library.catalogue.records import Page
from strokebook.library.disk.previews import preview_path
from strokebook.pipeline.project import Project


class Previews(Sequence[Image.Image]):
    """The previews of pages, none of them kept: 100,000 of them would be 90 GB of pixels."""

    def __init__(
        self, project: Project, pages: Sequence[Page], reduce_to: int | None = None
    ) -> None:
        """The pages in order; ``reduce_to`` is the longest side wanted, in pixels."""
        self._paths = [preview_path(project.folder, page.image) for page in pages]
        self._reduce_to = reduce_to

    def __len__(self) -> int:
        return len(self._paths)

    @overload
    def __getitem__(self, index: int) -> Image.Image: ...

    @overload
    def __getitem__(self, index: slice) -> list[Image.Image]: ...

    def __getitem__(self, index: int | slice) -> Image.Image | list[Image.Image]:
        if isinstance(index, slice):
            return [open_image(path, reduce_to=self._reduce_to) for path in self._paths[index]]
        return open_image(self._paths[index], reduce_to=self._reduce_to)
