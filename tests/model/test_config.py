import dataclasses

import pytest

from strokebook.base.errors import UsageError
from strokebook.base.options import build
from strokebook.model.config import PRESETS, ModelOptions, TrainOptions


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_within_the_limits(name: str) -> None:
    for part in PRESETS[name]:
        assert build(type(part), dataclasses.asdict(part), name) == part


@pytest.mark.parametrize("cls", [ModelOptions, TrainOptions])
def test_every_setting_has_its_comment(cls: type) -> None:
    assert all(len(f.metadata["doc"]) > 10 for f in dataclasses.fields(cls))


def test_standard_is_the_references() -> None:
    model, train = PRESETS["standard"]
    assert (model.encoder, model.decoder, model.z, model.mixtures) == (256, 512, 128, 20)
    assert (train.batch, train.learning_rate, train.clip) == (100, 1e-3, 1.0)
    assert (train.kl_weight, train.kl_floor, train.kl_start) == (0.5, 0.2, 0.01)
    assert model.recurrent_keep == 0.9


def test_large_is_the_papers() -> None:
    model, train = PRESETS["large"]
    assert (model.encoder, model.decoder) == (512, 2048)
    assert (model.encoder_cell, model.decoder_cell) == ("layer_norm", "hyper")
    assert train.learning_rate == 1e-4


def test_small_is_done_with_its_schedule_when_it_ends() -> None:
    train = PRESETS["small"].train
    assert train.learning_rate_decay**train.steps < 0.15
    assert train.kl_rate**train.steps < 0.05
    assert train.minutes <= 2.5


def test_a_misspelt_setting_is_named() -> None:
    with pytest.raises(UsageError, match="learning_rate"):
        build(TrainOptions, {"learning_rat": 0.1}, "strokebook.toml [train]")


def test_minutes_are_a_number_or_the_word_auto() -> None:
    auto = build(TrainOptions, {"minutes": "auto", "patience": 0}, "[train]")
    assert auto.minutes == "auto"
    assert (auto.most_seconds, auto.ends_after) == (45 * 60, 20)
    some = build(TrainOptions, {"minutes": 3, "patience": 4}, "[train]")
    assert (some.minutes, some.most_seconds, some.ends_after) == (3.0, 180.0, 4)
    assert TrainOptions(patience=0).ends_after == 0
    with pytest.raises(UsageError, match=r"'atuo' should be float or 'auto'.*mean 'auto'"):
        build(TrainOptions, {"minutes": "atuo"}, "[train]")
    with pytest.raises(UsageError, match="at least 0"):
        build(TrainOptions, {"minutes": -1}, "[train]")
    with pytest.raises(UsageError, match="should be float or 'auto'"):
        build(TrainOptions, {"minutes": ""}, "[train]")
