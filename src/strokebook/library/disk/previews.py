"""Small pictures of pages, which the later stages look at instead of the scans."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from strokebook.base import owned
from strokebook.base.errors import InputRefused, StrokebookError
from strokebook.base.files import write_bytes
from strokebook.base.imaging.images import image_info, open_image
from strokebook.library.disk.signature import measure_signature

FOLDER = Path("cache", "previews")
QUALITY = 88


def preview_path(project: Path, image: str) -> Path:
    """Where the preview of an image lies, made or not."""
    return project / FOLDER / f"{image}.jpg"


def previews(project: Path) -> frozenset[str]:
    """The images that have a preview."""
    folder = project / FOLDER
    if not folder.is_dir():
        return frozenset()
    names = [entry.name for entry in folder.iterdir()]
    return frozenset(n.removesuffix(".jpg") for n in names if n.endswith(".jpg"))


def drop_previews(project: Path, images: Iterable[str]) -> None:
    """Remove the previews of ``images`` where there are any."""
    for image in images:
        owned.remove(preview_path(project, image))


@dataclass(frozen=True)
class Look:
    """What opening an image once showed.

    Attributes:
        image: Key of its content.
        width: In pixels, upright; 0 when it was refused.
        height: In pixels, upright; 0 when it was refused.
        format: By content.
        reason: Why it was refused, or what is to be warned of, or "".
        remedy: What to do about it.
        lasting: False when the same content may be readable later (no permission, say).
        signature: Of the picture (``library.disk.signature``); empty when it was refused.
        near_private: It may show a private page; no preview was made.
    """

    image: str
    width: int = 0
    height: int = 0
    format: str = ""
    reason: str = ""
    remedy: str = ""
    lasting: bool = True
    signature: bytes = b""
    near_private: bool = False

    @property
    def refused(self) -> bool:
        """Whether the image cannot be used."""
        return bool(self.reason) and not self.width


def look_at(
    path: Path,
    image: str,
    preview: Path | None,
    *,
    side: int,
    max_megapixels: float,
    is_near_private: Callable[[bytes], bool] = lambda _: False,
) -> Look:
    """Decode an image once, so that a torn one is known at once, and write its preview.

    Args:
        path: The file.
        image: Key of its content.
        preview: Where the preview goes; None for private pages, of which none is ever made.
        side: Longest side of the preview in pixels.
        max_megapixels: Larger images are refused.
        is_near_private: Asked with the signature whether the picture may show a private page; of
            such a one no preview is made.
    """
    try:
        info = image_info(path)
        picture = open_image(path, max_megapixels=max_megapixels, reduce_to=side)
    except InputRefused as error:
        lasting = not error.transient and (
            not isinstance(error.__cause__, OSError) or _readable(path)
        )
        return Look(image, reason=error.bare_reason, remedy=error.remedy, lasting=lasting)
    signature = measure_signature(picture)
    near = preview is not None and is_near_private(signature)
    if preview is not None and not near:
        data = io.BytesIO()
        picture.save(data, "JPEG", quality=QUALITY)
        _write(preview, data.getvalue())
    warning = info.warning(image)
    message = (warning.reason, warning.remedy) if warning else ("", "")
    size = (info.width, info.height, info.format)
    return Look(image, *size, *message, signature=signature, near_private=near)


def preview_signature(project: Path, image: str) -> bytes:
    """The signature of an image of before signatures were kept, from its preview; b"" without."""
    try:
        return measure_signature(open_image(preview_path(project, image)))
    except InputRefused:
        return b""


def _write(preview: Path, data: bytes) -> None:
    try:
        with owned.owning("scan", preview.stem):
            write_bytes(preview, data)
    except OSError as error:
        raise StrokebookError(
            f"The preview {preview} cannot be written ({error.strerror}).",
            "Check the space on the disk and the permissions of the project's folder.",
        ) from error


def _readable(path: Path) -> bool:
    with contextlib.suppress(OSError), path.open("rb") as file:
        file.read(1)
        return True
    return False
