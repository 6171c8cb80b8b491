"""The fixtures themselves: what they say of a net agrees with a decoder that is written out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from engine_fixtures import make_fixtures, nets
from safetensors.numpy import load_file

from strokebook.base.random_streams import RandomStream, generator
from strokebook.model.networks.numpy_decoder import NumpyDecoder, NumpyMixture

NAME = "local-layer_norm-dropout"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fixtures")
    assert make_fixtures(folder, [NAME]) == [NAME]
    return folder


@pytest.fixture(scope="module")
def said(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / f"{NAME}.json").read_text("utf-8")))


def test_every_architecture_is_there() -> None:
    kinds = {
        (o.local_frame, o.decoder_cell, o.conditional, o.z_dropout > 0) for o in nets().values()
    }
    assert len(kinds) == len(nets()) == 15


def test_the_steps_are_those_of_the_decoder_written_out(folder: Path, said: dict[str, Any]) -> None:
    arrays = load_file(folder / f"{NAME}.strokebook.safetensors")
    weights = {n.removeprefix("decoder."): a for n, a in arrays.items() if n[:8] == "decoder."}
    for read in said["read"]:
        assert [r["z"] is None for r in read["runs"]] == [True, False]
        for run in read["runs"]:
            z = None if run["z"] is None else np.array(run["z"])
            decoder, lifted = NumpyDecoder(weights, z), True
            for (dx, dy, pen), step in zip(read["rows"], run["steps"], strict=True):
                np.testing.assert_allclose(decoder.step(dx, dy, lifted), step["pen"], atol=1e-4)
                lifted = pen > 0.5
                same_mixture(decoder.pen_down_mixture(), step["down"])
                same_mixture(decoder.jump_mixture(), step["jump"])


def same_mixture(ours: NumpyMixture, step: dict[str, list[float]]) -> None:
    """Weights, means and covariances within 1e-4 · (1 + |value|)."""
    log_x, log_y, rho = (np.array(step[n]) for n in ("log_x", "log_y", "rho"))
    across = np.tanh(rho) * np.exp(log_x + log_y)
    for found, wanted in (
        (step["weight"], ours.log_weight),
        (step["mean_x"], ours.mean[:, 0]),
        (step["mean_y"], ours.mean[:, 1]),
        (np.exp(2 * log_x), ours.covariance[:, 0, 0]),
        (np.exp(2 * log_y), ours.covariance[:, 1, 1]),
        (across, ours.covariance[:, 0, 1]),
    ):
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-4)


def test_what_was_drawn_is_where_its_rows_lead(said: dict[str, Any]) -> None:
    for drawn in said["sample"]:
        for one in drawn["drawings"]:
            offsets = np.array(one["rows"])[:, :2] * said["statistics"]["scale"]
            points = np.concatenate([np.reshape(s, (-1, 2)) for s in one["strokes"]])
            away = points - np.cumsum(offsets, axis=0)
            assert np.ptp(away, axis=0).max() < 1e-2
            assert 0 <= one["margin"] < 1


def test_the_random_numbers_are_those_of_the_streams(folder: Path) -> None:
    found = json.loads((folder / "random.json").read_text("utf-8"))
    assert set(found["streams"]) == {s.name for s in RandomStream}
    for draw in found["draws"][::5]:
        rng = generator(draw["seed"], RandomStream[draw["stream"]], *draw["key"])
        assert rng.random(8).tolist() == draw["uniform"]
