"""The browser's model file: written, read back, and refused where it is not what it says."""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from strokebook.base.errors import InputRefused, StrokebookError, UsageError
from strokebook.geometry.drawing import Drawing
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.choosing.chooser import Chooser
from strokebook.model.choosing.forest import NEVER, Forest
from strokebook.model.config import ModelOptions
from strokebook.model.data.statistics import DataStatistics
from strokebook.model.interchange import web_card, web_file
from strokebook.model.interchange.web_card import Card, card_of, clean
from strokebook.model.networks.sketch_rnn import SketchNet
from strokebook.model.sampling import complete
from strokebook.pipeline.standalone import load

FACTS = DataStatistics(8.5, 300, 30, 20, 100.0, 70.0, 6.0, 15.0)
CARD = Card("waves", "Ann", "CC0", ("the sea",), "# waves\n")
KINDS = list(itertools.product((False, True), (False, True), ("lstm", "layer_norm", "hyper")))


def model_of(
    local_frame: bool = True, conditional: bool = True, cell: str = "layer_norm", **more: Any
) -> SketchModel:
    options = ModelOptions(
        conditional=conditional,
        decoder=6,
        encoder=4,
        z=3,
        mixtures=4,
        decoder_cell=cell,
        encoder_cell=cell,
        local_frame=local_frame,
        z_dropout=0.5 if conditional else 0.0,
    )
    net = SketchNet(options, torch.Generator().manual_seed(0))
    return SketchModel(net.eval().requires_grad_(False), options, FACTS, {}, **more)


def chooser(features: int = 5) -> Chooser:
    """Two trees of two levels; thresholds and bounds that 32 bits do not hold."""
    forest = Forest(
        np.array([[0, 1, 2], [3, 4, 0]]),
        np.array([[0.1, NEVER, 1 / 3], [-0.7, 2.0, 1e-9]]),
        np.array([[0.1, -0.2, 0.3, 0.4], [1.0, 2.0, -3.0, 0.7]]),
        0.25,
    )
    low, high = np.full(features, 0.1), np.full(features, 0.7)
    return Chooser(forest, low, high, 0.2, -1.5, 1 / 6, 0.65, 1.0, 60, 70, 0.9, "of another")


def written(model: SketchModel | None = None) -> bytes:
    return web_file.to_bytes(model or model_of(), CARD)


# There and back ----------------------------------------------------------------------------


@pytest.mark.parametrize(("local_frame", "conditional", "cell"), KINDS)
def test_every_kind_of_model_comes_back(
    tmp_path: Path, local_frame: bool, conditional: bool, cell: str
) -> None:
    model = model_of(local_frame, conditional, cell)
    path = tmp_path / "x.strokebook.safetensors"
    assert web_file.write(path, model, CARD) == path.stat().st_size
    again = load(path)
    assert (again.options, again.statistics) == (model.options, model.statistics)
    assert again.chooser is None and re.fullmatch("[0-9a-f]{16}", again.key)
    wanted = model.net.state_dict()
    assert again.net.state_dict().keys() == wanted.keys()
    for name, weight in again.net.state_dict().items():
        assert weight.dtype == torch.float32
        assert torch.equal(weight, wanted[name].half().float()), name
    start = Drawing.of([[(0, 0), (30, 10), (40, 40)]])
    assert complete(again, start, 1, 0.5, max_points=5)[0].n_points > 3
    assert not any(p.requires_grad for p in again.net.parameters()) and not again.net.training


def test_a_file_read_and_written_again_is_the_same_file() -> None:
    data = written(model_of(chooser=chooser()))
    again = web_file.from_bytes(data, "x")
    assert web_file.to_bytes(again, CARD) == data
    assert again.key == json_header(data)["digest"]


def test_the_line_and_the_card_come_back() -> None:
    model = model_of()
    again = web_file.from_bytes(written(model), "x")
    for ours, found in zip(
        (model.line.mean, model.line.spread, *model.line.weights, *model.line.biases),
        (again.line.mean, again.line.spread, *again.line.weights, *again.line.biases),
        strict=True,
    ):
        np.testing.assert_array_equal(ours, found)
    assert again.line.extent == model.line.extent
    assert again.info["card"] == dataclasses.asdict(CARD)


def test_a_choosers_decisions_come_back() -> None:
    """Features of 32 bits at and beside every threshold and bound go where they went."""
    model = model_of(chooser=chooser())
    again = web_file.from_bytes(written(model), "x").chooser
    assert model.chooser is not None and again is not None
    edges = np.array([0.1, 1 / 3, -0.7, 2.0, 1e-9, 0.7]).astype(np.float32)
    near = np.concatenate(
        [edges, *(np.nextafter(edges, np.float32(way)) for way in (-np.inf, np.inf))]
    )
    values = np.stack([np.roll(near, k) for k in range(5)], 1).astype(np.float64)
    np.testing.assert_allclose(again.scores(values), model.chooser.scores(values), atol=1e-6)
    np.testing.assert_array_equal(again.outside(np.array([[0.1, 0.7, 0.5, 0.1, 0.7]])), [0.0])
    assert again.checkpoint != "of another"
    for name in ("strange", "log_scale", "budget", "temperature", "unit", "real", "accuracy"):
        assert getattr(again, name) == getattr(model.chooser, name)


def test_the_digest_is_the_weights_alone() -> None:
    model = model_of()
    digests = [
        json_header(web_file.to_bytes(m, c))["digest"]
        for m, c in ((model, CARD), (model, Card("other")), (model_of(cell="lstm"), CARD))
    ]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("value", [7e4, -7e4, float("nan"), float("inf")])
def test_a_weight_that_16_bits_cannot_hold(tmp_path: Path, value: float) -> None:
    model = model_of()
    with torch.no_grad():
        model.net.decoder.output.weight[0, 0] = value
    with pytest.raises(StrokebookError, match=r"decoder\.output\.weight .* 65504"):
        web_file.write(tmp_path / "x.safetensors", model, CARD)
    assert not list(tmp_path.iterdir())


# Files that are none -----------------------------------------------------------------------


def json_header(data: bytes) -> dict[str, Any]:
    size = int.from_bytes(data[:8], "little")
    return dict(json.loads(data[8 : 8 + size])["__metadata__"])


def changed(
    change: Callable[[dict[str, Any], dict[str, Any]], None],
    model: SketchModel | None = None,
    *,
    sign: bool = True,
) -> bytes:
    """A file whose arrays and texts were changed, and whose digest was made to fit."""
    data = written(model)
    arrays, texts = dict(load_arrays(data)), json_header(data)
    change(arrays, texts)
    if sign:
        texts["digest"] = web_file.identity(arrays)
    return bytes(save_arrays(arrays, texts))


def refused(data: bytes) -> str:
    with pytest.raises(InputRefused) as caught:
        web_file.from_bytes(data, "bad.safetensors")
    said = str(caught.value)
    assert said.startswith("bad.safetensors: ") and len(said) < 500 and "\n" not in said
    assert caught.value.remedy
    return said


@pytest.mark.parametrize("share", [0.0, 0.0001, 0.01, 0.5, 0.999])
def test_cut_short(share: float) -> None:
    data = written()
    assert "damaged or cut short" in refused(data[: int(share * len(data))])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "damaged or cut short"),
        (b"\xff" * 64, "damaged or cut short"),
        ((1 << 23).to_bytes(8, "little") + b" " * (1 << 23), "over the limit"),
        ((8).to_bytes(8, "little") + b"[1, 2, 3", "damaged"),
        ((100_000).to_bytes(8, "little") + b"[" * 100_000, "damaged"),
        (save_arrays({"a": np.zeros(2)}), "does not say that it is one"),
        (save_arrays({"a": np.zeros(2)}, {"format": "pt"}), "does not say that it is one"),
    ],
)
def test_something_else(data: bytes, words: str) -> None:
    assert words in refused(data)


def test_a_version_too_new_names_the_remedy() -> None:
    said = refused(changed(lambda _, texts: texts.update(version="2")))
    assert "version '2'; this program reads version '1'" in said and "newer strokebook" in said


def of(name: str, /, **values: Any) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    """A change of some values of one of the header's objects; ``...`` takes one away."""

    def change(_: dict[str, Any], texts: dict[str, Any]) -> None:
        value = json.loads(texts[name]) | values
        texts[name] = json.dumps({k: v for k, v in value.items() if v is not ...})

    return change


def text(**values: str) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    return lambda _, texts: texts.update(values)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda _, texts: texts.pop("model"), "its header has no model"),
        (text(model="{"), "its model is no JSON"),
        (text(model="[1]"), "its model is no object"),
        (text(line="[" * 100_000), "its line is no JSON"),
        (of("model", decoder=7), "its decoder.cell.cell_gain is (6,), but should be (7,)"),
        (of("model", decoder=10**9), "decoder must be at most 8192"),
        (of("model", decoder=8192), "should be (8192,)"),  # without gigabytes made for it
        (of("model", decoder="6"), "should be of type int"),
        (of("model", local_frame=False), "should be absent"),
        (of("model", decoder_cell="gru"), "is not known"),
        (of("model", page_eye=3), "unknown setting 'page_eye'"),
        (of("statistics", scale=...), "'scale' is missing"),
        (of("statistics", scale=float("nan")), "scale is nan"),
        (of("statistics", scale=0.0), "not above 0"),
        (of("statistics", longest=10**7), "not above 0"),
        (of("line", extent=-1.0), "its line has an extent"),
        (of("line", extent=float("inf")), "extent of its line is no number"),
        (of("line", extent=True), "extent of its line is no number"),
        (of("card", name=3), "name of its card is no text"),
        (of("card", text="x" * 200_000), "text of its card is no text of at most 100000"),
        (of("card", credits="me"), "credits of its card are no list"),
        (of("card", credits=[1]), "a credit of its card is no text"),
        (of("card", artist=...), "artist of its card is no text"),
        (of("chooser", budget=1.5), "a number of its chooser is out of its range"),
        (of("chooser", temperature=float("nan")), "temperature of its chooser is no number"),
        (of("chooser", base=...), "base of its chooser is no number"),
    ],
)
def test_a_header_that_says_what_cannot_be(
    change: Callable[[dict[str, Any], dict[str, Any]], None], words: str
) -> None:
    assert words in refused(changed(change, model_of(chooser=chooser())))


def put(name: str, value: Any) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    return lambda arrays, _: arrays.update({name: value})


def touch(name: str, value: float) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    def change(arrays: dict[str, Any], _: dict[str, Any]) -> None:
        arrays[name] = arrays[name].copy()
        arrays[name].flat[0] = value

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda arrays, _: arrays.pop("decoder.pen.bias"), "its decoder.pen.bias is missing"),
        (put("decoder.pen.bias", np.zeros(4, np.float16)), "is (4,), but should be (3,)"),
        (put("decoder.eye", np.zeros(4, np.float16)), "decoder.eye is (4,), but should be absent"),
        (put("decoder.pen.bias", np.zeros(3, np.float32)), "holds float32, not float16"),
        (put("adam", np.zeros(3, np.float32)), "adam does not belong to it"),
        (lambda arrays, _: arrays.pop("line.bias1"), "line.bias1 is missing"),
        (lambda arrays, _: arrays.pop("chooser.low"), "chooser.low is missing"),
        (lambda _, texts: texts.pop("chooser"), "does not belong to it"),
        (touch("decoder.pen.bias", np.nan), "numbers that are not finite"),
        (touch("line.mean", np.inf), "numbers that are not finite"),
        (touch("line.spread", 0.0), "a spread that is not above 0"),
        (put("line.mean", np.zeros(3, np.float32)), "its line holds no restorer"),
        (touch("chooser.feature", 99), "a feature that there is not"),
        (touch("chooser.feature", -1), "a feature that there is not"),
        (put("chooser.leaf", np.zeros((2, 3), np.float32)), "do not fit together"),
        (put("chooser.feature", np.zeros(3, np.int32)), "its chooser is damaged"),
        (put("chooser.low", np.zeros(4, np.float32)), "its bounds are incomplete"),
    ],
)
def test_tensors_that_do_not_fit(
    change: Callable[[dict[str, Any], dict[str, Any]], None], words: str
) -> None:
    assert words in refused(changed(change, model_of(chooser=chooser())))


def test_one_flipped_bit_is_seen() -> None:
    data = bytearray(written())
    data[-3] ^= 1
    assert "not those that its header names" in refused(bytes(data))


def test_too_large_and_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.safetensors"
    with pytest.raises(InputRefused, match="no such file"):
        web_file.read(path)
    path.write_bytes(written())
    monkeypatch.setattr(web_file, "MOST_BYTES", 100)
    with pytest.raises(InputRefused, match="over the limit"):
        web_file.read(path)


# The card ----------------------------------------------------------------------------------

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
    assert not SECRET.search(json.dumps(json_header(data)["card"]))
    header = data[8 : 8 + int.from_bytes(data[:8], "little")].decode()
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
