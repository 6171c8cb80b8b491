"""Renamed settings: old files are read, with a notice; cache keys stay."""

from __future__ import annotations

import logging

import pytest

from strokebook.base.errors import UsageError
from strokebook.base.former_names import FORMER_NAMES
from strokebook.base.options import build
from strokebook.dataset.options import DatasetOptions
from strokebook.pipeline.settings import Settings, fingerprint
from strokebook.vision.composition.composition import NEVER, CompositionOptions


def test_a_former_name_is_read_with_a_notice(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        options = build(DatasetOptions, {"budget": 99}, "strokebook.toml [dataset] of this test")
    assert options.point_budget == 99
    assert "budget is called point_budget now" in caplog.text


def test_a_former_name_beside_the_present_one_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown setting 'budget'"):
        build(DatasetOptions, {"budget": 99, "point_budget": 98}, "here")


def test_keys_of_old_projects_stay() -> None:
    # As computed before these settings were renamed.
    former_rule = DatasetOptions(
        low_percentile=5.0,
        high_percentile=95.0,
        outlier_fence=0.0,
        min_drawings_to_cut=20,
        step=0.0,
    )
    assert fingerprint(former_rule) == "3d8068a33cead97c"
    assert (
        fingerprint(CompositionOptions(max_turns=50.0, drop_certainty=NEVER)) == "986a9a951849c338"
    )


def test_every_present_name_is_a_setting() -> None:
    sections = {type(section).__name__: section for section in vars(Settings()).values()}
    for cls, names in FORMER_NAMES.items():
        for present, former in names.items():
            assert hasattr(sections[cls], present)
            assert not any(hasattr(sections[cls], name) for name in former)
