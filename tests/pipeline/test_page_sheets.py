"""Sheets say how many of how many they show, and why a drawing is out, to the last word."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PIL import Image

from strokebook.pipeline.stages import page_sheets
from strokebook.pipeline.stages.page_sheets import Item, _cached_sheet


@pytest.mark.parametrize(
    ("count", "said"), [(84, "84 dropped (60 of 84 shown)"), (60, "60 dropped")]
)
def test_a_sheet_says_how_many_are_shown(
    monkeypatch: pytest.MonkeyPatch, count: int, said: str
) -> None:
    headings = []

    def watch(
        items: Sequence[Image.Image], captions: Sequence[str], heading: str, *_: int
    ) -> Image.Image:
        headings.append((heading, len(items)))
        return Image.new("RGB", (1, 1))

    monkeypatch.setattr(page_sheets, "contact_sheet", watch)
    items = [Item(f"{n}", f"{n}", lambda: Image.new("RGB", (9, 9))) for n in range(count)]
    _cached_sheet(items, f"{count} dropped").make()
    assert headings == [(said, 60)]
