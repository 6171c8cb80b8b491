"""When pages and sketchbooks were drawn: what was said of it, read on pages, and is in files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from strokebook.library.catalogue.page_rows import PageRows

Days = tuple[date, date]  # first and last, both included
Said = dict[str, Days | None]  # by source, "hand" or "read"; None: it was misread


@dataclass(frozen=True)
class ReadLine:
    """A line of text that was read on a page.

    Attributes:
        text: As it was read.
        certainty: 0 to 1.
        box: x0, y0, x1, y1 relative to the page's width and height.
    """

    text: str
    certainty: float
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class NewDate:
    """A date to be said of a page or a sketchbook.

    Attributes:
        days: None: it is not known (``hand``), or was misread (``read``).
        source: ``hand`` or ``read``.
        image: Of the page; of a sketchbook the cover that it was read on, or "".
        book: The sketchbook; "" for a page.
    """

    days: Days | None
    source: str
    image: str = ""
    book: str = ""


class DateRows(PageRows):
    """Dates by hand and accepted, readings that wait, and days from files."""

    def say_dates(self, dates: Iterable[NewDate]) -> None:
        """Say when pages and sketchbooks were drawn; one command, one undo."""
        with self.hand_edit():
            for one in dates:
                first, last = one.days or (None, None)
                body = {
                    **({"book": one.book} if one.book else {}),
                    **({"page": self.page_number(one.image)} if one.image else {}),
                    "source": one.source,
                    "first": first.isoformat() if first else None,
                    "last": last.isoformat() if last else None,
                }
                self.record("date", body)

    def said_dates(self) -> dict[str, Said]:
        """What was said of pages, by image and source."""
        return self._said("SELECT image, source, first, last FROM page_date")

    def said_book_dates(self) -> dict[str, Said]:
        """What was said of sketchbooks, by their names and source."""
        return self._said("SELECT book, source, first, last FROM book_date")

    def _said(self, sql: str) -> dict[str, Said]:
        said: dict[str, Said] = {}
        for about, source, first, last in self.db.tuples(sql):
            days = (date.fromisoformat(first), date.fromisoformat(last)) if first else None
            said.setdefault(about, {})[source] = days
        return said

    def put_readings(self, image: str, lines: Sequence[ReadLine]) -> None:
        """Keep what was read on an image, in place of what was read before."""
        with self.db.transaction():
            self.db.run("DELETE FROM reading WHERE image = ?", (image,))
            self.db.run_many(
                "INSERT INTO reading VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [(image, n, one.text, one.certainty, *one.box) for n, one in enumerate(lines)],
            )

    def readings(self) -> dict[str, list[ReadLine]]:
        """All that was read, by image, from the top of the page."""
        lines: dict[str, list[ReadLine]] = {}
        rows = self.db.tuples(
            "SELECT image, text, certainty, x0, y0, x1, y1 FROM reading ORDER BY image, number"
        )
        for image, text, certainty, *box in rows:
            x0, y0, x1, y1 = box
            lines.setdefault(image, []).append(ReadLine(text, certainty, (x0, y0, x1, y1)))
        return lines

    def put_file_days(self, days: Mapping[str, tuple[date, bool] | None]) -> None:
        """Keep the day in each image's file, and whether a camera wrote it; None: no day."""
        with self.db.transaction():
            private = self.private_hashes()  # one may have become so since its header was read
            self.db.run_many(
                "INSERT OR REPLACE INTO file_date VALUES (?, ?, ?)",
                [
                    (image, found[0].isoformat(), int(found[1])) if found else (image, None, 0)
                    for image, found in days.items()
                    if image not in private
                ],
            )

    def file_days(self) -> dict[str, tuple[date, bool] | None]:
        """What :meth:`put_file_days` kept."""
        return {
            image: (date.fromisoformat(day), bool(photo)) if day else None
            for image, day, photo in self.db.tuples("SELECT image, day, photo FROM file_date")
        }
