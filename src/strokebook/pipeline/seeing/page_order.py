"""The order of pages in time where no date is known: sketchbook, page number, id.

An artist numbers sketchbooks as they are begun and fills them from the front; that order always
exists. Dates, where they are known, refine it (``pipeline/dating/page_dates.py``).
"""

from __future__ import annotations

from collections.abc import Sequence

from strokebook.library.catalogue.page_rows import in_order
from strokebook.library.catalogue.records import Page


def order_pages(pages: Sequence[Page]) -> list[Page]:
    """Pages by the number of their sketchbook, their own number, then their id.

    Sketchbooks whose names have no number come by name, numbers in names by their value (``sb9``
    before ``sb10``); pages without a number come last in their sketchbook.
    """
    names = [(page.book, page.number, page.id, page.path) for page in pages]
    return [pages[row] for row in in_order(names)]
