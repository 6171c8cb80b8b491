import dataclasses

import pytest
import torch

from strokebook.base.errors import StrokebookError
from strokebook.base.random_streams import RandomStream
from strokebook.model.cells.factory import KINDS
from strokebook.model.cells.noise import Noise
from strokebook.model.data.batches import Batch, batch_of
from strokebook.model.data.packing import Packing
from strokebook.model.distributions import mixture
from strokebook.model.networks.sketch_rnn import Posterior, SketchNet

from tiny import TINY, waves


def net(conditional: bool = True) -> SketchNet:
    return SketchNet(TINY[conditional], torch.Generator().manual_seed(0))


def test_encoder_does_not_see_padding() -> None:
    short, long = waves(2, least=5, most=5)[0], waves(1, least=30, most=30)[0]
    alone, beside = batch_of([short]), batch_of([short, long])
    one = net().encode(alone.targets, alone.lengths)
    two = net().encode(beside.targets, beside.lengths)
    torch.testing.assert_close(one.mean[0], two.mean[0])
    torch.testing.assert_close(one.logvar[0], two.logvar[0])


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
    runs = [
        net().decoder(batch.inputs, z, n)
        for n in (
            None,
            Noise(1, RandomStream.TRAINING),
            Noise(1, RandomStream.TRAINING),
            Noise(2, RandomStream.TRAINING),
        )
    ]
    assert torch.equal(runs[1], runs[2])
    assert not torch.equal(runs[0], runs[1])
    assert not torch.equal(runs[2], runs[3])


def test_decoder_only_has_no_encoder() -> None:
    batch = batch_of(waves(2))
    with pytest.raises(StrokebookError, match="no encoder"):
        net(False).encode(batch.targets, batch.lengths)


def test_posterior_draws_with_its_spread() -> None:
    found = Posterior(torch.full((2000, 1), 3.0), torch.full((2000, 1), 2.0))
    z = found.draw(Noise(0, RandomStream.TRAINING))
    assert float(z.mean()) == pytest.approx(3.0, abs=0.2)
    assert float(z.var()) == pytest.approx(float(torch.tensor(2.0).exp()), rel=0.1)


@pytest.mark.parametrize("kind", KINDS)
def test_training_nats_are_those_of_the_padded_rows(kind: str) -> None:
    options = dataclasses.replace(TINY[True], encoder_cell=kind, decoder_cell=kind)
    made = SketchNet(options, torch.Generator().manual_seed(0))
    batch, z = batch_of(waves(20, most=25)), torch.randn(20, 3)
    position, pen = made.decoder.nats(*batch_parts(batch), z, Noise(1, RandomStream.TRAINING))
    outputs = made.decoder(batch.inputs, z, Noise(1, RandomStream.TRAINING))
    found = mixture.nats(outputs, batch.targets, batch.lengths)
    assert float(position) == pytest.approx(float(found.position.sum()), rel=1e-4)
    assert float(pen) == pytest.approx(float(found.pen.sum()), rel=1e-4)


def batch_parts(batch: Batch) -> tuple[torch.Tensor, ...]:
    return batch.inputs, batch.targets, batch.lengths


@pytest.mark.parametrize("kind", KINDS)
def test_threads_change_no_loss(kind: str) -> None:
    options = dataclasses.replace(TINY[True], encoder_cell=kind, decoder_cell=kind)
    batch, found = batch_of(waves(40, most=25)), []
    for threads in (1, 3):
        torch.set_num_threads(threads)
        made = SketchNet(options, torch.Generator().manual_seed(0))
        noise = Noise(3, RandomStream.TRAINING)
        posterior = made.encode(batch.targets, batch.lengths, noise)
        parts = made.decoder.nats(*batch_parts(batch), posterior.draw(noise), noise)
        sum(parts).backward()
        found.append((sum(parts).detach(), made.decoder.output.weight.grad))
    torch.testing.assert_close(found[0], found[1], rtol=1e-5, atol=1e-4)


def test_masks_keep_their_share_and_depend_on_drawing_and_step_alone() -> None:
    lengths = torch.arange(20, 120)
    one, two = Packing.of(lengths), Packing.of(lengths, 2)
    masks = [Noise(0, RandomStream.TRAINING).dropout(0.9, p, 500) for p in (one, two)]
    assert masks[0] is not None and masks[1] is not None
    assert float(masks[0].kept.float().mean()) == pytest.approx(0.9, abs=0.001)
    assert masks[0].factor == pytest.approx(1 / 0.9, abs=1e-4)
    assert torch.equal(one.unpack(masks[0].kept, 119), two.unpack(masks[1].kept, 119))
    for axis in (0, 1):  # no row and no unit falls more often than chance has it
        share = masks[0].kept.float().mean(axis)
        spread = (0.09 / masks[0].kept.shape[axis]) ** 0.5
        assert float((share - 0.9).abs().max()) < 5.5 * spread
    assert Noise(0, RandomStream.TRAINING).dropout(1.0, one, 3) is None


def test_masks_of_neighbouring_rows_and_units_are_independent() -> None:
    mask = Noise(0, RandomStream.TRAINING).dropout(
        0.5, Packing.full(200, 20, torch.device("cpu")), 500
    )
    assert mask is not None
    signs = mask.kept.float() * 2 - 1
    for shift, axis in ((1, 0), (20, 0), (1, 1), (2, 1)):
        assert abs(float((signs * signs.roll(shift, axis)).mean())) < 5 / 2_000_000**0.5
