import pytest
import torch

from strokebook.model.networks.decoder_state import path_geometry
from strokebook.model.networks.pointer import Pointer, relate


def example(batch: int = 3, count: int = 9, jumps: int = 7):  # type: ignore[no-untyped-def]
    seed = torch.Generator().manual_seed(0)
    path = torch.randn(count, batch, 3, generator=seed)
    path[..., 2] = (path[..., 2] > 0.7).float()
    path[0, :, 2] = 1.0
    slots = torch.randperm(count * batch, generator=seed).view(count, batch)
    step = torch.randint(0, count, (jumps,), generator=seed)
    drawing = torch.randint(0, batch, (jumps,), generator=seed)
    pointer = Pointer(6, 5, seed)
    torch.nn.init.normal_(pointer.output.weight, generator=seed)
    query, keys = (
        torch.randn(jumps, 5, generator=seed),
        torch.randn(count * batch, 5, generator=seed),
    )
    targets = torch.randn(jumps, 2, generator=seed)
    return pointer, query, keys, path_geometry(path, slots, step, drawing), targets


def test_compiled_and_plain_nats_and_gradients_are_the_same() -> None:
    pointer, query, keys, geometry, targets = example()
    inputs = [query.requires_grad_(), keys.requires_grad_(), pointer.relation]
    inputs += [pointer.output.weight, pointer.output.bias]
    factor = torch.linspace(0.5, 2.0, len(query))
    results = []
    for way in (pointer.nats, pointer.plain_nats):
        nats = way(query, keys, geometry, targets)
        results.append([nats, *torch.autograd.grad((nats * factor).sum(), inputs)])
    for a, b in zip(*results, strict=True):
        torch.testing.assert_close(a, b, atol=2e-4, rtol=2e-4)


def test_gradients_of_the_plain_way() -> None:
    pointer, query, keys, geometry, targets = example(jumps=3)
    pointer.double()
    geometry = geometry._replace(
        places=geometry.places.double(),
        begins=geometry.begins.double(),
        strokes=geometry.strokes.double(),
    )
    inputs = query.double().requires_grad_(), keys.double().requires_grad_()
    assert torch.autograd.gradcheck(
        lambda q, k: pointer.plain_nats(q, k, geometry, targets.double()), inputs
    )


def test_it_is_a_density() -> None:
    pointer, query, keys, geometry, _ = example(batch=1, jumps=1)
    geometry = geometry._replace(step=torch.tensor([4]), drawing=torch.tensor([0]))
    axis = torch.arange(-30.0, 30.0, 0.05)
    targets = torch.stack(torch.meshgrid(axis, axis, indexing="ij"), -1).view(-1, 2)
    count = len(targets)
    many = geometry._replace(
        step=geometry.step.expand(count), drawing=geometry.drawing.expand(count)
    )
    with torch.no_grad():
        pointer.output.bias[3:] = 0.0
        pointer.output.weight[3:] = 0.0
        nats = pointer.nats(query.expand(count, -1).contiguous(), keys, many, targets)
    assert torch.exp(-nats).sum() * 0.05**2 == pytest.approx(1.0, abs=1e-3)


def test_points_after_the_jump_do_not_matter() -> None:
    pointer, query, keys, geometry, targets = example()
    later = torch.arange(len(geometry.places))[:, None] > geometry.step.max()
    geometry = geometry._replace(step=geometry.step.clamp_max(5))
    changed = geometry._replace(places=geometry.places + 3.0 * (torch.arange(9) > 5)[:, None, None])
    before, after = (pointer.nats(query, keys, where, targets) for where in (geometry, changed))
    assert torch.equal(before, after)
    assert later.shape == (9, 1)


def test_relations_of_a_small_page() -> None:
    path = torch.tensor([[0.0, 0, 1], [3, 4, 0], [1, 0, 1]])[:, None]
    zero = torch.zeros(1, dtype=torch.long)
    geometry = path_geometry(path, torch.arange(3)[:, None], zero + 2, zero)
    results = relate(geometry, zero + 2, zero + 1, zero)[0]
    assert results[:2].tolist() == pytest.approx([-0.15, 0.0])
    assert results[4:9].tolist() == pytest.approx(
        [0.0, 1.0, 0.0, float(torch.tensor(2.0).log()), 1.0]
    )
