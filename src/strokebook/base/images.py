"""The one door for pictures: opened by content, limited before decoding, always upright RGB."""

from __future__ import annotations

import contextlib
import importlib.util
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from strokebook.base.errors import InputRefused

SUFFIXES = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "PNG": (".png",),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
    "HEIF": (".heic", ".heif", ".hif"),
}
KNOWN = "JPEG, PNG, TIFF or WebP"
RESAVE = "Scan or export the page again."

# EXIF 2.3, tag 0x0112: what brings the stored rows upright.
ORIENTATION_TAG = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_bomb_check = threading.Lock()


@dataclass(frozen=True)
class ImageInfo:
    """What a picture's header says.

    Attributes:
        format: ``JPEG``, ``PNG``, ``TIFF``, ``WEBP`` or ``HEIF``, by content.
        width: In pixels, after the EXIF orientation is applied.
        height: In pixels, after the EXIF orientation is applied.
        suffix_fits: False when the file's name says another format (a PNG named ``.jpg``).
    """

    format: str
    width: int
    height: int
    suffix_fits: bool

    @property
    def megapixels(self) -> float:
        """Width × height in millions."""
        return self.width * self.height / 1e6


def image_info(path: Path) -> ImageInfo:
    """Read a picture's header only; nothing is decoded and no size is refused.

    Raises:
        InputRefused: Missing, unreadable, empty, or no picture of a known format.
    """
    with _opened(path) as image:
        width, height = image.size
        if _orientation(image) >= 5:
            width, height = height, width
        name = _format(image)
        return ImageInfo(name, width, height, path.suffix.lower() in SUFFIXES[name])


def open_image(
    path: Path, *, max_megapixels: float = 80.0, reduce_to: int | None = None
) -> Image.Image:
    """A picture as upright 8-bit RGB; transparent parts become white paper.

    Args:
        path: JPEG, PNG, TIFF, WebP, or HEIF where ``pillow-heif`` is installed, whatever its name.
        max_megapixels: Checked against the header before anything is decoded. The default lets
            an A3 page at 600 dpi (70 megapixels) pass.
        reduce_to: Longest side wanted; larger pictures are reduced (JPEGs already while they are
            decoded, which is several times as fast). Smaller ones are left as they are.

    Raises:
        InputRefused: Missing, unreadable, empty, cut short, too large, or no picture.
    """
    with _opened(path) as image:
        width, height = image.size
        if width * height > max_megapixels * 1e6:
            raise InputRefused(
                str(path),
                f"has {width * height / 1e6:.0f} megapixels, over the limit of {max_megapixels:g}.",
                "Scan it at a lower resolution, or raise the limit in the settings.",
            )
        turn = UPRIGHT.get(_orientation(image))
        if reduce_to is not None and image.format == "JPEG":
            scale = reduce_to / max(width, height)
            image.draft("", (max(1, int(width * scale)), max(1, int(height * scale))))
        upright = _decoded(path, image)
    if turn is not None:
        upright = upright.transpose(turn)
    if reduce_to is not None:
        upright.thumbnail((reduce_to, reduce_to), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return upright


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    _check_file(path)
    try:
        image = _header(path)
    except UnidentifiedImageError as error:
        raise InputRefused(
            str(path), f"is not a {KNOWN} picture.", "Export it as JPEG or PNG."
        ) from error
    except PermissionError as error:
        raise _no_permission(path) from error
    except Exception as error:  # broken headers raise nearly anything from within the decoders
        raise InputRefused(str(path), f"has a damaged header ({error}).", RESAVE) from error
    with image:
        yield image


def _check_file(path: Path) -> None:
    try:
        # Only plain files: opening a pipe or a device could wait for ever.
        plain, size = path.is_file(), path.stat().st_size
    except FileNotFoundError as error:
        raise InputRefused(str(path), "does not exist.", "Check the name.") from error
    except PermissionError as error:
        raise _no_permission(path) from error
    except (OSError, ValueError) as error:
        raise InputRefused(str(path), f"cannot be read ({error}).", "Check the name.") from error
    if not plain:
        raise InputRefused(str(path), "is not a file.", "Give the name of a picture.")
    if size == 0:
        raise InputRefused(str(path), "is empty (0 bytes).", RESAVE)


def _no_permission(path: Path) -> InputRefused:
    return InputRefused(str(path), "may not be read (no permission).", "Change its permissions.")


def _header(path: Path) -> Image.Image:
    formats = ["JPEG", "PNG", "TIFF", "WEBP"]
    if importlib.util.find_spec("pillow_heif") is not None:
        import pillow_heif  # type: ignore[import-not-found, unused-ignore]

        pillow_heif.register_heif_opener()
        formats.append("HEIF")
    # Pillow's own limit is one number for the whole process, warns at 89 megapixels and raises
    # at 179 without saying the size; ours is checked by the caller before decoding.
    with _bomb_check:
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            return Image.open(path, formats=formats)
        finally:
            Image.MAX_IMAGE_PIXELS = limit


def _format(image: Image.Image) -> str:
    # MPO is what phones write: a JPEG followed by a second picture or a depth map.
    return "JPEG" if image.format in ("JPEG", "MPO") else str(image.format)


def _orientation(image: Image.Image) -> int:
    """EXIF orientation 1–8 as far as the header knows it (1 when it is missing or damaged)."""
    # A PNG may carry EXIF behind its pixels; Pillow would decode them all to look there.
    if image.format == "PNG" and "exif" not in image.info:
        return 1
    try:
        value = image.getexif().get(ORIENTATION_TAG, 1)
    except Exception:  # damaged EXIF raises nearly anything; the picture itself may be whole
        return 1
    return value if isinstance(value, int) and value in UPRIGHT else 1


def _decoded(path: Path, image: Image.Image) -> Image.Image:
    try:
        image.load()
        return _rgb(path, image)
    except InputRefused:
        raise
    except MemoryError as error:
        raise InputRefused(
            str(path), "does not fit in memory.", "Scan it at a lower resolution."
        ) from error
    except Exception as error:  # broken pixel data raises nearly anything from the decoders
        raise InputRefused(str(path), f"is cut short or damaged ({error}).", RESAVE) from error


def _rgb(path: Path, image: Image.Image) -> Image.Image:
    if image.mode == "F" or image.mode.startswith("I"):
        return _from_deep(path, image)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        paper = Image.new("RGB", layer.size, "white")
        paper.paste(layer, mask=layer.getchannel("A"))
        return paper
    return image.convert("RGB")  # a copy also of RGB: the file behind `image` is closed soon


def _from_deep(path: Path, image: Image.Image) -> Image.Image:
    """16-bit, 32-bit and float greys as 8 bits, scaled by the range that their values use."""
    values = np.asarray(image)
    top = float(values.max())
    if not np.isfinite(values).all() or top > 65535 or float(values.min()) < 0:
        raise InputRefused(
            str(path), "has values outside 0–65535.", "Export it with 8 or 16 bits a channel."
        )
    whole = 1.0 if image.mode == "F" and top <= 1 else 255.0
    if top > 255 or image.mode.startswith("I;16"):
        whole = 65535.0
    grey = np.round(values.astype(np.float32) * (255.0 / whole)).astype(np.uint8)
    return Image.fromarray(grey, "L").convert("RGB")
