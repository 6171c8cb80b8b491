import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

from strokebook.base.errors import StrokebookError
from strokebook.base.files import digest, write_bytes
from strokebook.base.random_streams import RandomStream
from strokebook.geometry.stroke3 import from_stroke3
from strokebook.model.cells.noise import Noise
from strokebook.model.checkpoints import checkpoint
from strokebook.model.checkpoints.checkpoint import fill, load_model
from strokebook.model.data.batches import Batch, batch_of
from strokebook.model.distributions.inverse_cdf import InverseCdf
from strokebook.model.distributions.local_frame import (
    blurred_nats,
    from_local_frame,
    gaussian_nats,
    to_local_frame,
)
from strokebook.model.distributions.temperature import Temperature
from strokebook.model.interchange.onnx_export import write_onnx
from strokebook.model.interchange.sketchrnn_js_weights import to_browser
from strokebook.model.networks.local_frame_decoder import LocalFrameDecoder
from strokebook.model.networks.sketch_rnn import SketchNet
from strokebook.model.sampling import complete, sample
from strokebook.model.sampling.rollout import PresampledNoise, initial_batch, steps, teacher_force
from strokebook.model.training.train import train

from tiny import TINY, tiny_training, waves

KINDS = ("lstm", "layer_norm", "hyper")


def options(kind: str = "layer_norm", conditional: bool = False):  # type: ignore[no-untyped-def]
    return dataclasses.replace(TINY[conditional], decoder_cell=kind, local_frame=True, mixtures=10)


def net(kind: str = "layer_norm", conditional: bool = False) -> SketchNet:
    return SketchNet(options(kind, conditional), torch.Generator().manual_seed(0))


def drawings() -> list[np.ndarray]:
    return [d * np.array((0.2, 0.2, 1), np.float32) for d in waves(4, least=5, most=20)]


def costs(made: SketchNet, batch: Batch) -> list[torch.Tensor]:
    """Position and pen nats by point, ``(T, B)``."""
    decoder = made.decoder
    assert isinstance(decoder, LocalFrameDecoder)
    given = decoder.start(len(batch.lengths), None)
    packing, *parts = decoder._packed_nats(batch.inputs, batch.targets, batch.lengths, *given, None)
    return [packing.unpack(part, int(batch.lengths.max())) for part in parts]


@pytest.mark.parametrize("kind", KINDS)
def test_step_by_step_is_the_same_as_all_at_once(kind: str) -> None:
    made, batch = net(kind), batch_of([d[:5] for d in drawings()])
    decoder = made.decoder
    assert isinstance(decoder, LocalFrameDecoder)
    with torch.no_grad():
        position, pen = costs(made, batch)
        state, offset = decoder.start(4, None)
        lifted = torch.ones(4, dtype=torch.bool)
        for t, row in enumerate(batch.targets[:5]):
            if t:
                down, jump = (
                    decoder.offset_nats(mixture(state), row[:, :2])
                    for mixture in (decoder.pen_down_mixture, decoder.jump_mixture)
                )
                found = torch.where(lifted, jump, down)
                torch.testing.assert_close(found, position[t], atol=1e-5, rtol=1e-5)
            state = decoder.step(state, offset, row[:, :2], lifted)
            lifted = row[:, 3] > 0.5
            states = torch.full((4,), 2) if t == 4 else lifted.long()
            logits = decoder.pen(state.context)
            found = torch.nn.functional.cross_entropy(logits, states, reduction="none")
            torch.testing.assert_close(found, pen[t], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_later_points_never_change_what_earlier_ones_cost(kind: str) -> None:
    made, batch = net(kind), batch_of([d for d in drawings() if len(d) > 8])
    changed = batch.rows.clone()
    changed[6:, :, :2] += 2.0  # the sixth point and all after it
    changed[7:, :, 2:4] = changed[7:, :, [3, 2]]
    (place, pen), (other, lift) = (
        costs(made, Batch(rows, batch.lengths)) for rows in (batch.rows, changed)
    )
    assert torch.equal(place[:5], other[:5])
    assert torch.equal(pen[:5], lift[:5])
    assert not torch.allclose(place[5], other[5])  # the offset itself was another
    assert not torch.allclose(pen[5], lift[5])  # the pen's state knows of the offset before it


def test_noise_on_targets_alone_leaves_the_pen_and_what_is_read_as_it_is() -> None:
    made, batch = net(), batch_of(drawings())
    decoder, noisy = made.decoder, batch.targets + 0.1
    plain = decoder.costs(batch.inputs, batch.targets, batch.lengths, None)
    found = decoder.costs(batch.inputs, noisy, batch.lengths, None)
    assert torch.equal(plain.pen, found.pen)
    assert not torch.allclose(plain.position, found.position)


def test_going_on_from_the_middle_of_a_drawing() -> None:
    made, rows = net(), batch_of([d[:6] for d in drawings() if len(d) >= 6]).targets[:6]
    decoders = initial_batch(made, rows.shape[1], None)
    once, cost = teacher_force(made, decoders, rows)
    half, first = teacher_force(made, decoders, rows[:3])
    twice, second = teacher_force(made, half, rows[3:])
    torch.testing.assert_close(cost, first + second, atol=1e-4, rtol=1e-5)
    for a, b in zip(once.state, twice.state, strict=True):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-5)


def test_a_stream_weighs_its_rows_as_reading_them_does() -> None:
    made = net()
    made.eval().requires_grad_(False)
    decoders = initial_batch(made, 5, None)
    draws = PresampledNoise.of(3, 5, 12, decoders.row)
    drawn = list(
        steps(made, decoders, draws, Temperature(1.0, 1.0), 100, weighed=True)
    )  # none ends
    rows = torch.from_numpy(np.stack([d.rows for d in drawn]))
    _, cost = teacher_force(made, decoders, rows)
    total = torch.from_numpy(np.sum([d.nats for d in drawn], 0))
    torch.testing.assert_close(total, cost, atol=1e-3, rtol=1e-4)


def test_drawings_end_after_a_lift_and_never_too_soon() -> None:
    made = net()
    decoder = made.decoder
    assert isinstance(decoder, LocalFrameDecoder)
    made.eval().requires_grad_(False)
    decoder.pen.bias[2] = 30.0  # always the end
    decoders = initial_batch(made, 3, None)
    draws = PresampledNoise.of(0, 3, 9, decoders.row)
    rows = np.stack(
        [d.rows for d in steps(made, decoders, draws, Temperature(1.0, 1.0), 4, weighed=True)]
    )
    assert len(rows) == 5
    assert rows[4, :, 4].all()
    assert not rows[:4, :, 4].any()
    assert rows[3, :, 3].all()


def test_offsets_are_drawn_as_their_density_says() -> None:
    """Of every kind of component: the share of draws below the median of a numeric integral."""
    made = net()
    decoder = made.decoder
    assert isinstance(decoder, LocalFrameDecoder)
    count = 4000
    with torch.no_grad():
        decoder.blur.fill_(np.log(0.4))  # ten steps of the grid below
    state, offset = decoder.start(1, None)
    with torch.no_grad():
        for row in torch.tensor([[0.0, 0.0], [0.5, 0.3], [1.0, -0.4]]):
            state = decoder.step(state, offset, row[None], torch.tensor([len(state.path) == 0]))
        for found in (decoder.pen_down_mixture(state), decoder.jump_mixture(state)):
            axis = torch.arange(-12.0, 12.0, 0.04)
            where = torch.stack(torch.meshgrid(axis, axis, indexing="ij"), -1).view(-1, 2)
            parts = [p.expand(len(where), -1) for p in found.components]
            many = found._replace(components=type(found.components)(*parts))
            density = torch.exp(-decoder.offset_nats(many, where)).view(len(axis), -1) * 0.04**2
            assert density.sum() == pytest.approx(1.0, abs=0.02)
            draws = PresampledNoise.of(1, 1, count, state.context)
            copies = type(found.components)(*(p.expand(count, -1) for p in found.components))
            choice = InverseCdf(draws.choice[0], draws.place[0], Temperature(1.0, 1.0), 0, False)
            drawn = choice.offset(copies, found.logistic)
            for side in (0, 1):
                below = density.sum(1 - side).cumsum(0)
                for level in (0.2, 0.5, 0.8):
                    cell = int((below < level).sum())
                    share = (drawn[:, side] < axis[cell] + 0.02).float().mean()
                    assert share == pytest.approx(float(below[cell]), abs=0.03)


def test_turning_back_gives_the_same_density_in_the_pages_frame() -> None:
    seed = torch.Generator().manual_seed(1)
    said = torch.randn(50, 5, 4, generator=seed, dtype=torch.double)
    facing = torch.nn.functional.normalize(torch.randn(50, 2, generator=seed).double())
    offsets = torch.randn(50, 2, generator=seed, dtype=torch.double)
    turned = gaussian_nats(said, to_local_frame(offsets, facing))
    torch.testing.assert_close(turned, gaussian_nats(from_local_frame(said, facing), offsets))


def test_a_blurred_component_is_flat_over_a_unit_and_a_density() -> None:
    said = torch.tensor([[0.3, -9.0], [-0.2, 0.0]], dtype=torch.double).view(1, 2, 2, 1)
    blur = torch.tensor(0.06, dtype=torch.double)
    axis = torch.arange(-9.0, 9.0, 0.01, dtype=torch.double)
    where = torch.stack((torch.full_like(axis, 0.3), axis), 1)
    nats = blurred_nats(said.expand(len(axis), -1, -1, -1), where, blur)[:, 0]
    assert torch.exp(-nats).sum() * 0.01 * 0.06 == pytest.approx(1.0, abs=1e-3)
    aside = torch.tensor([[0.3, 0.1], [0.327, 0.1], [0.34, 0.1]], dtype=torch.double)
    a, b, c = blurred_nats(said.expand(3, -1, -1, -1), aside, blur)[:, 0]
    assert a == pytest.approx(float(b), abs=0.1)
    assert c > a + 3.0


def test_gradients_of_the_densities() -> None:
    seed = torch.Generator().manual_seed(2)
    said = torch.randn(4, 5, 3, generator=seed, dtype=torch.double, requires_grad=True)
    level = torch.randn(4, 2, 2, 3, generator=seed, dtype=torch.double, requires_grad=True)
    offsets = torch.randn(4, 2, generator=seed, dtype=torch.double)
    blur = torch.tensor(0.1, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(lambda s: gaussian_nats(s, offsets), said)
    assert torch.autograd.gradcheck(lambda s, w: blurred_nats(s, offsets, w), (level, blur))


def test_the_training_loss_is_the_sum_of_what_drawings_cost_and_trains_all_weights() -> None:
    batch, made = batch_of(drawings()), net()
    decoder = made.decoder
    decoder.keep = 1.0
    loss = decoder.nats(
        batch.inputs, batch.targets, batch.lengths, None, Noise(0, RandomStream.TRAINING)
    )
    found = decoder.costs(batch.inputs, batch.targets, batch.lengths, None)
    torch.testing.assert_close(loss[0], found.position.sum())
    torch.testing.assert_close(loss[1], found.pen.sum())
    grads = torch.autograd.grad(sum(loss), list(made.parameters()), retain_graph=True)
    for (name, _), grad in zip(made.named_parameters(), grads, strict=True):
        assert grad.abs().max() > 1e-5, name


def test_it_is_refused_where_it_cannot_go(tmp_path: Path) -> None:
    model, sets = options("lstm"), (waves(20), waves(6, 1))
    train(*sets, model, tiny_training(steps=2), tmp_path)
    loaded = load_model(tmp_path)
    with pytest.raises(StrokebookError, match="which SketchRNN's does not"):
        to_browser(loaded, None, "x")
    with pytest.raises(StrokebookError, match="reads more than the last row"):
        write_onnx(loaded, tmp_path / "x.onnx", "x")


@pytest.mark.parametrize("name", ["cell.eye", "eye", "embedding"])
def test_a_net_that_saw_the_page_is_refused_in_one_sentence(name: str, tmp_path: Path) -> None:
    old = {f"net.decoder.{name}.weight": torch.zeros(48, 432)}
    with pytest.raises(StrokebookError, match="sees the ink on its page"):
        fill(net(), old, tmp_path)


@pytest.mark.parametrize("conditional", [False, True])
def test_trains_resumes_is_saved_and_draws(conditional: bool, tmp_path: Path) -> None:
    model, sets = options(conditional=conditional), (waves(20), waves(6, 1))
    once = train(*sets, model, tiny_training(), tmp_path / "once")
    train(*sets, model, tiny_training(steps=6), tmp_path / "twice")
    twice = train(*sets, model, tiny_training(), tmp_path / "twice")
    assert once.steps == twice.steps  # the stop adds a validation, which may be the best
    weights = [checkpoint.read(tmp_path / n, "last").tensors for n in ("once", "twice")]
    for name, tensor in weights[0].items():
        torch.testing.assert_close(weights[1][name], tensor, atol=1e-6, rtol=1e-5)
    loaded = load_model(tmp_path / "once")
    one, two = (sample(loaded, 3, seed=4, max_points=20) for _ in range(2))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a.points, b.points)
    start = from_stroke3(waves(1)[0][:5])
    for ending in complete(loaded, start, 2, max_points=8):
        np.testing.assert_array_equal(ending.points[: start.n_points], start.points)
        assert ending.n_points > start.n_points


def test_a_folder_of_an_earlier_version_loads_and_trains_on(tmp_path: Path) -> None:
    """Its tensors have other names, and its config says "seeing"."""
    sets = waves(20), waves(6, 1)
    train(*sets, options(), tiny_training(steps=6), tmp_path / "now")
    shutil.copytree(tmp_path / "now", tmp_path / "before")
    for which in ("best", "last"):
        _make_older(tmp_path / "before", which)
    drawn = [sample(load_model(tmp_path / n), 2, seed=4, max_points=20) for n in ("now", "before")]
    for a, b in zip(*drawn, strict=True):
        np.testing.assert_array_equal(a.points, b.points)
    for name in ("now", "before"):
        train(*sets, options(), tiny_training(), tmp_path / name)
    now, before = (checkpoint.read(tmp_path / n, "last") for n in ("now", "before"))
    assert now.loop["step"] == before.loop["step"] > 6
    assert before.tensors.keys() == now.tensors.keys()
    assert all(torch.equal(before.tensors[n], now.tensors[n]) for n in now.tensors)


def _make_older(folder: Path, which: str) -> None:
    """Write a checkpoint as the version before the names of the field did."""
    path = folder / f"{which}.json"
    value = json.loads(path.read_text())
    tensors = safetensors.torch.load_file(folder / value["weights"])
    older = {}
    for name, tensor in tensors.items():
        for before, now in checkpoint.FORMER_NAMES.items():
            name = name.replace(now, before)
        older[name] = tensor
    assert len(older.keys() - tensors.keys()) >= 4
    data = safetensors.torch.save(older)
    write_bytes(folder / value["weights"], data)
    value["digest"] = digest(data)
    value["model"]["seeing"] = value["model"].pop("local_frame")
    write_bytes(path, json.dumps(value).encode())
