"""One table of what each format takes: a refusal names formats that take the model."""

import itertools
import re

import pytest
import torch

from strokebook.base.errors import StrokebookError
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.config import ModelOptions
from strokebook.model.data.statistics import DataStatistics
from strokebook.model.interchange import formats, onnx_export, web_card, web_file
from strokebook.model.interchange.sketchrnn_js_weights import prior_z, to_browser
from strokebook.model.networks.sketch_rnn import SketchNet

FACTS = DataStatistics(8.5, 300, 30, 20, 100.0, 70.0, 6.0, 15.0)
KINDS = list(itertools.product((False, True), ("lstm", "layer_norm", "hyper"), (20, 4)))


def model_of(local_frame: bool, cell: str, mixtures: int) -> SketchModel:
    options = ModelOptions(
        decoder=6, encoder=4, z=2, decoder_cell=cell, mixtures=mixtures, local_frame=local_frame
    )
    net = SketchNet(options, torch.Generator().manual_seed(0))
    return SketchModel(net.eval().requires_grad_(False), options, FACTS, {})


@pytest.mark.parametrize(("local_frame", "cell", "mixtures"), KINDS)
def test_the_table_is_what_the_writers_do(local_frame: bool, cell: str, mixtures: int) -> None:
    model = model_of(local_frame, cell, mixtures)
    takes = formats.formats_for(model.options)
    assert ("web" in takes) == bool(web_file.to_bytes(model, web_card.card_of(model, "x")))
    try:
        to_browser(model, prior_z(model, 0), "x")
    except StrokebookError:
        assert "magenta" not in takes
    else:
        assert "magenta" in takes
    assert ("onnx" in takes) == (type(model.net.decoder).__name__ == "Decoder")


@pytest.mark.parametrize(("local_frame", "cell", "mixtures"), KINDS)
def test_a_refusal_names_what_works_and_nothing_else(
    local_frame: bool, cell: str, mixtures: int
) -> None:
    options = model_of(local_frame, cell, mixtures).options
    takes = formats.formats_for(options)
    for form in formats.FORMATS:
        if form in takes:
            formats.check(form, options)
            continue
        with pytest.raises(StrokebookError) as error:
            formats.check(form, options)
        assert re.findall(r"--format (\w+)", str(error.value)) == takes


def test_onnx_asks_the_table_before_its_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_export.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(StrokebookError, match="last row"):
        onnx_export._check(model_of(True, "lstm", 4))


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("bear.gen.json", "magenta"),
        ("Step.ONNX", "onnx"),
        ("a.strokebook.safetensors", "web"),
        ("a.safetensors", "web"),
        ("a", "web"),
        ("a.json", "web"),
    ],
)
def test_a_files_name_says_its_format(name: str, form: str) -> None:
    assert formats.format_of(name) == form
