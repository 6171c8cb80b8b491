"""The card of a shared model: what the artist says, and no path, page id or date."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pytest

from strokebook.base.errors import UsageError
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.config import ModelOptions
from strokebook.model.data.statistics import DataStatistics
from strokebook.model.interchange import web_card, web_file
from strokebook.model.interchange.web_card import card_of, clean
from strokebook.model.networks.sketch_rnn import SketchNet
from strokebook.pipeline.standalone import load

FACTS = DataStatistics(8.5, 300, 30, 20, 100.0, 70.0, 6.0, 15.0)


def model_of() -> SketchModel:
    options = ModelOptions(conditional=False, decoder=6, mixtures=4)
    return SketchModel(SketchNet(options).eval(), options, FACTS, {})


SECRET = re.compile(r"/home|C:\\|sketchbooks/|sb48p005|2024|0?5\.12|May|diary", re.IGNORECASE)


@pytest.mark.parametrize(
    "words",
    [
        "/home/ann/sketchbooks/x hand",
        "hand of C:\\Ann\\diary.txt",
        "hand sb48p005v2--sneer",
        "hand-2024-05-12",
        "hand 2024/05/12 11:30",
        "hand 20240512",
        "12 May 2024: hand",
        "hand, May 2024",
        "hand 5.12.2024",
        "hand 2024-05-12T11:30:00Z",
        "~/diary hand",
        "hand ./sketchbooks/diary",
        "hand file:///home/ann",
    ],
)
def test_nothing_but_the_hand_is_left(words: str) -> None:
    assert "hand" in clean(words) and not SECRET.search(clean(words))
    info = {
        "name": words,
        "licence": words,
        "started_from": words,
        "sources": [{"what": words, "source": words, "licence": words}],
        "imported": {"file": words, "name": words, "source": words, "licence": words},
        "train": {"start_from": words},
        "learnt": [words],
    }
    model = dataclasses.replace(model_of(), info=info)
    data = web_file.to_bytes(model, card_of(model, words))
    header = data[8 : 8 + int.from_bytes(data[:8], "little")].decode()
    assert json.loads(header)["__metadata__"]["card"]
    assert not SECRET.search(header)


@pytest.mark.parametrize(
    "words",
    ["CC BY-NC 4.0", "https://example.org/a/b", "Ann, © 2024", "1,300 drawings of 345 words"],
)
def test_what_names_a_source_stays(words: str) -> None:
    assert clean(words) == words


def test_what_the_artist_says_stands_as_it_was_said() -> None:
    card = card_of(
        model_of(),
        "folder",
        name="Of 2024-05-12",
        artist="Ann / Bea",
        licence="CC BY 4.0",
        credit=("a  friend", "a friend", "the cat"),
    )
    assert (card.name, card.artist, card.licence) == ("Of 2024-05-12", "Ann / Bea", "CC BY 4.0")
    assert card.credits == ("a friend", "the cat")
    for words in (card.name, card.artist, card.licence, *card.credits):
        assert words in card.text


def test_a_name_of_nothing_but_a_date() -> None:
    assert card_of(model_of(), "2024-05-12").name == web_card.NAMELESS


@pytest.mark.parametrize("words", ["", "  ", "x" * 501])
def test_a_text_that_is_none(words: str) -> None:
    with pytest.raises(UsageError, match="--artist"):
        card_of(model_of(), "x", artist=words)


def test_the_starter_names_its_sources_and_so_does_what_began_with_it() -> None:
    starter = load(Path("starter"))
    card = card_of(starter, "starter")
    assert card.licence.startswith("MIT") and any("CC BY 4.0" in c for c in card.credits)
    tuned = dataclasses.replace(model_of(), info={"name": "mine", "started_from": "starter"})
    credit = card_of(tuned, "mine").credits
    assert any("CC BY 4.0" in c and "starter" in c for c in credit)
    assert card_of(tuned, "mine").licence == ""


def test_an_imported_model_says_that_others_trained_it() -> None:
    origin = {"name": "bear", "source": "Magenta, https://example.org", "licence": "Apache-2.0"}
    card = card_of(dataclasses.replace(model_of(), info={"imported": origin}), "folder")
    assert (card.name, card.licence) == ("bear", "Apache-2.0")
    assert card.credits == ("Trained by others: Magenta, https://example.org",)
    origin |= dict.fromkeys(("source", "licence"), "unknown: the file does not say")
    card = card_of(dataclasses.replace(model_of(), info={"imported": origin}), "folder")
    assert (card.licence, card.credits) == ("", ("Trained by others",))
