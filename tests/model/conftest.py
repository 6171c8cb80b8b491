"""Tiny trained models, made once."""

from pathlib import Path

import pytest
import torch

from strokebook.model.training.train import train

from tiny import TINY, tiny_training, waves


@pytest.fixture(scope="session", params=[True, False], ids=["conditional", "decoder-only"])
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny model, trained for a dozen steps."""
    folder = tmp_path_factory.mktemp("model") / "tiny"
    train(waves(20), waves(6, 1), TINY[request.param], tiny_training(), folder)
    return folder


@pytest.fixture(scope="session")
def conditional(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "conditional"
    train(waves(20), waves(6, 1), TINY[True], tiny_training(), folder)
    return folder


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)
