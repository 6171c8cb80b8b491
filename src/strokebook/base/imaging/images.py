"""The one door for pictures: opened by content, limited before decoding, always upright RGB."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from strokebook.base.deep import OutOfRangeError, brightened, to_8_bits
from strokebook.base.errors import Diagnostic, InputRefused, Severity, is_transient
from strokebook.base.extras import has_package, install_command
from strokebook.base.imaging.documents import file_suffix, locate
from strokebook.base.imaging.orientation import UPRIGHT, orientation, stored_size, turned_by_decoder
from strokebook.base.imaging.pdf import count_pdf_pages, is_pdf, pdf_page_info, read_pdf_page
from strokebook.base.imaging.resolution import resolution
from strokebook.base.imaging.tiff import TiffSamples, count_pages, page_frames, samples
from strokebook.base.reading import plain_size, unreadable

SUFFIXES = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "PNG": (".png",),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
    "HEIF": (".heic", ".heif", ".hif"),
    "PDF": (".pdf",),
}
KNOWN = "JPEG, PNG, TIFF or WebP"
HEIF_PACKAGE = "pillow_heif"
# The first four letters of the brand in a HEIF's first box (ISO/IEC 23008-12, annex B).
HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
RESAVE = "Scan or export the page again."

_bomb_check = threading.Lock()


@dataclass(frozen=True)
class ImageInfo:
    """What a picture's header says.

    Attributes:
        format: ``JPEG``, ``PNG``, ``TIFF``, ``WEBP``, ``HEIF`` or ``PDF``, by content.
        width: In pixels, after the EXIF orientation is applied.
        height: In pixels, after the EXIF orientation is applied.
        suffix_fits: False when the file's name says another format (a PNG named ``.jpg``).
        pages: More than 1 for a document of which no page was named, so that it is the first.
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
            f"Name a page of it: {subject}/002.",
            severity=Severity.WARNING,
        )


def image_info(path: Path) -> ImageInfo:
    """Read a picture's header only; no size is refused, and nothing is decoded but a PDF's scan.

    Args:
        path: A file, or a page of a document (``scan.pdf/012``: ``base/imaging/documents.py``).

    Raises:
        InputRefused: Missing, unreadable, empty, or no picture of a known format.
    """
    file, number = locate(path)
    if _is_pdf(file):
        pages = count_pdf_pages(file) if number is None else 1
        page = pdf_page_info(file, number or 1)
        fits = file_suffix(path.as_posix()) in SUFFIXES["PDF"]
        return ImageInfo("PDF", page.width, page.height, fits, pages, page.dpi)
    with _opened(path) as image:
        width, height = stored_size(image)
        if orientation(image, file) >= 5:
            width, height = height, width
        name = _format(image)
        fits = file_suffix(path.as_posix()) in SUFFIXES[name]
        pages = count_pages(file) if name == "TIFF" and number is None else 1
        return ImageInfo(name, width, height, fits, pages, resolution(image))


def open_image(
    path: Path, *, max_megapixels: float = 80.0, reduce_to: int | None = None
) -> Image.Image:
    """A picture as upright 8-bit RGB; transparent parts become white paper.

    Of a document without a page's number it is the first page; :func:`image_info` counts them.

    Args:
        path: JPEG, PNG, TIFF, WebP, HEIF (where ``pillow-heif`` is installed) or PDF (where
            ``pypdfium2`` is), whatever its name; or a page of a document (``scan.pdf/012``).
        max_megapixels: Checked against the header before anything is decoded. The default lets
            an A3 page at 600 dpi (70 megapixels) pass.
        reduce_to: Longest side wanted; larger pictures are reduced (JPEGs already while they are
            decoded, which is several times as fast). Smaller ones are left as they are.

    Raises:
        InputRefused: Missing, unreadable, empty, cut short, too large, or no picture.
    """
    file, number = locate(path)
    if _is_pdf(file):
        upright = _pdf_page(path, file, number or 1, max_megapixels)
    else:
        with _opened(path) as image:
            width, height = stored_size(image)
            _check_size(path, width, height, max_megapixels)
            turned = turned_by_decoder(image)
            turn = None if turned else UPRIGHT.get(orientation(image, file))
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


def _check_size(path: Path, width: int, height: int, max_megapixels: float) -> None:
    if width * height > max_megapixels * 1e6:
        raise InputRefused(
            str(path),
            f"has {width * height / 1e6:.0f} megapixels, over the limit of {max_megapixels:g}.",
            "Scan it at a lower resolution, or raise the limit in the settings.",
        )


def _is_pdf(file: Path) -> bool:
    if plain_size(file) == 0:
        raise InputRefused(str(file), "is empty (0 bytes).", RESAVE)
    try:
        with file.open("rb") as data:
            return is_pdf(data.read(5))
    except OSError as error:
        raise unreadable(str(file), error) from error


def _pdf_page(path: Path, file: Path, number: int, max_megapixels: float) -> Image.Image:
    info = pdf_page_info(file, number)
    _check_size(path, info.width, info.height, max_megapixels)
    try:
        return read_pdf_page(file, number, info)
    except MemoryError as error:
        raise _too_little_memory(path) from error


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """A picture whose header was read; of a document, at the page that the path names."""
    file, number = locate(path)
    _check_file(file)
    try:
        image = _header(file)
        if number is not None:
            _turn_to(image, file, number)
    except InputRefused:
        raise
    except UnidentifiedImageError as error:
        raise _unknown(file) from error
    except PermissionError as error:
        raise unreadable(str(file), error) from error
    except Exception as error:  # broken headers raise nearly anything from within the decoders
        raise _torn(path, f"has a damaged header ({error}).", error) from error
    with image:
        yield image


def _turn_to(image: Image.Image, file: Path, number: int) -> None:
    """Go to a page of a TIFF, counted from 1 without thumbnails and masks."""
    frames = page_frames(file) if image.format == "TIFF" else [0]
    if not 1 <= number <= len(frames):
        image.close()
        raise InputRefused(str(file), f"has no page {number}.", "Scan the library again.")
    image.seek(frames[number - 1])


def _unknown(path: Path) -> InputRefused:
    """Why Pillow does not know a picture: no picture, or a kind beyond it as it is installed."""
    with path.open("rb") as file:
        head = file.read(12)
    if head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS and not has_package(HEIF_PACKAGE):
        return InputRefused(
            str(path),
            f"is a HEIC picture, and the package that reads those ({HEIF_PACKAGE}) is not"
            " installed.",
            f"Run: {install_command(HEIF_PACKAGE)}; or export it as JPEG.",
        )
    tiff = head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
    kind = "a TIFF of a rare kind" if tiff else f"not a {KNOWN} picture"
    return InputRefused(str(path), f"is {kind}.", "Export it as JPEG or PNG.")


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
    if has_package(HEIF_PACKAGE):
        import pillow_heif

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
        raise _too_little_memory(path) from error
    except Exception as error:  # broken pixel data raises nearly anything from the decoders
        raise _torn(path, f"is cut short or damaged ({error}).", error) from error


def _too_little_memory(path: Path) -> InputRefused:
    return InputRefused(
        str(path),
        "does not fit in memory.",
        "Close other programs and run again, or scan it at a lower resolution.",
        transient=True,
    )


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
