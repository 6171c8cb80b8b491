"""A page is known again in another file by content, picture or path; else it is in doubt."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from strokebook.library.catalogue.records import NewDrawing
from strokebook.library.disk.signature import (
    SAME,
    UNLIKE,
    Signatures,
    fingerprint,
    measure_signature,
)


def picture(seed: int, size: tuple[int, int] = (300, 400)) -> Image.Image:
    """A drawing of some lines on paper, like no other seed's."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", size, (244, 240, 230))
    pen = ImageDraw.Draw(image)
    middle = rng.uniform(0.25, 0.75, 2)
    points = np.clip(middle + np.cumsum(rng.normal(0, 0.06, (60, 2)), 0), 0.05, 0.95) * size
    pen.line([tuple(p) for p in points], fill=(20, 20, 30), width=max(2, size[0] // 60))
    return image


def save(image: Image.Image, path: Path, quality: int = 90, comment: bytes = b"") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, "JPEG", quality=quality, comment=comment)
    return path


@pytest.fixture
def filled(work):
    for number in range(1, 7):
        save(picture(number), work.root / f"sb48/art/00{number}.jpg")
    work.scan()
    return work


def subjects(report) -> list[str]:
    return [warning.subject for warning in report.warnings]


def test_a_comment_in_the_file_and_another_name_leave_a_page_private(filled):
    filled.catalogue.tag("sb48p002", "private")
    filled.scan()
    (filled.root / "sb48/art/002.jpg").unlink()
    save(picture(2), filled.root / "sb49/art/077.jpg", comment=b"mine")
    report = filled.scan()
    page = filled.catalogue.page("sb49p077")
    assert page.private and page.image not in filled.previews
    assert "sb49/art/077.jpg" in subjects(report)


def test_a_private_page_away_for_a_run_and_back_with_a_changed_byte_is_private(filled):
    filled.catalogue.tag("sb48p002", "private")
    filled.scan()
    file = filled.root / "sb48/art/002.jpg"
    data = file.read_bytes()
    file.unlink()
    filled.scan()
    (filled.root / "sb48/art/042.jpg").write_bytes(data + b"x")
    filled.scan()
    assert filled.catalogue.page("sb48p042").private


def test_a_better_scan_elsewhere_keeps_label_and_decisions_with_a_warning(filled):
    catalogue = filled.catalogue
    catalogue.set_hand_label("sb48p003", "faces")
    image = catalogue.page("sb48p003").image
    catalogue.replace_drawings(image, [NewDrawing((30, 40, 150, 200), 1, 9, "a.svg")])
    catalogue.decide(["sb48p003d01"], kept=False, reason="blot")
    (filled.root / "sb48/art/003.jpg").unlink()
    better = picture(3).resize((600, 800)).rotate(0.7, fillcolor=(244, 240, 230))
    save(better, filled.root / "sb48/art/033.jpg", quality=97)
    report = filled.scan()
    page = catalogue.page("sb48p033")
    assert (page.label, page.label_source) == ("faces", "hand")
    (made,) = catalogue.replace_drawings(
        page.image, [NewDrawing((62, 78, 302, 398), 2, 40, "b.svg")]
    )
    assert (made.kept, made.reason) == (False, "blot")
    assert "sb48/art/033.jpg" in subjects(report)
    filled.reopen(without_database=True)
    filled.scan()
    assert filled.catalogue.page("sb48p033").label == "faces"


def test_two_edited_pages_that_change_names_are_told_apart_by_their_pictures(filled):
    filled.catalogue.set_hand_label("sb48p001", "faces")
    filled.catalogue.set_hand_label("sb48p002", "birds")
    save(picture(2), filled.root / "sb48/art/001.jpg", comment=b"a")
    save(picture(1), filled.root / "sb48/art/002.jpg", comment=b"b")
    filled.scan()
    assert filled.catalogue.page("sb48p001").label == "birds"
    assert filled.catalogue.page("sb48p002").label == "faces"


def test_a_near_copy_of_a_private_page_is_private_in_doubt_until_the_artist_says(filled):
    filled.catalogue.tag("sb48p002", "private")
    filled.scan()
    copied = save(picture(2), filled.root / "sb48/art/050.jpg", quality=60)
    first, again = filled.scan(), filled.scan()
    page = filled.catalogue.page("sb48p050")
    assert page.private and page.image not in filled.previews
    for report in (first, again):
        assert any("may show a page that is private" in r.reason for r in report.warnings)
    filled.catalogue.untag("sb48p050", "private")
    filled.scan()
    assert copied.exists() and not filled.catalogue.page("sb48p050").private


def test_near_copies_of_a_page_in_priv_are_private_from_the_first_scan_on(work):
    save(picture(1), work.root / "sb48/priv/001.jpg")
    save(picture(1), work.root / "sb48/art/002.jpg", quality=70)
    save(picture(3), work.root / "sb48/art/003.jpg")
    work.scan()
    assert work.catalogue.page("sb48p002").private
    assert work.previews == {work.catalogue.page("sb48p003").image}


def test_pages_alike_are_a_question_and_their_labels_wait(filled):
    filled.catalogue.set_hand_label("sb48p001", "faces")
    data = io.BytesIO()
    picture(1).save(data, "JPEG", quality=90)
    (filled.root / "sb48/art/001.jpg").unlink()
    save(picture(1), filled.root / "sb48/art/060.jpg", quality=80)
    save(picture(1), filled.root / "sb48/art/061.jpg", quality=81)
    report = filled.scan()
    assert filled.catalogue.page("sb48p060").label is None
    assert filled.catalogue.page("sb48p061").label is None
    assert [r for r in report.warnings if "could be any of sb48p001" in r.reason]


def test_blank_pages_carry_nothing_over_by_their_picture(work):
    blank = Image.new("RGB", (300, 400), (240, 240, 240))
    save(blank, work.root / "sb48/art/001.jpg")
    save(picture(5), work.root / "sb48/art/002.jpg")
    work.scan()
    work.catalogue.set_hand_label("sb48p001", "notes")
    (work.root / "sb48/art/001.jpg").unlink()
    save(blank, work.root / "sb48/art/009.jpg", quality=50)
    work.scan()
    assert work.catalogue.page("sb48p009").label is None


def test_an_older_version_of_a_private_page_that_comes_back_is_private(filled):
    old = (filled.root / "sb48/art/002.jpg").read_bytes()
    save(picture(2), filled.root / "sb48/art/002.jpg", comment=b"newer")
    filled.catalogue.set_hand_label("sb48p002", "faces")
    filled.scan()
    filled.catalogue.tag("sb48p002", "private")
    (filled.root / "sb48/art/002-old.jpg").write_bytes(old)
    filled.scan()
    assert all(p.private for p in filled.catalogue.pages() if "002" in p.path)


def test_signatures_tell_pages_apart_and_know_them_again():
    signatures = [(str(n), measure_signature(picture(n))) for n in range(12)]
    grey, bits = (
        Signatures.of(signatures),
        Signatures.of([(k, fingerprint(s)) for k, s in signatures]),
    )
    for n in range(12):
        again = measure_signature(picture(n).resize((600, 800)))
        for known in (grey, bits):
            scores = known.compare(again)
            assert scores.argmax() == n and scores[n] >= SAME
            assert np.delete(scores, n).max() < UNLIKE


def test_a_fingerprint_has_32_bytes_and_stays_itself():
    print_ = fingerprint(measure_signature(picture(1)))
    assert len(print_) == 32 and fingerprint(print_) == print_
