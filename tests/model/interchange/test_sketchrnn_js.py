import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from browser_package import installed, mixtures

from strokebook.base.errors import StrokebookError, UsageError
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.stroke3 import from_stroke3
from strokebook.model.checkpoints.checkpoint import SketchModel, load_model
from strokebook.model.config import ModelOptions
from strokebook.model.data.batches import START
from strokebook.model.data.statistics import DataStatistics
from strokebook.model.interchange import sketchrnn_js, sketchrnn_js_weights
from strokebook.model.interchange.import_model import Origin, import_model
from strokebook.model.interchange.sketchrnn_js import LEVEL, BrowserModel
from strokebook.model.interchange.sketchrnn_js_weights import (
    parameters,
    posterior_z,
    prior_z,
    to_browser,
)
from strokebook.model.networks.sketch_rnn import SketchNet
from strokebook.model.sampling import complete, sample
from strokebook.model.sampling.rollout import PresampledNoise, draw, initial_batch
from strokebook.model.training.train import train

from tiny import tiny_training, waves

FACTS = DataStatistics(8.5, 300, 60, 40, 100.0, 70.0, 6.0, 15.0)
NEAR = 1e-2  # how near the browser's numbers have to be


def plain_model(conditional: bool, strength: float = 0.6, units: int = 24) -> SketchModel:
    """A decoder that has opinions: random weights large enough to matter."""
    options = ModelOptions(conditional=conditional, encoder=6, decoder=units, z=4)
    seed = torch.Generator().manual_seed(3)
    net = SketchNet(options, seed)
    with torch.no_grad():
        for weight in net.parameters():
            weight.add_(strength * 0.3 * torch.randn(weight.shape, generator=seed))
    return SketchModel(net.eval().requires_grad_(False), options, FACTS, {})


def some_rows(count: int) -> npt.NDArray[np.float32]:
    """Stroke-5 rows in units of the net, a lift among them, float32 as pixels give them."""
    rng = np.random.default_rng(5)
    rows = np.zeros((count, 5), np.float32)
    rows[:, :2] = rng.normal(0, 1, (count, 2))
    rows[np.arange(count), 2 + (np.arange(count) % 4 == 3)] = 1
    return rows


def our_parameters(
    model: SketchModel, rows: npt.NDArray[np.float32], z: torch.Tensor | None
) -> npt.NDArray[np.float64]:
    """After the start token, after the first point, and after each of ``rows``."""
    inputs = torch.from_numpy(np.vstack((START, START, rows)).astype(np.float32))[:, None]
    found: npt.NDArray[np.float64] = parameters(model.net.decoder(inputs, z, None)[:, 0]).numpy()
    return found


def pixels(model: SketchModel, rows: npt.NDArray[np.float32]) -> list[list[float]]:
    scaled = rows.astype(np.float64) * ([model.scale] * 2 + [1] * 3)
    return scaled.tolist()  # type: ignore[no-any-return]


def unlike(found: object, wanted: npt.NDArray[np.float64]) -> float:
    return float((np.abs(np.array(found) - wanted) / np.maximum(1, np.abs(wanted))).max())


# In the real package ------------------------------------------------------------------------


@pytest.mark.parametrize("conditional", [False, True])
def test_ten_steps_in_the_browsers_package_are_ours(tmp_path: Path, conditional: bool) -> None:
    installed()
    model = plain_model(conditional)
    z, path = prior_z(model, 4), tmp_path / "ours.gen.json"
    made = to_browser(model, z, "wave")
    sketchrnn_js.write(path, made.model)
    rows = some_rows(9)
    answer = mixtures(path, [list(START), *pixels(model, rows)])
    wanted = our_parameters(model, rows, z)[1:]  # its start token is our first point
    assert len(answer["found"]) == 10
    assert answer["start"] == list(START)
    assert (answer["info"]["name"], answer["info"]["scale_factor"]) == ("wave", 8.5)
    assert unlike(answer["found"], wanted) < NEAR
    assert made.difference < NEAR  # what the export says of itself


def test_a_state_out_of_reach_is_exact_from_the_files_first_state(tmp_path: Path) -> None:
    installed()
    model = plain_model(True, strength=1.5)
    z, path = prior_z(model, 1), tmp_path / "ours.gen.json"
    made = to_browser(model, z, "wave")
    assert made.unreached > 0 and made.exact is not None
    sketchrnn_js.write(path, made.model)
    rows = some_rows(10)
    wanted = our_parameters(model, rows, z)
    answer = mixtures(path, pixels(model, rows), first=True)
    assert unlike(answer["found"], wanted[2:]) < NEAR
    usual = mixtures(path, [list(START), *pixels(model, rows[:9])])
    assert made.exact < NEAR < made.difference
    assert unlike(usual["found"][:1], wanted[1:2]) < NEAR  # the first mixture is right even so


def test_plain_weights_step_for_step(tmp_path: Path) -> None:
    installed()
    model, path = plain_model(False), tmp_path / "plain.gen.json"
    made = to_browser(model, None, "wave", plain=True)
    sketchrnn_js.write(path, made.model)
    assert made.model.units == 24 and made.exact is None
    rows = some_rows(8)
    answer = mixtures(path, [list(START), list(START), *pixels(model, rows)])
    assert unlike(answer["found"], our_parameters(model, rows, None)) < NEAR


def test_a_published_model_says_in_strokebook_what_it_says_in_the_browser(
    shared: Path, tmp_path: Path
) -> None:
    installed()
    bear = shared / "data" / "magenta" / "bear.gen.json"
    model = import_model(bear, tmp_path / "bear")
    rows = some_rows(9)
    answer = mixtures(bear, [list(START), *pixels(model, rows)])
    assert unlike(answer["found"], our_parameters(model, rows, None)[1:]) < NEAR


# Without Node -------------------------------------------------------------------------------


def literal_steps(model: BrowserModel, rows: list[list[float]]) -> list[npt.NDArray[np.float64]]:
    """The cell written out unit by unit, from the format's description."""
    units = model.units
    h, c, out = [0.0] * units, [0.0] * units, []
    for row in rows:
        inputs = [*row, *h]
        weights = np.vstack((model.rows, model.recurrent))
        gate = [
            sum(x * weights[n, k] for n, x in enumerate(inputs)) + model.bias[k]
            for k in range(4 * units)
        ]
        i, j, f, o = (gate[k * units : (k + 1) * units] for k in range(4))
        c = [
            c[k] / (1 + np.exp(-(f[k] + 1))) + np.tanh(j[k]) / (1 + np.exp(-i[k]))
            for k in range(units)
        ]
        h = [np.tanh(c[k]) / (1 + np.exp(-o[k])) for k in range(units)]
        out.append(np.array(h) @ model.output + model.output_bias)
    return out


def test_the_librarys_arithmetic_unit_by_unit() -> None:
    made = to_browser(plain_model(False, units=5), None, "x").model
    rows = some_rows(4).tolist()
    zeros = np.zeros(made.units)
    np.testing.assert_allclose(
        sketchrnn_js_weights.unroll(made, rows, zeros, zeros), literal_steps(made, rows), atol=1e-6
    )


@pytest.mark.parametrize("conditional", [False, True])
def test_the_export_is_near_ours_after_rounding(conditional: bool) -> None:
    model = plain_model(conditional)
    z = prior_z(model, 5)
    made = to_browser(model, z, "x")
    again, rows = sketchrnn_js.as_written(made.model), some_rows(9)
    zeros = np.zeros(again.units)
    outputs = sketchrnn_js_weights.unroll(again, np.vstack((START, rows)), zeros, zeros)
    wanted = our_parameters(model, rows, z)[1:]
    assert unlike(parameters(torch.from_numpy(outputs)).numpy(), wanted) < NEAR
    assert made.clipped == made.unreached == 0


def test_without_the_state_a_conditional_model_is_another() -> None:
    model = plain_model(True)
    z = prior_z(model, 2)
    plain = to_browser(model, z, "x", plain=True)
    assert plain.difference > 10 * to_browser(model, z, "x").difference


def test_z_is_folded_in_and_makes_a_difference() -> None:
    model = plain_model(True)
    one, two = (to_browser(model, prior_z(model, seed), "x").model for seed in (0, 1))
    np.testing.assert_array_equal(one.rows, two.rows)
    assert np.abs(one.bias - two.bias).max() > 0.1
    given = posterior_z(model, Drawing.of([[(0, 0), (60, 10), (90, 80), (20, 120)]]))
    assert given.shape == (1, 4)
    with pytest.raises(UsageError, match="a z is needed"):
        to_browser(model, None, "x")


def test_a_seeds_z_is_that_of_the_first_sample() -> None:
    model = plain_model(True)
    hand = initial_batch(model.net, 1, prior_z(model, 3))
    steps = draw(model.net, hand, PresampledNoise.of(3, 1, 12, hand.row), 0.5, 2, origin=True)
    drawn = from_stroke3(np.vstack(list(steps))[:, [0, 1, 3]])
    first = sample(model, 1, 0.5, seed=3, max_points=12)[0]
    np.testing.assert_allclose(
        np.diff(first.points[:2], axis=0), 8.5 * np.diff(drawn.points[:2], axis=0), rtol=1e-3
    )


def test_weights_beyond_ten_are_clipped_and_counted() -> None:
    model = plain_model(False)
    with torch.no_grad():
        model.net.decoder.output.weight[0, 0] = 31.0
    made = to_browser(model, None, "x")
    assert made.clipped == 1
    assert sketchrnn_js.as_written(made.model).output[0, 0] == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mixtures": 7}, "7 mixtures, the library knows 20 only"),
        ({"decoder_cell": "layer_norm"}, "its decoder is no plain LSTM"),
        ({"decoder_cell": "hyper"}, "its decoder is no plain LSTM"),
    ],
)
def test_what_the_format_cannot_express_is_said(change: dict[str, Any], words: str) -> None:
    other = dataclasses.replace(plain_model(False).options, **change)
    with pytest.raises(StrokebookError, match=words) as error:
        to_browser(SketchModel(SketchNet(other), other, FACTS, {}), None, "x")
    assert "--format onnx" in str(error.value)


def test_written_and_read_again(tmp_path: Path) -> None:
    made = to_browser(plain_model(False), None, "Wörk").model
    sketchrnn_js.write(tmp_path / "a.gen.json", made)
    again = sketchrnn_js.read(tmp_path / "a.gen.json")
    assert (again.name, again.scale, again.longest) == ("Wörk", 8.5, 59)
    for ours, found in zip(made.arrays, again.arrays, strict=True):
        np.testing.assert_allclose(ours, found, atol=0.51 * LEVEL)
    sketchrnn_js.write(tmp_path / "b.gen.json", again)
    parts = [json.loads((tmp_path / f"{n}.gen.json").read_text())[1:] for n in "ab"]
    assert parts[0] == parts[1]  # rounding twice changes nothing


# A published model as one of ours -----------------------------------------------------------


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file as others write it: plain weights, z of none."""
    path = tmp_path_factory.mktemp("published") / "wave.gen.json"
    made = to_browser(plain_model(False), None, "wave", plain=True).model
    sketchrnn_js.write(path, dataclasses.replace(made, more={"training_size": 77, "version": 2}))
    return path


@pytest.fixture(scope="module")
def folder(published: Path) -> Path:
    folder = published.parent / "wave"
    import_model(published, folder, Origin("a friend", "CC0"))
    return folder


def test_an_imported_decoder_says_what_the_file_says(published: Path, folder: Path) -> None:
    found, model, rows = sketchrnn_js.read(published), load_model(folder), some_rows(9)
    zeros = np.zeros(found.units)
    outputs = sketchrnn_js_weights.unroll(found, np.vstack((START, rows)), zeros, zeros)
    wanted = parameters(torch.from_numpy(outputs)).numpy()
    ours = our_parameters(model, rows, None)
    assert unlike(ours[1:], wanted) < 1e-3
    assert ours[0, -3] > 0.99  # the first point puts the pen down


def test_it_draws_and_completes_and_its_card_names_its_origin(folder: Path) -> None:
    model = load_model(folder)
    assert (model.scale, model.statistics.drawings, model.statistics.longest) == (8.5, 77, 60)
    assert model.statistics.extent > 0 and model.statistics.offset > 0
    made = sample(model, 3, 0.4, seed=1)
    assert [d.points.tolist() for d in made] == [
        d.points.tolist() for d in sample(model, 3, 0.4, seed=1)
    ]
    start = Drawing.of([[(0, 0), (30, 10), (40, 40)]])
    assert all(d.n_points > 3 for d in complete(model, start, 2, 0.4, seed=1))
    card = (folder / "card.md").read_text()
    assert "a friend" in card and "CC0" in card and "wave.gen.json" in card
    assert json.loads((folder / "card.json").read_text())["imported"]["licence"] == "CC0"


def test_an_unnamed_origin_stands_as_unknown(published: Path, tmp_path: Path) -> None:
    import_model(published, tmp_path / "x")
    assert (tmp_path / "x" / "card.md").read_text().count("unknown: the file does not say") == 2


def test_no_model_is_replaced(published: Path, folder: Path) -> None:
    before = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}
    with pytest.raises(StrokebookError, match="holds a model already"):
        import_model(published, folder)
    model = load_model(folder)
    with pytest.raises(StrokebookError, match="trained otherwise"):
        train(waves(8), [], model.options, tiny_training(), folder)
    assert {p.name: p.read_bytes() for p in folder.iterdir() if p.name in before} == before


def test_fine_tuning_goes_on_from_it_at_the_new_drawings_scale(
    folder: Path, tmp_path: Path
) -> None:
    model, small = load_model(folder), [w * np.float32([0.01, 0.01, 1]) for w in waves(20)]
    result = train(
        small,
        small[:6],
        model.options,
        tiny_training(steps=2, learning_rate=0.0, learning_rate_floor=0.0),
        tmp_path / "tuned",
        start_from=folder,
    )
    tuned = load_model(result.folder)
    assert tuned.info["started_from"] == "wave" and tuned.scale == pytest.approx(0.03, rel=0.5)
    before = model.net.state_dict()
    for name, weight in tuned.net.state_dict().items():
        torch.testing.assert_close(weight, before[name])  # its units are the data's deviations
    better = train(
        small,
        small[:6],
        model.options,
        tiny_training(steps=30),
        tmp_path / "more",
        start_from=folder,
    )
    assert result.best is not None and better.best is not None
    assert better.best.per_point < result.best.per_point


def parts(path: Path) -> list[Any]:
    """Info, dims and arrays of a file, the arrays as the text that they are."""
    return list(json.loads(path.read_text()))


def test_there_and_back_again_to_the_bit(published: Path, folder: Path, tmp_path: Path) -> None:
    """An imported model exported anew is the published one: no unit that was added stays."""
    made = to_browser(load_model(folder), None, "wave")
    assert made.as_imported and made.difference < 1e-3
    sketchrnn_js.write(tmp_path / "again.gen.json", made.model)
    assert parts(tmp_path / "again.gen.json") == parts(published)
    assert parts(published)[0]["version"] == 2  # another program's, not what we write


def test_bear_goes_back_as_it_came(shared: Path, tmp_path: Path) -> None:
    for file in sorted((shared / "data" / "magenta").glob("*.gen.json")):
        model = import_model(file, tmp_path / file.name)
        assert model.options.decoder == 515
        made = to_browser(load_model(tmp_path / file.name), None, model.info["imported"]["name"])
        sketchrnn_js.write(tmp_path / "again.gen.json", made.model)
        assert parts(tmp_path / "again.gen.json") == parts(file)


def test_a_model_trained_since_has_other_units(folder: Path, tmp_path: Path) -> None:
    """What was fine-tuned is exported as any model is; only its first point is put in again."""
    model = load_model(folder)
    with torch.no_grad():
        model.net.decoder.output.weight[0, 0] += 0.01
    made = to_browser(model, None, "wave")
    assert not made.as_imported and made.clipped == made.unreached == 0
    assert made.model.units == model.options.decoder + sketchrnn_js_weights.MARKERS
    assert made.difference < NEAR
    sketchrnn_js.write(tmp_path / "wave.gen.json", made.model)
    shutil.rmtree(tmp_path / "twice", ignore_errors=True)
    twice = import_model(tmp_path / "wave.gen.json", tmp_path / "twice")
    rows = some_rows(6)
    assert (
        unlike(our_parameters(twice, rows, None)[1:], our_parameters(model, rows, None)[1:]) < NEAR
    )


def test_an_import_of_an_earlier_version_goes_back_too(
    published: Path, folder: Path, tmp_path: Path
) -> None:
    """Earlier imports noted the file's further facts only; version and mode are then ours."""
    model = load_model(folder)
    model.info["imported"].pop("info")
    sketchrnn_js.write(tmp_path / "a.gen.json", to_browser(model, None, "wave").model)
    found, wanted = parts(tmp_path / "a.gen.json"), parts(published)
    assert found[1:] == wanted[1:] and found[0] == wanted[0] | {"version": 6}


@pytest.mark.parametrize("info", [None, 3, [1], {"x": float("nan")}, {"x": "y" * 200_000}])
def test_facts_that_cannot_be_kept_are_left_out(info: object) -> None:
    assert sketchrnn_js.plain_info(info) == {}
