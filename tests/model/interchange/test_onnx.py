import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from strokebook.base.errors import StrokebookError
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.config import ModelOptions
from strokebook.model.data.batches import START, batch_of
from strokebook.model.data.statistics import DataStatistics
from strokebook.model.distributions.mixture import split
from strokebook.model.interchange.onnx_export import write_onnx
from strokebook.model.networks.sketch_rnn import SketchNet

from tiny import waves

FACTS = DataStatistics(8.5, 300, 60, 40, 100.0, 70.0, 6.0, 15.0)
needs_onnx = pytest.mark.skipif(
    any(importlib.util.find_spec(p) is None for p in ("onnx", "onnxscript", "onnxruntime")),
    reason="onnx, onnxscript or onnxruntime is not installed",
)


def model_of(cell: str, conditional: bool) -> SketchModel:
    options = ModelOptions(
        conditional=conditional, encoder=6, decoder=10, z=3, mixtures=4, decoder_cell=cell
    )
    seed = torch.Generator().manual_seed(2)
    net = SketchNet(options, seed)
    with torch.no_grad():
        for weight in net.parameters():
            weight.add_(0.2 * torch.randn(weight.shape, generator=seed))
    return SketchModel(net.eval().requires_grad_(False), options, FACTS, {})


def session(model: SketchModel, path: Path) -> Any:
    import onnxruntime

    write_onnx(model, path, "wave")
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


@needs_onnx
@pytest.mark.parametrize(
    ("cell", "conditional"),
    [("lstm", True), ("lstm", False), ("layer_norm", True), ("hyper", True)],
)
def test_a_drawing_step_by_step_is_the_decoders(
    tmp_path: Path, cell: str, conditional: bool
) -> None:
    model = model_of(cell, conditional)
    run = session(model, tmp_path / "step.onnx")
    rows = batch_of(waves(3, least=8, most=8)).inputs  # 9 rows of 3 drawings
    z = torch.randn(3, 3, generator=torch.Generator().manual_seed(4)) if conditional else None
    wanted = split(model.net.decoder(rows, z, None))
    names = [output.name for output in run.get_outputs()]
    carried = run.get_inputs()[1].shape[1]
    state = dict.fromkeys(("hidden", "cell"), np.zeros((3, carried), np.float32))
    more = {} if z is None else {"z": z.numpy()}
    if conditional:
        first = run.run(["first_hidden", "first_cell"], {"row": rows[0].numpy(), **state, **more})
        state = dict(zip(("hidden", "cell"), first, strict=True))
    for n, row in enumerate(rows):
        found = dict(zip(names, run.run(None, {"row": row.numpy(), **state, **more}), strict=True))
        state = {"hidden": found["next_hidden"], "cell": found["next_cell"]}
        expected = {
            "pen": wanted.pen[n],
            "pi": wanted.weight[n],
            "mu_x": wanted.mean_x[n],
            "mu_y": wanted.mean_y[n],
            "sigma_x": wanted.log_sigma_x[n].exp(),
            "sigma_y": wanted.log_sigma_y[n].exp(),
            "rho": wanted.rho[n].tanh(),
        }
        for name, value in expected.items():
            np.testing.assert_allclose(found[name], value, rtol=1e-4, atol=1e-5, err_msg=name)


@needs_onnx
def test_any_number_of_drawings_and_what_the_file_says(tmp_path: Path) -> None:
    run = session(model_of("lstm", False), tmp_path / "step.onnx")
    for batch in (1, 2, 7):
        state = np.zeros((batch, 10), np.float32)
        row = np.zeros((batch, 5), np.float32)
        found = run.run(["pi", "pen"], {"row": row, "hidden": state, "cell": state})
        assert [f.shape for f in found] == [(batch, 4), (batch, 3)]
    says = run.get_modelmeta().custom_metadata_map
    assert (says["name"], float(says["scale"]), int(says["longest"])) == ("wave", 8.5, 60)
    assert tuple(json.loads(says["first_row"])) == START


def test_without_the_packages_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(StrokebookError, match=r"onnx and onnxscript.*strokebook\[onnx\]") as error:
        write_onnx(model_of("lstm", True), tmp_path / "x.onnx", "x")
    assert "\n" not in str(error.value)
    assert not (tmp_path / "x.onnx").exists()


def test_a_decoder_that_reads_more_than_the_last_row_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ModelOptions(conditional=False, decoder=10, mixtures=4, local_frame=True)
    model = SketchModel(SketchNet(options), options, FACTS, {})
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    with pytest.raises(StrokebookError, match="reads more than the last row") as error:
        write_onnx(model, tmp_path / "x.onnx", "x")
    assert "--format web" in str(error.value) and "--format magenta" not in str(error.value)
