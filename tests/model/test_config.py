import dataclasses

import pytest

from strokebook.base.errors import UsageError
from strokebook.base.options import build
from strokebook.model.config import PRESETS, ModelOptions, TrainOptions, preset_name


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_within_the_limits(name: str) -> None:
    for part in PRESETS[name]:
        assert build(type(part), dataclasses.asdict(part), name) == part


@pytest.mark.parametrize("cls", [ModelOptions, TrainOptions])
def test_every_setting_has_its_comment(cls: type) -> None:
    assert all(len(f.metadata["doc"]) > 10 for f in dataclasses.fields(cls))


def test_paper_is_the_references() -> None:
    model, train = PRESETS["paper"]
    assert (model.encoder, model.decoder, model.z, model.mixtures) == (256, 512, 128, 20)
    assert (train.batch, train.learning_rate, train.clip) == (100, 1e-3, 1.0)
    assert (train.kl_weight, train.kl_floor, train.kl_start) == (0.5, 0.2, 0.01)
    assert model.recurrent_keep == 0.9


@pytest.mark.parametrize("name", ["evening", "quick"])
def test_an_artists_presets_end_within_their_time_and_draw_without_z(name: str) -> None:
    model, train = PRESETS[name]
    assert model.local_frame and not model.conditional
    assert train.ema_decay > 0 and train.target_noise
    assert 0 < train.most_seconds <= 45 * 60


def test_a_former_preset_is_read_with_a_notice(caplog: pytest.LogCaptureFixture) -> None:
    assert preset_name("small", "here") == "quick"
    assert "here: the preset small is called quick now" in caplog.text
    with pytest.raises(UsageError, match="no preset 'smal'"):
        preset_name("smal", "here")


def test_a_misspelt_setting_is_named() -> None:
    with pytest.raises(UsageError, match="learning_rate"):
        build(TrainOptions, {"learning_rat": 0.1}, "strokebook.toml [train]")


def test_minutes_are_a_number_or_the_word_auto() -> None:
    auto = build(TrainOptions, {"minutes": "auto", "patience": 0}, "[train]")
    assert auto.minutes == "auto"
    assert (auto.most_seconds, auto.ends_after) == (40 * 60, 20)
    some = build(TrainOptions, {"minutes": 3, "patience": 4}, "[train]")
    assert (some.minutes, some.most_seconds, some.ends_after) == (3.0, 180.0, 4)
    assert TrainOptions(patience=0).ends_after == 0
    with pytest.raises(UsageError, match=r"'atuo' should be float or 'auto'.*mean 'auto'"):
        build(TrainOptions, {"minutes": "atuo"}, "[train]")
    with pytest.raises(UsageError, match="at least 0"):
        build(TrainOptions, {"minutes": -1}, "[train]")
    with pytest.raises(UsageError, match="should be float or 'auto'"):
        build(TrainOptions, {"minutes": ""}, "[train]")
