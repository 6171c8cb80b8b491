"""Which page a new image shows: one known from another file, or a new one.

A page is matched first by the hash of its file (those images are never new), then by the signature
of its picture, last by its path if the old picture is nowhere else. Only pages that something hangs
on (said by hand, or private) are looked for. Where it is in doubt, the new page is private and
nothing said by hand goes to it, until the artist decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from strokebook.base.array_types import Floats32
from strokebook.base.errors import Diagnostic, Severity
from strokebook.library.catalogue.catalogue import Catalogue
from strokebook.library.disk.signature import MARGIN, SAME, UNLIKE, Signatures
from strokebook.library.identity import mint_numbers, move_number, number_of

Scores = Floats32


@dataclass
class _Settling:
    """New images on one side, pages that are looked for on the other."""

    catalogue: Catalogue
    fresh: dict[str, str]  # path by image
    missing: dict[str, str]  # page id by image, of pages whose image is nowhere in the library
    private: frozenset[str]
    signatures: Mapping[str, bytes | None]
    formers: Mapping[str, str]  # image before, by path
    warnings: list[Diagnostic] = field(default_factory=list)
    doubtful: dict[str, str] = field(default_factory=dict)  # id of the private page, by image

    def warn(self, image: str, reason: str, remedy: str) -> None:
        self.warnings.append(
            Diagnostic(self.fresh[image], reason, remedy, severity=Severity.WARNING)
        )


def private_guard(catalogue: Catalogue) -> Callable[[bytes], bool]:
    """A test of a signature: may it be of a page that is private?"""
    signatures = catalogue.signatures()
    private = [(i, s) for i in catalogue.private_hashes() if (s := signatures.get(i))]
    known = Signatures.of(private)

    def may_be_private(signature: bytes) -> bool:
        return bool(private) and float(known.compare(signature).max()) >= UNLIKE

    return may_be_private


def settle_pages(catalogue: Catalogue, formers: Mapping[str, str]) -> list[Diagnostic]:
    """Give every new image its page's number, and with it what was said by hand.

    Args:
        catalogue: After all images were opened.
        formers: The image that a path showed before, of paths whose content changed.

    Returns:
        Warnings on pages known again, and on those that are in doubt.
    """
    work = _start(catalogue, formers)
    if work.fresh:
        with catalogue.hand_edit("doubt"):
            _match_by_signature(work)
            _match_by_path(work)
            _find_doubtful(work)
            mint_numbers(catalogue.db, work.fresh)
            if work.doubtful:
                catalogue.mark_doubtful(work.doubtful)
    return [*work.warnings, *_warn_of_doubtful(catalogue)]


def _start(catalogue: Catalogue, formers: Mapping[str, str]) -> _Settling:
    files = [f for f in catalogue.known_files().values() if f.present]
    present = {file.image for file in files}
    images, numbered = catalogue.known_images(), catalogue.numbered_images()
    fresh = {
        f.image: f.path
        for f in reversed(files)
        if f.image not in numbered and images[f.image].state == "ok"
    }
    missing = {i: p for i, p in catalogue.pages_with_work().items() if i not in present}
    return _Settling(
        catalogue=catalogue,
        fresh=fresh,
        missing=missing,
        private=catalogue.private_hashes(),
        signatures=catalogue.signatures(),
        formers=formers,
    )


def _compare(work: _Settling, known: Sequence[str]) -> Scores:
    """Correlations of new images with known ones, ``(F, K)``; 0 where a signature is missing."""
    having = [(image, s) for image in known if (s := work.signatures.get(image))]
    signatures, scores = Signatures.of(having), np.zeros((len(work.fresh), len(known)), np.float32)
    columns = [known.index(image) for image, _ in having]
    if columns:
        for row, image in enumerate(work.fresh):
            scores[row, columns] = signatures.compare(work.signatures[image] or bytes(1024))
    return scores


def _match_by_signature(work: _Settling) -> None:
    """Pair new images with missing pages where each is the only likely one for the other."""
    fresh, missing = list(work.fresh), list(work.missing)
    scores = _compare(work, missing)
    for row, image in enumerate(fresh):
        likely = np.flatnonzero(scores[row] >= SAME)
        if not len(likely):
            continue
        best = likely[np.argmax(scores[row, likely])]
        rivals = np.count_nonzero(scores[row] > scores[row, best] - MARGIN) - 1
        rivals += np.count_nonzero(scores[:, best] > scores[row, best] - MARGIN) - 1
        former = missing[best]
        if rivals == 0:
            work.warn(image, f"shows {work.missing[former]} again, in another file.", _KEEPS)
            _move(work, former, image)
        else:
            names = ", ".join(sorted(work.missing[missing[i]] for i in likely))
            work.warn(
                image,
                f"could be any of {names}.",
                "What you said of them waits: say it of this page again, or put the old file back.",
            )
            private = [missing[i] for i in likely if missing[i] in work.private]
            if private:
                work.doubtful[image] = work.missing[private[0]]


_KEEPS = "It keeps what was said by hand of the former image (label, tags, drawings)."


def _match_by_path(work: _Settling) -> None:
    """A changed file whose former picture is nowhere else is the same page."""
    for image, path in list(work.fresh.items()):
        former = work.formers.get(path)
        if former is None or image in work.doubtful:
            continue
        if former in work.missing:
            work.warn(image, "has changed.", f"{_KEEPS} Correct that if it is another page now.")
            _move(work, former, image)
        elif former in work.private:
            # The former picture is private and lies elsewhere too: this may be an edited copy.
            work.doubtful[image] = path


def _move(work: _Settling, former: str, image: str) -> None:
    move_number(work.catalogue.db, number_of(work.catalogue.db, former), image)
    del work.fresh[image], work.missing[former]


def _find_doubtful(work: _Settling) -> None:
    """New images that may show a private page, whether that is missing or present elsewhere."""
    private = sorted(work.private - set(work.fresh))
    ids = work.catalogue.image_ids(private)
    scores = _compare(work, private)
    for row, image in enumerate(list(work.fresh)):
        if image in work.private or image in work.doubtful or not private:
            continue
        best = int(scores[row].argmax())
        if scores[row, best] >= UNLIKE:
            work.doubtful[image] = ids.get(private[best], "")
            continue
        blind = [i for i in private if i in work.missing and not work.signatures.get(i)]
        books = {ids.get(i, "").partition("p")[0] for i in blind} - {""}
        if any(work.catalogue.book_of(image) == book for book in books):
            # Nothing is known of the missing private page's picture: it may be any new page.
            work.doubtful[image] = work.missing[blind[0]]


def _warn_of_doubtful(catalogue: Catalogue) -> list[Diagnostic]:
    """Every page that is private in doubt, in each scan until the artist decides."""
    warnings = []
    for image in sorted(catalogue.doubtful_images()):
        page = catalogue.page_of_image(image)
        if page is not None and page.present:
            warnings.append(
                Diagnostic(
                    page.path,
                    "may show a page that is private, so it counts as private.",
                    f"If it may be used: strokebook tag {page.id} private --remove. If not: "
                    f"strokebook tag {page.id} private.",
                    severity=Severity.WARNING,
                )
            )
    return warnings
