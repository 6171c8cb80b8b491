import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from strokebook.model.distributions import mixture
from strokebook.model.kernels import output_loss

R, H, M = 30, 6, 3
WIDTH = mixture.width(M)


def make_arguments(kind: torch.dtype, size: float = 1.0) -> tuple[Tensor, ...]:
    torch.manual_seed(0)
    hiddens, weight, bias = torch.randn(R, H), torch.randn(WIDTH, H) * size, torch.randn(WIDTH)
    targets = torch.zeros(R, 5)
    targets[:, :2] = torch.randn(R, 2)
    targets[torch.arange(R), 2 + torch.randint(0, 3, (R,))] = 1
    leaves = [t.to(kind).requires_grad_() for t in (hiddens, weight, bias)]
    return *leaves, targets.to(kind), torch.rand(R) < 0.7


def plain(hiddens: Tensor, weight: Tensor, bias: Tensor, targets: Tensor, placed: Tensor):
    parameters = mixture.split(hiddens @ weight.T + bias)
    position = torch.where(placed, mixture.position_nats(parameters, targets[:, :2]), 0.0)
    return position.sum(), mixture.pen_nats(parameters, targets).sum()


@pytest.mark.parametrize("size", [1.0, 8.0])  # the larger one passes the limits of σ and ρ
@pytest.mark.parametrize(("kind", "close"), [(torch.float64, 1e-9), (torch.float32, 2e-4)])
def test_nats_and_gradients_are_those_of_the_readable_form(
    kind: torch.dtype, close: float, size: float
) -> None:
    results = []
    for way in (plain, output_loss.nats):
        leaves = make_arguments(kind, size)
        position, pen = way(*leaves)
        (0.3 * position + 0.7 * pen).backward()
        results.append([position, pen, *(leaf.grad for leaf in leaves[:3])])
    for wanted, got in zip(*results, strict=True):
        torch.testing.assert_close(got, wanted, rtol=close, atol=close * float(wanted.abs().max()))


def test_gradcheck() -> None:
    assert torch.autograd.gradcheck(output_loss.nats, make_arguments(torch.float64))


def test_chunks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [float(v) for v in output_loss.nats(*make_arguments(torch.float64))]
    monkeypatch.setattr(output_loss, "CHUNK", 7)
    assert [float(v) for v in output_loss.nats(*make_arguments(torch.float64))] == pytest.approx(
        whole
    )


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=WIDTH, max_size=WIDTH))
def test_never_nan_however_extreme(values: list[float]) -> None:
    bias = torch.tensor(values).requires_grad_()
    targets = torch.tensor([[1e4, -1e4, 0, 1, 0]])
    weight = torch.zeros(WIDTH, H, requires_grad=True)
    position, pen = output_loss.nats(torch.zeros(1, H), weight, bias, targets, torch.tensor([True]))
    (position + pen).backward()
    assert torch.isfinite(position + pen)
    assert torch.isfinite(bias.grad).all()
