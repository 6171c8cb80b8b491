from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from strokebook.base import InputRefused
from strokebook.dataset.build import DataSet, Source, build
from strokebook.dataset.card import book_of, make_card, read_pages, to_markdown, write_card
from strokebook.dataset.npz import write_npz
from strokebook.dataset.options import DatasetOptions
from strokebook.dataset.summary import Spread, summarise
from strokebook.geometry.drawing import Drawing


@pytest.fixture(scope="module")
def made() -> DataSet:
    t = np.linspace(0, 6, 300)
    wave = np.stack([t * 10, 20 * np.sin(3 * t)], axis=1)
    return build(
        [
            Source(f"d{k}", f"sb{44 + k % 2}p{k:03d}", Drawing.of([wave[: 10 + 10 * k], [(0, 99)]]))
            for k in range(24)
        ],
        DatasetOptions(
            low_percentile=5, high_percentile=95, outlier_fence=0, min_drawings_to_cut=20
        ),
    )


def test_the_summary_counts_what_is_there(made: DataSet) -> None:
    s = summarise(made)
    assert (s.offered, s.kept) == (24, 20)
    assert s.dropped == {
        "far fewer points than the others": 2,
        "far more points than the others": 2,
    }
    assert sum(p.drawings for p in s.parts.values()) == 20
    assert sum(p.points for p in s.parts.values()) == sum(len(e.rows) for e in made.examples)
    assert s.points_before and s.points_after and s.strokes_before
    assert s.points_after.greatest < 250
    assert s.points_after.total <= s.points_before.total
    assert s.strokes_before.median == 2
    offsets = np.concatenate([r[:, :2].ravel() for r in made.train])
    assert s.scale == pytest.approx(offsets.std())


def test_a_spread_of_nothing_is_none() -> None:
    assert Spread.of([]) is None
    assert Spread.of([1, 3]) == Spread(1, 1.1, 1.5, 2, 2.5, 2.9, 3, 4)


def test_the_card_lies_beside_the_file_and_keeps_the_split(made: DataSet, tmp_path: Path) -> None:
    npz = tmp_path / "faces.npz"
    write_npz(made, npz)
    as_json, as_text = write_card(make_card(made, [npz]), npz)
    assert (as_json.name, as_text.name) == ("faces.card.json", "faces.card.md")
    assert read_pages(as_json) == made.groups
    card = json.loads(as_json.read_text())
    assert card["sketchbooks"] == {"sb44": 10, "sb45": 10}
    assert card["settings"]["point_budget"] == 250
    assert set(card["files"]) == {"faces.npz"}
    assert "artist's" in card["licence"]
    text = as_text.read_text()
    for expected in (
        "20 of 24 drawings",
        "sb44 (10), sb45 (10)",
        "| train |",
        "Left out as outliers",
    ):
        assert expected in text


def test_the_card_of_nothing_is_a_card() -> None:
    text = to_markdown(make_card(build([])))
    assert "0 of 0 drawings, from no pages" in text
    assert "The data set is empty" in text


def test_sketchbooks_are_read_from_page_ids_unless_given(made: DataSet) -> None:
    assert book_of("sb48p005v2--sneer") == "sb48"
    assert book_of("f00dcafe") == "other"
    assert make_card(made, books=dict.fromkeys(made.groups, "blue")).sketchbooks == {"blue": 20}


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"pages": {"a": "trian"}}', '{"pages": 5}'])
def test_another_file_is_no_card(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.json").write_text(text)
    with pytest.raises(InputRefused, match="not a data card"):
        read_pages(tmp_path / "c.json")
