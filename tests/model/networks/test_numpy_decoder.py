import dataclasses

import numpy as np
import pytest
import torch

from strokebook.model.data.batches import batch_of
from strokebook.model.networks.local_frame_decoder import LocalFrameDecoder
from strokebook.model.networks.numpy_decoder import NumpyDecoder, nats
from strokebook.model.networks.sketch_rnn import SketchNet
from strokebook.model.training.step import Stepper

from tiny import TINY, tiny_training, waves


def trained(kind: str, conditional: bool) -> SketchNet:
    """A net after some steps, so that none of its weights is what it began with."""
    options = dataclasses.replace(
        TINY[conditional], decoder_cell=kind, local_frame=True, mixtures=11
    )
    net = SketchNet(options, torch.Generator().manual_seed(0))
    stepper = Stepper(net, tiny_training(learning_rate=0.02), 30)
    for step in range(12):
        drawings = [d * np.array((0.2, 0.2, 1), np.float32) for d in waves(8, step)]
        assert stepper.step(step, batch_of(drawings), 1.0) is not None
    return net


@pytest.mark.parametrize("kind", ["lstm", "layer_norm"])
@pytest.mark.parametrize("conditional", [False, True])
def test_it_says_what_the_trained_net_says(kind: str, conditional: bool) -> None:
    net = trained(kind, conditional).double()
    decoder = net.decoder
    assert isinstance(decoder, LocalFrameDecoder)
    weights = {name: value.numpy() for name, value in decoder.state_dict().items()}
    z = np.linspace(-1, 1, net.options.z) if conditional else None
    plain = NumpyDecoder(weights, z)
    drawing = waves(1, 5, least=9, most=20)[0] * np.array((0.2, 0.2, 1), np.float32)
    drawing[[3, 6], 2] = 1.0
    given = None if z is None else torch.from_numpy(z)[None]
    with torch.no_grad():
        state, offset = decoder.start(1, given)
        begins, jumped = True, 0
        for n, (dx, dy, lift) in enumerate(drawing.astype(np.float64)):
            if n:
                mixtures = (decoder.jump_mixture, plain.jump_mixture) if begins else (
                    decoder.pen_down_mixture, plain.pen_down_mixture)  # fmt: skip
                jumped += begins
                point = torch.tensor([[dx, dy]], dtype=torch.float64)
                known = decoder.offset_nats(mixtures[0](state), point)
                found = nats(mixtures[1](), np.array((dx, dy)), float(decoder.blur))
                assert found == pytest.approx(float(known), abs=1e-6)
            row = torch.tensor([[dx, dy]], dtype=torch.float64)
            state = decoder.step(state, offset, row, torch.tensor([begins]))
            logits = plain.step(dx, dy, begins)
            np.testing.assert_allclose(logits, decoder.pen(state.context)[0], atol=1e-9)
            begins = lift > 0.5
    assert jumped >= 2
