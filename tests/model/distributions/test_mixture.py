import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from strokebook.model.distributions import mixture

M = 2


def row(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def test_position_equals_scipy() -> None:
    # pen 3, then π, μx, μy, log σx, log σy, ρ of two Gaussians
    out = row(0, 0, 0, 0.3, -0.2, 1, -1, 0.5, 2, 0.1, -0.4, 0.2, 0.3, 0.9, -1.5)
    nats = mixture.position_nats(mixture.split(out), row(0.7, 0.4))
    weights = np.exp([0.3, -0.2]) / np.exp([0.3, -0.2]).sum()
    density = 0.0
    for k, (mx, my, sx, sy, r) in enumerate([(1, 0.5, 0.1, 0.2, 0.9), (-1, 2, -0.4, 0.3, -1.5)]):
        sx, sy, rho = np.exp(sx), np.exp(sy), np.tanh(r)
        cov = [[sx**2, rho * sx * sy], [rho * sx * sy, sy**2]]
        density += weights[k] * multivariate_normal([mx, my], cov).pdf([0.7, 0.4])
    assert float(nats) == pytest.approx(-np.log(density), rel=1e-9)


@settings(deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e6, width=32), min_size=15, max_size=15),
    st.tuples(*[st.floats(-1e4, 1e4, width=32)] * 2),
)
def test_never_nan_however_extreme(values: list[float], offset: tuple[float, float]) -> None:
    out = torch.tensor(values, dtype=torch.float32)[None, None].requires_grad_()
    targets = torch.tensor([*offset, 1.0, 0, 0])[None, None]
    # the first row has no position loss, so the row is put twice
    costs = mixture.nats(out.expand(2, 1, -1), targets.expand(2, 1, -1), torch.tensor([2]))
    loss = (costs.position + costs.pen).mean()
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(out.grad).all()


def drawing(n: int, rows: int) -> torch.Tensor:
    out = torch.zeros(rows, 5)
    out[:n, :2] = torch.arange(n)[:, None] * 0.1
    out[: n - 1, 2] = 1
    out[n - 1, 3] = 1
    out[n:, 4] = 1
    return out


def test_padding_costs_no_position_and_is_kept_apart() -> None:
    lengths = torch.tensor([3])
    torch.manual_seed(0)
    long = torch.randn(8, 1, mixture.width(M))
    short = mixture.nats(long[:4], drawing(3, 4)[:, None], lengths)
    padded = mixture.nats(long, drawing(3, 8)[:, None], lengths)
    torch.testing.assert_close(short.position, padded.position)
    torch.testing.assert_close(short.pen, padded.pen)
    assert float(short.padding) == 0.0
    assert float(padded.padding) > 0.0


def test_the_end_row_counts_for_the_pen() -> None:
    out = torch.zeros(3, 1, mixture.width(M))
    costs = mixture.nats(out, drawing(2, 3)[:, None], torch.tensor([2]))
    assert float(costs.pen) == pytest.approx(3 * np.log(3))


def test_kl_is_zero_for_the_prior_and_known_elsewhere() -> None:
    zero = torch.zeros(2, 3)
    assert float(mixture.kl_loss(zero, zero)) == 0.0
    assert float(mixture.kl_loss(zero + 2.0, zero)) == pytest.approx(2.0)
