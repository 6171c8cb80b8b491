"""The one door for pictures: opened by content, limited before decoding, always upright RGB."""

from __future__ import annotations

import contextlib
import importlib.util
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from strokebook.base.deep import OutOfRangeError, brightened, to_8_bits
from strokebook.base.errors import Diagnostic, InputRefused, Severity, is_transient
from strokebook.base.imaging.orientation import UPRIGHT, orientation, stored_size, turned_by_decoder
from strokebook.base.imaging.resolution import resolution
from strokebook.base.imaging.tiff import TiffSamples, count_pages, samples
from strokebook.base.reading import plain_size, unreadable

SUFFIXES = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "PNG": (".png",),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
    "HEIF": (".heic", ".heif", ".hif"),
}
KNOWN = "JPEG, PNG, TIFF or WebP"
RESAVE = "Scan or export the page again."

_bomb_check = threading.Lock()


@dataclass(frozen=True)
class ImageInfo:
    """What a picture's header says.

    Attributes:
        format: ``JPEG``, ``PNG``, ``TIFF``, ``WEBP`` or ``HEIF``, by content.
        width: In pixels, after the EXIF orientation is applied.
        height: In pixels, after the EXIF orientation is applied.
        suffix_fits: False when the file's name says another format (a PNG named ``.jpg``).
        pages: More than 1 for a TIFF of several pages, of which only the first is read.
        dpi: Pixels an inch of the paper, where the file tells; the same both ways.
    """

    format: str
    width: int
    height: int
    suffix_fits: bool
    pages: int = 1
    dpi: float | None = None

    @property
    def megapixels(self) -> float:
        """Width × height in millions."""
        return self.width * self.height / 1e6

    def warning(self, subject: str) -> Diagnostic | None:
        """What the artist should know of a picture that is used all the same."""
        if self.pages == 1:
            return None
        return Diagnostic(
            subject,
            f"has {self.pages} pages, of which only the first is used.",
            "Save each page as a file of its own.",
            severity=Severity.WARNING,
        )


def image_info(path: Path) -> ImageInfo:
    """Read a picture's header only; nothing is decoded and no size is refused.

    Raises:
        InputRefused: Missing, unreadable, empty, or no picture of a known format.
    """
    with _opened(path) as image:
        width, height = stored_size(image)
        if orientation(image, path) >= 5:
            width, height = height, width
        name = _format(image)
        fits = path.suffix.lower() in SUFFIXES[name]
        pages = count_pages(path) if name == "TIFF" else 1
        return ImageInfo(name, width, height, fits, pages, resolution(image))


def open_image(
    path: Path, *, max_megapixels: float = 80.0, reduce_to: int | None = None
) -> Image.Image:
    """A picture as upright 8-bit RGB; transparent parts become white paper.

    Of a TIFF with several pages it is the first; :func:`image_info` counts them.

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
        width, height = stored_size(image)
        if width * height > max_megapixels * 1e6:
            raise InputRefused(
                str(path),
                f"has {width * height / 1e6:.0f} megapixels, over the limit of {max_megapixels:g}.",
                "Scan it at a lower resolution, or raise the limit in the settings.",
            )
        turned = turned_by_decoder(image)
        turn = None if turned else UPRIGHT.get(orientation(image, path))
        if reduce_to is not None and image.format == "JPEG":
            scale = reduce_to / max(width, height)
            image.draft("", (max(1, int(width * scale)), max(1, int(height * scale))))
        upright = _decoded(path, image)
    del image  # its pixels are as many again
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
        raise InputRefused(str(path), _unknown(path), "Export it as JPEG or PNG.") from error
    except PermissionError as error:
        raise unreadable(str(path), error) from error
    except Exception as error:  # broken headers raise nearly anything from within the decoders
        raise _torn(path, f"has a damaged header ({error}).", error) from error
    with image:
        yield image


def _unknown(path: Path) -> str:
    """Why Pillow does not know a picture: no picture, or a TIFF of a kind beyond it."""
    with path.open("rb") as file:
        tiff = file.read(4) in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
    return f"is {'a TIFF of a rare kind' if tiff else f'not a {KNOWN} picture'}."


def _check_file(path: Path) -> None:
    if plain_size(path) == 0:
        raise InputRefused(str(path), "is empty (0 bytes).", RESAVE)


def _torn(path: Path, reason: str, error: Exception) -> InputRefused:
    """A picture that its decoder gave up on, unless it was the system that could not read it."""
    if isinstance(error, OSError) and is_transient(error):
        reason = f"cannot be read ({error.strerror or error})."
        return InputRefused(
            str(path), reason, "Check its disk, then run again: it is tried anew.", transient=True
        )
    return InputRefused(str(path), reason, RESAVE)


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


def _decoded(path: Path, image: Image.Image) -> Image.Image:
    try:
        kept = samples(image)
        image.load()
        return _rgb(path, image, kept)
    except InputRefused:
        raise
    except MemoryError as error:
        raise InputRefused(
            str(path),
            "does not fit in memory.",
            "Close other programs and run again, or scan it at a lower resolution.",
            transient=True,
        ) from error
    except Exception as error:  # broken pixel data raises nearly anything from the decoders
        raise _torn(path, f"is cut short or damaged ({error}).", error) from error


def _rgb(path: Path, image: Image.Image, kept: TiffSamples) -> Image.Image:
    if image.mode == "F" or image.mode.startswith("I"):
        try:
            return to_8_bits(image, kept).convert("RGB")
        except OutOfRangeError as error:
            raise InputRefused(
                str(path), "has values outside 0–65535.", "Export it with 8 or 16 bits a channel."
            ) from error
    if image.has_transparency_data:
        return _on_paper(image)
    # convert copies also what is RGB: the file behind `image` is closed soon.
    return brightened(image.convert("RGB"), kept)


def _on_paper(image: Image.Image) -> Image.Image:
    """A picture with transparent parts on white; each copy of a large page costs 300 MB."""
    if image.mode == "LA":
        grey = Image.new("L", image.size, "white")
        grey.paste(image.getchannel("L"), mask=image.getchannel("A"))
        return grey.convert("RGB")
    layer = image if image.mode == "RGBA" else image.convert("RGBA")
    paper = Image.new("RGB", layer.size, "white")
    paper.paste(layer, mask=layer.getchannel("A"))
    return paper
