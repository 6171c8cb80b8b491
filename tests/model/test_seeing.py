import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import TINY, tiny_training, waves

from strokebook.geometry.stroke3 import from_stroke3
from strokebook.model import mixture
from strokebook.model.batches import batch_of
from strokebook.model.checkpoint import load_model
from strokebook.model.nets import SketchNet
from strokebook.model.noise import Noise
from strokebook.model.pen import follow, fresh
from strokebook.model.sampling import complete, sample
from strokebook.model.seeing import along, upright
from strokebook.model.training import train

KINDS = ("lstm", "layer_norm", "hyper")


def options(kind: str = "layer_norm", conditional: bool = False):  # type: ignore[no-untyped-def]
    return dataclasses.replace(TINY[conditional], decoder_cell=kind, seeing=True)


def net(kind: str = "layer_norm", conditional: bool = False) -> SketchNet:
    return SketchNet(options(kind, conditional), torch.Generator().manual_seed(0))


def drawings() -> list[np.ndarray]:
    return [d * np.array((0.2, 0.2, 1), np.float32) for d in waves(4, least=5, most=20)]


@pytest.mark.parametrize("kind", KINDS)
def test_step_by_step_is_the_same_as_all_at_once(kind: str) -> None:
    made, rows = net(kind), batch_of(drawings()).inputs
    with torch.no_grad():
        whole = made.decoder(rows, None, None)
        state, offset = made.decoder.start(rows.shape[1], None)
        for row, wanted in zip(rows, whole, strict=True):
            state = made.decoder.cell.step(row, state, offset)
            found = made.decoder.output(made.decoder.cell.output(state))
            torch.testing.assert_close(found, wanted, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_later_points_never_change_earlier_outputs(kind: str) -> None:
    made, rows = net(kind), batch_of(drawings()).inputs
    changed = rows.clone()
    changed[4:, :, :2] += 2.0
    before, after = made.decoder(rows, None, None), made.decoder(changed, None, None)
    assert torch.equal(before[:4], after[:4])
    assert not torch.allclose(before[4], after[4])


def test_it_sees_more_than_the_last_rows() -> None:
    """Far back in the page a line moves: an inner state that forgot all would not tell."""
    made = net()
    rows = batch_of(drawings()).inputs
    moved = rows.clone()
    moved[2, :, :2] += 1.0
    cell = made.decoder.cell
    a, b = (cell.see(page, len(page) - 1) for page in (rows, moved))  # type: ignore[attr-defined]
    assert not torch.allclose(a, b)


def test_going_on_from_the_middle_of_a_page() -> None:
    made, rows = net(), batch_of([d[:6] for d in drawings() if len(d) >= 6]).targets[:6]
    hand = fresh(made, rows.shape[1], None)
    once, _ = follow(made, hand, rows)
    half, _ = follow(made, hand, rows[:3])
    twice, _ = follow(made, half, rows[3:])
    for a, b in zip(once.state, twice.state, strict=True):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-5)


def test_a_turned_mixture_gives_the_same_density_upright() -> None:
    seed = torch.Generator().manual_seed(1)
    outputs = torch.randn(50, mixture.width(4), generator=seed, dtype=torch.double)
    before = torch.randn(50, 5, generator=seed, dtype=torch.double)
    before[:25, 3], before[25:, 3] = 0.0, 1.0
    offsets = torch.randn(50, 2, generator=seed, dtype=torch.double)
    found = mixture.split(outputs)
    halves = [
        mixture.position_nats(mixture.Mixture(found.pen, *(f[:, part] for f in found[1:])), where)
        - torch.logsumexp(found.weight[:, part], 1)
        for part, where in ((slice(2), along(offsets, before)), (slice(2, 4), offsets))
    ]
    turned = torch.logsumexp(found.weight, 1) - torch.logaddexp(-halves[0], -halves[1])
    facing = torch.tensor([[1.0, 0.0]], dtype=torch.double).repeat(50, 1)
    facing[:25] = before[:25, :2]
    plain = mixture.position_nats(mixture.split(upright(outputs, facing)), offsets)
    torch.testing.assert_close(turned, plain)


def test_a_quarter_turn_swaps_the_axes_of_the_first_half() -> None:
    outputs = torch.zeros(mixture.width(2))
    given = torch.tensor([2.0, 1.0, 0.5, -0.5, 0.7])
    outputs[5:] = given.repeat_interleave(2)
    found = mixture.split(upright(outputs, torch.tensor([0.0, 1.0])))
    first, second = torch.stack(found[2:]).unbind(1)
    torch.testing.assert_close(first, torch.tensor([-1.0, 2.0, -0.5, 0.5, -0.7]))
    torch.testing.assert_close(second, given)


def test_gradients_of_turning() -> None:
    seed = torch.Generator().manual_seed(2)
    outputs = torch.randn(6, mixture.width(2), generator=seed, dtype=torch.double)
    facing = torch.randn(6, 2, generator=seed, dtype=torch.double)
    assert torch.autograd.gradcheck(lambda o: upright(o, facing), outputs.requires_grad_())


def test_training_loss_and_gradients_are_those_of_the_plain_way() -> None:
    batch, made = batch_of(drawings()), net()
    made.decoder.keep = 1.0
    quick = made.decoder.nats(batch.inputs, batch.targets, batch.lengths, None, Noise(0))
    weights = list(made.parameters())
    fast = torch.autograd.grad(sum(quick), weights)
    found = mixture.nats(made.decoder(batch.inputs, None, None), batch.targets, batch.lengths)
    plain = found.position.sum(), found.pen.sum()
    slow = torch.autograd.grad(sum(plain), weights)
    torch.testing.assert_close(quick, plain, atol=1e-3, rtol=1e-5)
    for a, b in zip(fast, slow, strict=True):
        torch.testing.assert_close(a, b, atol=2e-3, rtol=1e-3)
    eye = made.decoder.cell.eye.weight  # type: ignore[attr-defined]
    (gradient,) = torch.autograd.grad(
        made.decoder.nats(batch.inputs, batch.targets, batch.lengths, None, Noise(0))[0], eye
    )
    assert gradient.abs().max() > 1e-3


@pytest.mark.parametrize("conditional", [False, True])
def test_trains_resumes_is_saved_and_draws(conditional: bool, tmp_path: Path) -> None:
    model, sets = options(conditional=conditional), (waves(20), waves(6, 1))
    once = train(*sets, model, tiny_training(), tmp_path / "once")
    train(*sets, model, tiny_training(steps=6), tmp_path / "twice")
    twice = train(*sets, model, tiny_training(), tmp_path / "twice")
    assert once.best is not None
    assert twice.best is not None
    assert once.best.per_point == pytest.approx(twice.best.per_point, abs=1e-6)
    loaded = load_model(tmp_path / "once")
    one, two = (sample(loaded, 3, seed=4, max_points=20) for _ in range(2))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a.points, b.points)
    start = from_stroke3(waves(1)[0][:5])
    for ending in complete(loaded, start, 2, max_points=8):
        np.testing.assert_array_equal(ending.points[: start.n_points], start.points)
        assert ending.n_points > start.n_points
