"""Pages of PDFs and multi-page TIFFs, HEIC photos, and what is said where a package is missing."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from strokebook.base.errors import InputRefused
from strokebook.base.imaging.documents import file_suffix, locate, page_path, split_path
from strokebook.base.imaging.images import image_info, open_image
from strokebook.base.imaging.pdf import count_pdf_pages

SIZE = (170, 240)


def scan(seed: int, mode: str = "RGB") -> Image.Image:
    """A page with a line, dark at the top left, so that any turn or flip is seen."""
    image = Image.new("RGB", SIZE, (250, 248, 240))
    pen = ImageDraw.Draw(image)
    rng = np.random.default_rng(seed)
    pen.line([tuple(p) for p in (rng.random((9, 2)) * SIZE).tolist()], (20, 20, 30), 3)
    pen.rectangle((0, 0, 60, 40), (60, 30, 20))
    return image.convert(mode)


def pdf(path: Path, pages: list[Image.Image], dpi: float = 100.0) -> Path:
    pages[0].save(path, "PDF", save_all=True, append_images=pages[1:], resolution=dpi)
    return path


def raw_pdf(path: Path, content: bytes, image: Image.Image, page: bytes = b"") -> Path:
    """A PDF of one page with one image that is drawn by ``content`` as ``/Im``."""
    pixels = image.convert("RGB").tobytes()
    width, height = image.size
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 170 240]/Contents 4 0 R/Resources<</XObject"
        b"<</Im 5 0 R>>/Font<</F 6 0 R>>>>" + page + b">>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8"
        b"/Length %d>>stream\n%s\nendstream" % (width, height, len(pixels), pixels),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 7\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % p for p in places)
    out += b"trailer<</Size 7/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start
    path.write_bytes(out)
    return path


def test_a_page_of_a_document_has_a_path() -> None:
    assert page_path("sb48/scan.pdf", 12) == "sb48/scan.pdf/012"
    assert split_path("sb48/scan.pdf/012") == ("sb48/scan.pdf", 12)
    assert split_path("a.TIF/1000") == ("a.TIF", 1000)
    for other in ("sb48/012", "sb48/scan.pdf", "scan.pdf/a12", "scan.jpg/012", "scan.pdf/012.jpg"):
        assert split_path(other) is None
    assert file_suffix("a/scan.PDF/012") == ".pdf" and file_suffix("a/012.JPG") == ".jpg"


def test_a_folder_called_as_a_document_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "old.tif").mkdir()
    scan(1).save(tmp_path / "old.tif" / "001", "PNG")
    assert locate(tmp_path / "old.tif" / "001")[1] is None
    assert image_info(tmp_path / "old.tif" / "001").format == "PNG"


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "CMYK"])
def test_a_page_that_is_one_image_gives_its_own_pixels(tmp_path: Path, mode: str) -> None:
    pages = [scan(1, mode), scan(2, mode)]
    path = pdf(tmp_path / "a.pdf", pages)
    for number, page in enumerate(pages, 1):
        info = image_info(path / f"{number:03d}")
        assert (info.format, info.width, info.height, info.dpi) == ("PDF", *SIZE, 100.0)
        assert info.pages == 1 and info.suffix_fits
        got = np.asarray(open_image(path / f"{number:03d}"), np.float32)
        want = np.asarray(page.convert("RGB"), np.float32)
        assert np.abs(got - want).mean() < (8 if mode == "CMYK" else 3)  # JPEG inside


def test_pixels_are_those_of_the_image_whatever_the_page_does(tmp_path: Path) -> None:
    image = scan(3)
    want = np.asarray(image)
    hidden = b" BT /F 12 Tf 3 Tr 20 20 Td (sneer) Tj ET"
    plain = b"q 170 0 0 240 0 0 cm /Im Do Q"
    flipped = b"q -170 0 0 -240 170 240 cm /Im Do Q"
    cases = {
        "plain": (plain, b"", want),
        "ocr": (plain + hidden, b"", want),
        "half turn": (flipped, b"", want[::-1, ::-1]),
        "mirrored": (b"q -170 0 0 240 170 0 cm /Im Do Q", b"", want[:, ::-1]),
        "rotated": (plain, b"/Rotate 90", np.rot90(want, -1)),
        "back": (plain, b"/Rotate 270", np.rot90(want)),
        "margin": (b"q 150 0 0 212 10 10 cm /Im Do Q", b"/Rotate 180", np.rot90(want, 2)),
    }
    for name, (content, page, expected) in cases.items():
        path = raw_pdf(tmp_path / f"{name}.pdf", content, image, page)
        info = image_info(path / "001")
        got = np.asarray(open_image(path / "001"))
        assert got.shape == expected.shape and (got == expected).all(), name
        assert (info.height, info.width) == expected.shape[:2], name
    tall = image.transpose(Image.Transpose.ROTATE_90)  # lies on its side in the file
    side = raw_pdf(tmp_path / "side.pdf", b"q 0 -240 170 0 0 240 cm /Im Do Q", tall)
    assert (np.asarray(open_image(side / "001")) == want).all()


@pytest.mark.parametrize(
    "content",
    [
        b"q 170 0 0 240 0 0 cm /Im Do Q BT /F 12 Tf 20 20 Td (sneer) Tj ET",
        b"q 170 0 0 240 0 0 cm /Im Do Q 0 0 0 RG 10 10 m 100 100 l S",
        b"q 170 0 0 120 0 0 cm /Im Do Q q 170 0 0 120 0 120 cm /Im Do Q",
        b"q 160 20 -20 220 20 0 cm /Im Do Q",  # askew
        b"q 60 0 0 80 20 20 cm /Im Do Q",  # small
        b"q 340 0 0 480 0 0 cm /Im Do Q",  # three quarters of it off the page
        b"",
    ],
)
def test_any_other_page_is_rendered_at_300_dpi(tmp_path: Path, content: bytes) -> None:
    path = raw_pdf(tmp_path / "a.pdf", content, scan(4))
    info, image = image_info(path / "001"), open_image(path / "001")
    assert image.size == (info.width, info.height) == (709, 1000)  # 170 × 240 points
    assert info.dpi == 300


def test_an_image_that_looks_unlike_its_page_is_rendered(tmp_path: Path) -> None:
    """Black under a mask that holds the drawing: the image's own pixels would be a black page."""
    black = Image.new("RGB", SIZE)
    path = raw_pdf(tmp_path / "a.pdf", b"q 170 0 0 240 0 0 cm /Im Do Q", black)
    assert image_info(path / "001").width == SIZE[0]
    mask = b"<</Type/XObject/Subtype/Image/Width 170/Height 240/ColorSpace/DeviceGray"
    mask += b"/BitsPerComponent 8/Length 40800>>stream\n" + scan(5, "L").tobytes()
    whole = path.read_bytes().replace(b"/Subtype/Image/", b"/Subtype/Image/SMask 7 0 R/")
    # The table of offsets is left out, which PDFium repairs.
    path.write_bytes(
        whole[: whole.index(b"xref")] + b"7 0 obj\n" + mask
        + b"\nendstream\nendobj\ntrailer<</Size 8/Root 1 0 R>>\n%%EOF\n"
    )  # fmt: skip
    info, image = image_info(path / "001"), open_image(path / "001")
    assert (info.width, info.dpi) == (709, 300)
    # The mask lets black through where the drawing is light.
    assert np.asarray(image)[900, 10].max() < 30
    assert np.asarray(image)[20, 20].min() > 180


def test_limits_are_checked_before_decoding(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", [scan(1)])
    with pytest.raises(InputRefused, match=r"over the limit of 0\.01"):
        open_image(path / "001", max_megapixels=0.01)
    huge = raw_pdf(tmp_path / "b.pdf", b"", scan(1), b"/CropBox[0 0 170 240]")
    huge.write_bytes(huge.read_bytes().replace(b"[0 0 170 240]", b"[0 0 14000 9]"))
    with pytest.raises(InputRefused, match=r"megapixels|damaged"):
        open_image(huge / "001", max_megapixels=1)


def test_broken_and_locked_pdfs_are_refused_in_one_sentence(tmp_path: Path) -> None:
    import pypdfium2

    whole = pdf(tmp_path / "a.pdf", [scan(1)]).read_bytes()
    for content in (whole[:60], b"%PDF-1.4\nnothing", whole[: len(whole) // 2]):
        path = tmp_path / "broken.pdf"
        path.write_bytes(content)
        with pytest.raises(InputRefused, match=r"damaged|without pages"):
            count_pdf_pages(path)
            open_image(path / "001")
    with pytest.raises(InputRefused, match="has no page 2"):
        open_image(tmp_path / "a.pdf" / "002")

    def locked(*_: object) -> None:
        raise pypdfium2.PdfiumError("Incorrect password", err_code=4)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(InputRefused, match="password"):
        patch.setattr(pypdfium2, "PdfDocument", locked)
        count_pdf_pages(tmp_path / "a.pdf")


def test_pages_of_a_tiff(tmp_path: Path) -> None:
    pages = [scan(n, mode) for n, mode in enumerate(["RGB", "L", "1"])]
    path = tmp_path / "a.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:], dpi=(300, 300))
    for number, page in enumerate(pages, 1):
        assert (
            np.asarray(open_image(path / f"{number:03d}")) == np.asarray(page.convert("RGB"))
        ).all()
        assert image_info(path / f"{number:03d}").pages == 1
    with pytest.raises(InputRefused, match="has no page 4"):
        image_info(path / "004")


def test_photos_of_phones(tmp_path: Path) -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    path = tmp_path / "a.heic"
    exif = Image.Exif()
    exif[0x0112] = 6
    pillow_heif.from_pillow(scan(1).transpose(Image.Transpose.ROTATE_90)).save(
        path, quality=90, exif=exif.tobytes()
    )
    info, image = image_info(path), open_image(path)
    assert (info.format, info.width, info.height) == ("HEIF", *SIZE) == ("HEIF", *image.size)
    assert np.abs(np.asarray(image, np.float32) - np.asarray(scan(1), np.float32)).mean() < 6
    with pytest.raises(InputRefused, match="over the limit"):
        open_image(path, max_megapixels=0.01)


@pytest.mark.parametrize(("name", "package"), [("a.heic", "pillow_heif"), ("a.pdf", "pypdfium2")])
def test_without_the_package_its_extra_is_named(
    tmp_path: Path, name: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
    path.write_bytes(heic if package == "pillow_heif" else b"%PDF-1.4\n")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputRefused, match=package) as refused:
        open_image(path)
    assert "pip install 'strokebook[scans]'" in refused.value.remedy
