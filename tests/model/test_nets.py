import pytest
import torch
from tiny import TINY, waves

from strokebook.base.errors import StrokebookError
from strokebook.model.batches import batch_of
from strokebook.model.nets import Posterior, SketchNet, reverse
from strokebook.model.noise import Noise


def net(conditional: bool = True) -> SketchNet:
    return SketchNet(TINY[conditional], torch.Generator().manual_seed(0))


def test_reverse_turns_each_drawing_and_leaves_its_padding() -> None:
    rows = torch.arange(4.0)[:, None, None].expand(4, 2, 5)
    assert reverse(rows, torch.tensor([3, 4]))[:, :, 0].T.tolist() == [[2, 1, 0, 3], [3, 2, 1, 0]]


def test_encoder_does_not_see_padding() -> None:
    short, long = waves(2, least=5, most=5)[0], waves(1, least=30, most=30)[0]
    alone, beside = batch_of([short]), batch_of([short, long])
    one = net().encode(alone.targets, alone.lengths)
    two = net().encode(beside.targets, beside.lengths)
    torch.testing.assert_close(one.mean[0], two.mean[0])
    torch.testing.assert_close(one.presig[0], two.presig[0])


def test_encoder_sees_first_and_last_point() -> None:
    batch = batch_of(waves(1))
    plain = net().encode(batch.targets, batch.lengths).mean
    for row in (1, int(batch.lengths[0])):
        changed = batch.rows.clone()
        changed[row, 0, 0] += 1
        assert not torch.allclose(plain, net().encode(changed[1:], batch.lengths).mean)


def test_decoder_is_causal() -> None:
    batch = batch_of(waves(2, least=8, most=8))
    z = torch.zeros(2, 3)
    changed = batch.inputs.clone()
    changed[5, :, 0] += 3
    before, after = net().decoder(batch.inputs, z, None), net().decoder(changed, z, None)
    torch.testing.assert_close(before[:5], after[:5])
    assert not torch.allclose(before[5], after[5])


def test_z_reaches_every_step_and_the_initial_state() -> None:
    made = net()
    a, _ = made.decoder.start(1, torch.zeros(1, 3))
    b, offset = made.decoder.start(1, torch.full((1, 3), 50.0))
    assert not torch.allclose(a.hidden, b.hidden)
    assert not torch.allclose(offset, made.decoder.start(1, torch.zeros(1, 3))[1])


def test_dropout_needs_noise_and_repeats_with_its_key() -> None:
    batch = batch_of(waves(2))
    z = torch.zeros(2, 3)
    runs = [net().decoder(batch.inputs, z, n) for n in (None, Noise(1), Noise(1), Noise(2))]
    assert torch.equal(runs[1], runs[2])
    assert not torch.equal(runs[0], runs[1])
    assert not torch.equal(runs[2], runs[3])


def test_decoder_only_has_no_encoder() -> None:
    batch = batch_of(waves(2))
    with pytest.raises(StrokebookError, match="no encoder"):
        net(False).encode(batch.targets, batch.lengths)


def test_posterior_draws_with_its_spread() -> None:
    found = Posterior(torch.full((2000, 1), 3.0), torch.full((2000, 1), 2.0))
    z = found.draw(Noise(0))
    assert float(z.mean()) == pytest.approx(3.0, abs=0.2)
    assert float(z.var()) == pytest.approx(float(torch.tensor(2.0).exp()), rel=0.1)


def test_masks_keep_their_share_and_their_mean() -> None:
    mask = Noise(0).keep(0.9, 400, 500, like=torch.zeros(1))
    assert mask is not None
    assert float((mask > 0).float().mean()) == pytest.approx(0.9, abs=0.005)
    assert float(mask.mean()) == pytest.approx(1.0, abs=0.005)
    assert Noise(0).keep(1.0, 3, like=torch.zeros(1)) is None
