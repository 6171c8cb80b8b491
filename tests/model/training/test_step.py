"""A step's drawings are shared among the threads: the gradients are those of the whole batch."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import Tensor

from strokebook.model.config import ModelOptions
from strokebook.model.data.batches import Epochs
from strokebook.model.data.training_data import prepare
from strokebook.model.networks.sketch_rnn import SketchNet
from strokebook.model.training import step as stepping
from strokebook.model.training.step import Stepper

from tiny import TINY, tiny_training, waves

LOCAL = dataclasses.replace(TINY[False], local_frame=True)
OPTIONS = {"conditional": TINY[True], "decoder": TINY[False], "local frame": LOCAL}


def gradients(
    model: ModelOptions, parts: int, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Tensor]:
    """Of one step in so many parts, with the losses under ``reconstruction`` and ``kl``."""
    monkeypatch.setattr(stepping, "groups_for", lambda rows: parts)
    net = SketchNet(model, torch.Generator().manual_seed(0))
    data = prepare(waves(24), waves(3, 1), 250)
    options = tiny_training(clip_norm=1e9, kl_floor=0.0, kl_start=0.5)
    stepper = Stepper(net, options, data.statistics.n_max, unit=0.1)
    losses = stepper.step(3, Epochs(data.train, 24, 0)[0], 0.0)
    assert losses is not None
    found = {n: p.grad for n, p in net.named_parameters() if p.grad is not None}
    return found | {"reconstruction": torch.tensor(losses[0]), "kl": torch.tensor(losses[1])}


@pytest.mark.parametrize("which", OPTIONS)
def test_parts_of_a_batch_give_the_gradients_of_the_whole(
    which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = gradients(OPTIONS[which], 1, monkeypatch)
    for parts in (2, 3):
        shared = gradients(OPTIONS[which], parts, monkeypatch)
        assert shared.keys() == whole.keys()
        for name, gradient in whole.items():
            near = 1e-4 * float(gradient.abs().max()) + 1e-7
            torch.testing.assert_close(shared[name], gradient, rtol=1e-3, atol=near)


@pytest.mark.parametrize("which", OPTIONS)
def test_the_same_parts_give_the_same_numbers(which: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = (gradients(OPTIONS[which], 2, monkeypatch) for _ in range(2))
    assert all(torch.equal(one[name], two[name]) for name in one)
