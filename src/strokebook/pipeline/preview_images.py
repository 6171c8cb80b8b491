"""Small pictures as a sequence that makes or opens each only when it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar, overload

from PIL import Image

from strokebook.base.imaging.images import open_image
from strokebook.library.catalogue.records import Page
from strokebook.library.disk.previews import preview_path
from strokebook.pipeline.project import Project

T = TypeVar("T")


class OpenedLater(Sequence[Image.Image], Generic[T]):
    """Pictures of items, none of them kept; each is made in whatever thread asks for it."""

    def __init__(self, items: Sequence[T], make: Callable[[T], Image.Image]) -> None:
        self._items, self._make = items, make

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, index: int) -> Image.Image: ...

    @overload
    def __getitem__(self, index: slice) -> list[Image.Image]: ...

    def __getitem__(self, index: int | slice) -> Image.Image | list[Image.Image]:
        if isinstance(index, slice):
            return [self._make(item) for item in self._items[index]]
        return self._make(self._items[index])


class Previews(OpenedLater[Path]):
    """The previews of pages, none of them kept: 100,000 of them would be 90 GB of pixels."""

    def __init__(
        self, project: Project, pages: Sequence[Page], reduce_to: int | None = None
    ) -> None:
        """The pages in order; ``reduce_to`` is the longest side wanted, in pixels."""
        paths = [preview_path(project.folder, page.image) for page in pages]
        super().__init__(paths, lambda path: open_image(path, reduce_to=reduce_to))
