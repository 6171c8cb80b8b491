from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from strokebook.base.errors import StrokebookError
from strokebook.base.progress import SILENT
from strokebook.geometry.drawing import Stroke3
from strokebook.model.checkpoints.checkpoint import load_model
from strokebook.model.data.target_noise import with_noise
from strokebook.model.evaluation import likelihood, novelty, two_sample
from strokebook.model.evaluation.comparison import find_nearest, make
from strokebook.model.evaluation.eval_data import gather
from strokebook.model.evaluation.evaluate import Evaluation, as_json, evaluate
from strokebook.model.evaluation.neighbours import neighbours
from strokebook.model.evaluation.options import EvaluateOptions
from strokebook.model.features import stroke_features

from tiny import waves

FEW = EvaluateOptions(samples=24, draws=3, max_points=40)


@pytest.fixture(autouse=True, scope="module")
def few_trees() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(two_sample, "TREES", 15)
        yield


def whole(drawings: list[Stroke3]) -> list[Stroke3]:
    return [np.round(d) for d in drawings]


def times(drawings: list[Stroke3], factor: float) -> list[Stroke3]:
    return [d * np.array((factor, factor, 1), np.float32) for d in drawings]


@pytest.fixture(scope="module")
def found(trained: Path) -> Evaluation:
    return evaluate(load_model(trained), whole(waves(25, 3)), whole(waves(30)), FEW)


def test_the_same_seed_gives_the_same_json(trained: Path, found: Evaluation) -> None:
    again = evaluate(load_model(trained), whole(waves(25, 3)), whole(waves(30)), FEW)
    first = json.dumps(as_json(found), allow_nan=False)
    assert first == json.dumps(as_json(again), allow_nan=False)
    other = EvaluateOptions(**{**vars(FEW), "seed": 1})
    held, known = whole(waves(3, 3)), whole(waves(30))
    value = as_json(evaluate(load_model(trained), held, known, other))
    assert value["novelty"]["made"] != as_json(found)["novelty"]["made"]


def test_everything_is_in_the_json(found: Evaluation) -> None:
    value = as_json(found)
    nats, data = value["nats_per_point"], value["data"]
    conditional = value["model"]["options"]["conditional"]
    held, given_z = nats["held_out"], nats["reconstruction"]
    if conditional:
        assert (held["draws"], held["position"]) == (FEW.draws, None)
        assert given_z["together"] < held["together"] <= held["elbo"]
    else:
        assert given_z is None and held["draws"] == 0
        assert held["together"] == pytest.approx(held["position"] + held["pen"], abs=1e-4)
    assert held["error"] > 0
    assert (value["paper"]["l_kl"] > 0) == conditional
    held = whole(waves(25, 3))
    assert (data["drawings"], data["points"]) == (25, sum(map(len, held)))
    offsets = np.concatenate([d[1:, :2] for d in whole(waves(30))])
    assert data["scale"] == pytest.approx(offsets.std(), rel=1e-4)
    assert set(value["two_sample"]) == {"strokes", "thinned", "pictures"}
    for told in value["two_sample"].values():
        assert told["drawings"] == 24
        assert told["control"]["accuracy"] < 0.85
    assert value["novelty"]["made"]["least"] > 0


def test_the_paper_divides_by_the_n_max_of_training(trained: Path, found: Evaluation) -> None:
    model = load_model(trained)
    assert found.likelihood.paper.n_max == model.statistics.n_max
    longer = evaluate(model, waves(3, 1, 30, 30), [], FEW)
    assert longer.likelihood.paper.n_max == 31


def test_a_model_of_drawings_in_other_units_is_judged_alike(trained: Path) -> None:
    model = load_model(trained)
    held, known = waves(4, 1), waves(12)
    plain = evaluate(model, held, known, FEW)
    options = EvaluateOptions(**{**vars(FEW), "match_scale": True, "unit": 8.0})
    scaled = evaluate(model, times(held, 8.0), times(known, 8.0), options)
    matched = evaluate(model, held, known, EvaluateOptions(**{**vars(FEW), "match_scale": True}))
    assert scaled.data.zoom == pytest.approx(matched.data.zoom / 8)
    one, other = scaled.likelihood, matched.likelihood
    assert one.held_out.together == pytest.approx(other.held_out.together, abs=1e-3)
    placed = 1 - len(held) / sum(map(len, held))
    assert one.in_units - other.in_units == pytest.approx(2 * np.log(8) * placed, abs=1e-3)
    away = evaluate(model, times(held, 8.0), times(known, 8.0), FEW)
    assert any("--match-scale" in str(r) for r in away.warnings)
    assert not any("--match-scale" in str(r) for r in (*plain.warnings, *scaled.warnings))


def test_its_drawings_lie_on_the_grid_of_the_data(trained: Path) -> None:
    model = load_model(trained)
    data = gather(model, whole(waves(5)), [], FEW)
    made = make(model, data, FEW)
    assert data.whole and len(made.drawings) == 24
    assert all((d == np.round(d)).all() for d in made.drawings)
    free = make(model, gather(model, waves(5), [], FEW), FEW)
    assert not all((d == np.round(d)).all() for d in free.drawings)
    assert made.cut == sum(len(d) == 40 for d in made.drawings)


def test_only_the_offsets_to_be_predicted_are_noisy(trained: Path, found: Evaluation) -> None:
    model, held = load_model(trained), whole(waves(25, 3))
    noisy = with_noise(held, 1.0, 0)
    cost = likelihood.costs(model.net, held, noisy, 1 / model.scale)
    known = cost.per_point(found.data.scale / model.scale)
    exact = found.likelihood.reconstruction or found.likelihood.held_out
    assert exact.pen == pytest.approx(known.pen, abs=1e-6)
    assert exact.position == pytest.approx(known.position, abs=1e-6)


def test_its_drawings_have_the_size_of_the_data(trained: Path) -> None:
    model = load_model(trained)
    options = EvaluateOptions(**{**vars(FEW), "match_scale": True})
    plain = make(model, gather(model, waves(5), [], FEW), FEW).drawings
    large = make(model, gather(model, times(waves(5), 8.0), [], options), options).drawings
    ratio = [float(np.abs(b).max() / np.abs(a).max()) for a, b in zip(plain, large, strict=True)]
    assert np.median(ratio) == pytest.approx(8.0, rel=0.2)


def test_copies_are_nearer_than_the_held_out_ones(trained: Path) -> None:
    model, known = load_model(trained), waves(30)
    data = gather(model, waves(20, 3), known, FEW)
    copies = find_nearest(known[:4], data, SILENT)
    strange = [d * np.array((0.3, 5, 1), np.float32) for d in waves(4, 8)]
    others = find_nearest(strange, data, SILENT)
    assert copies is not None and others is not None
    assert (copies.nearer, others.nearer) == (1.0, 0.0)
    assert [n.index for n in copies.samples] == [0, 1, 2, 3]
    assert copies.samples_spread.median < 1e-3 < copies.held_spread.least


def test_the_picture_has_all_three_parts(found: Evaluation) -> None:
    picture = neighbours(found)
    assert picture is not None
    assert picture.width > 800 and picture.height > 1400
    assert (np.asarray(picture.convert("L")) < 100).mean() > 0.002


def test_without_training_drawings_there_is_no_novelty(trained: Path) -> None:
    value = evaluate(load_model(trained), waves(3, 1), [], FEW)
    assert value.novelty is None and neighbours(value) is None
    assert as_json(value)["novelty"] is None
    assert any("no training drawing" in str(r) for r in value.warnings)


def test_one_drawing_is_measured_and_not_told_apart(trained: Path) -> None:
    found = evaluate(load_model(trained), waves(1, 1), waves(30), FEW)
    assert found.tests is None
    assert found.likelihood.held_out.error == 0.0
    (said,) = [str(r) for r in found.warnings if "two-sample" in str(r)]
    assert "1 held-out ones are too few (at least 20 of each)." in said
    json.dumps(as_json(found), allow_nan=False)


def test_held_out_drawings_that_were_trained_on_are_told(trained: Path) -> None:
    known = waves(12)
    found = evaluate(load_model(trained), [known[3], *waves(3, 9)], known, FEW)
    assert "1 held-out drawing: is in the training set too. Split the data set anew." in [
        str(r) for r in found.warnings
    ]


def test_long_and_single_points_are_left_out_and_said(trained: Path) -> None:
    dot = np.array([[0, 0, 1]], np.float32)
    long = waves(1, 2, 5000, 5000)[0]
    found = evaluate(load_model(trained), [*waves(3, 1), dot, long], [], FEW)
    assert len(found.data.held) == 3
    said = " ".join(str(r) for r in found.warnings)
    assert "a single point or none" in said and "more than 40 points" in said


def test_five_thousand_points_can_be_measured(conditional: Path) -> None:
    model = load_model(conditional)
    options = EvaluateOptions(**{**vars(FEW), "max_points": 5000})
    (held,) = gather(model, waves(1, 2, 5000, 5000), [], options).held
    found = likelihood.paper_losses(model.net, [held], 1 / model.scale, 5001, 0)
    assert found.n_max == 5001 and np.isfinite(found.l_r)
    assert np.isfinite(list(stroke_features.numbers(held).values())).all()
    assert novelty.nearest([held], [*waves(3), held])[0].index == 3


def nan() -> Stroke3:
    drawing = waves(1)[0]
    drawing[2, 0] = np.nan
    return drawing


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        ([nan()], "Drawing 0 of the held-out set holds numbers that are not finite"),
        ([], "no drawing to judge by"),
        ([np.array([[0, 0, 1]], np.float32)] * 30, "no drawing to judge by (30 were given"),
        ([waves(1, 0, 41, 50)[0]], "each of 2 to 40 points is used"),
        ([np.zeros((5, 3), np.float32)] * 3, "lie on one spot"),
        ([np.zeros((5, 2), np.float32)], "stroke-3 is (N, 3)"),
    ],
)
def test_bad_drawings_are_one_clear_sentence(
    trained: Path, held: list[Stroke3], reason: str
) -> None:
    with pytest.raises(StrokebookError) as error:
        evaluate(load_model(trained), held, [], FEW)
    assert reason in str(error.value)
    assert error.value.remedy and "\n" not in str(error.value)
