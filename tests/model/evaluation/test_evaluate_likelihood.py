from __future__ import annotations

import dataclasses
from math import log, pi
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.distributions import Categorical, MixtureSameFamily, MultivariateNormal, Normal

from strokebook.base.random_streams import RandomStream
from strokebook.model.checkpoints.checkpoint import SketchModel, load_model
from strokebook.model.data.target_noise import with_noise
from strokebook.model.distributions import mixture
from strokebook.model.evaluation import likelihood
from strokebook.model.networks.sketch_rnn import Posterior, SketchNet
from strokebook.model.training.validation import score

from tiny import waves


@pytest.fixture(scope="module")
def model(trained: Path) -> SketchModel:
    return load_model(trained)


def scaled(drawings: list[np.ndarray], factor: float) -> list[np.ndarray]:
    return [d * np.array((factor, factor, 1), np.float32) for d in drawings]


def test_plain_nats_are_those_of_validation(model: SketchModel) -> None:
    held = waves(9, 5)
    found = likelihood.costs(model.net, held, held, 1 / model.scale, 0).per_point(1.0)
    known = score(model.net, scaled(held, 1 / model.scale), 13, 4, 0)
    loose = 1e-5 if model.net.encoder is None else 0.05  # z is drawn anew
    assert found.position == pytest.approx(known.position, abs=loose)
    assert found.pen == pytest.approx(known.pen, abs=loose)
    assert found.together == pytest.approx(found.position + found.pen)


def literal(model: SketchModel, rows: np.ndarray, z: Tensor | None, n_max: int) -> list[float]:
    """L_s and L_p of one drawing, row by row, as the paper writes them."""
    stroke5 = torch.zeros(n_max + 1, 1, 5)
    stroke5[0, 0, 2] = 1
    for n in range(n_max):
        if n < len(rows):
            stroke5[n + 1, 0, :2] = torch.tensor(rows[n, :2]) / model.scale
            stroke5[n + 1, 0, 3 if rows[n, 2] else 2] = 1
        else:
            stroke5[n + 1, 0, 4] = 1
    with torch.no_grad():
        found = mixture.split(model.net.decoder(stroke5[:-1], z, None)[:, 0].double())
    l_s = l_p = 0.0
    for n in range(n_max):
        pens = torch.softmax(found.pen[n], 0)
        l_p -= float((stroke5[n + 1, 0, 2:] * pens.log()).sum())
        if 0 < n < len(rows):
            sx, sy = found.log_sigma_x[n].exp(), found.log_sigma_y[n].exp()
            across = torch.tanh(found.rho[n]) * sx * sy
            cov = torch.stack((sx * sx, across, across, sy * sy), -1).reshape(-1, 2, 2)
            means = torch.stack((found.mean_x[n], found.mean_y[n]), -1)
            density = MixtureSameFamily(
                Categorical(logits=found.weight[n]), MultivariateNormal(means, cov)
            )
            l_s -= float(density.log_prob(stroke5[n + 1, 0, :2].double()))
    return [l_s / n_max, l_p / n_max]


def test_the_papers_losses_written_out(model: SketchModel) -> None:
    drawing, n_max = waves(1, 3)[0], 20
    found = likelihood.paper_losses(model.net, [drawing], 1 / model.scale, n_max, 4)
    z, l_kl = None, 0.0
    if model.net.encoder is not None:
        rows = next(likelihood.batches([drawing], 1 / model.scale))
        with torch.no_grad():
            posterior = model.net.encode(rows.targets, rows.lengths)
        noise = likelihood.Noise(4, RandomStream.POSTERIOR)
        mean, logvar = posterior.mean[0].double(), posterior.logvar[0].double()
        z = posterior.draw(noise)
        l_kl = float(-(1 + logvar - mean**2 - logvar.exp()).sum() / (2 * len(mean)))
    l_s, l_p = literal(model, drawing, z, n_max)
    assert found.l_s == pytest.approx(l_s, rel=1e-5)
    assert found.l_p == pytest.approx(l_p, rel=1e-5)
    assert found.l_r == pytest.approx(l_s + l_p, rel=1e-5)
    assert found.l_kl == pytest.approx(l_kl, rel=1e-5, abs=1e-7)
    assert found.n_max == n_max


def test_padding_counts_in_the_papers_loss_only(model: SketchModel) -> None:
    held = waves(4)
    short, long = (
        likelihood.paper_losses(model.net, held, 1 / model.scale, n, 0) for n in (13, 60)
    )
    assert long.l_s * 60 == pytest.approx(short.l_s * 13, rel=1e-5)
    assert long.l_p * 60 > short.l_p * 13


def test_offsets_in_another_unit_change_the_density_by_its_area(model: SketchModel) -> None:
    held = waves(5)
    found = likelihood.costs(model.net, held, held, 1 / model.scale)
    one, ten = found.per_point(1.0), found.per_point(10.0)
    placed = sum(len(d) - 1 for d in held) / sum(len(d) for d in held)
    assert one.position - ten.position == pytest.approx(2 * log(10) * placed)
    assert one.pen == ten.pen


def test_noise_is_one_unit_wide_and_the_same_for_all(model: SketchModel) -> None:
    held = waves(400)
    noisy = with_noise(held, 2.0, 3)
    added = np.concatenate([(b - a)[1:, :2] for a, b in zip(held, noisy, strict=True)])
    assert np.abs(added).max() <= 1.0 + 1e-5
    assert added.var() == pytest.approx(2.0**2 / 12, rel=0.05)
    assert all((b[0] == a[0]).all() for a, b in zip(held, noisy, strict=True))
    assert all((b[:, 2] == a[:, 2]).all() for a, b in zip(held, noisy, strict=True))
    again = with_noise(held[:7], 2.0, 3)
    assert all(np.array_equal(a, b) for a, b in zip(noisy, again, strict=False))
    other = with_noise(held[:7], 2.0, 4)
    assert not np.array_equal(noisy[0], other[0])


def test_noise_takes_the_reward_from_a_spike_on_whole_coordinates() -> None:
    """A density that is narrow on the grid is praised for plain data and not for noisy data."""
    held = [np.array([[0, 0, 0], [5, 0, 0], [5, 0, 1]], np.float32)] * 40

    def together(log_sigma: float) -> tuple[float, float]:
        net = flat_net(mean=5.0, log_sigma=log_sigma)
        noisy = with_noise(held, 1.0, 0)
        plain = likelihood.costs(net, held, held, 1.0).per_point(1.0).position
        return plain, likelihood.costs(net, noisy, noisy, 1.0).per_point(1.0).position

    narrow, wide = together(-4.0), together(-1.0)
    assert narrow[0] < wide[0]
    assert narrow[1] > wide[1] > 0


def flat_net(
    mean: float = 0.0, log_sigma: float = 0.0, posterior: Posterior | None = None
) -> object:
    """A net that always says the same, and whose posterior is always the same."""

    def costs(rows: Tensor, targets: Tensor, lengths: Tensor, z: Tensor | None) -> mixture.Nats:
        one = torch.tensor([0.0, 0, 0, 0, mean, 0.0, log_sigma, log_sigma, 0.0])
        return mixture.nats(one.expand(*rows.shape[:2], 9), targets, lengths)

    def encode(rows: Tensor, lengths: Tensor) -> Posterior:
        assert posterior is not None
        return Posterior(*(p.expand(len(lengths), -1) for p in posterior))

    encoder = None if posterior is None else object()
    decoder = SimpleNamespace(costs=costs)
    return SimpleNamespace(
        decoder=decoder,
        encode=encode,
        encoder=encoder,
        draws_without_z=encoder is None,
        device=torch.device("cpu"),
    )


def test_the_bounds_of_a_net_that_does_not_use_z() -> None:
    """Its drawings cost the same whatever z: the weighted bound finds that, the other adds KL."""
    posterior = Posterior(torch.tensor([[0.3, -0.2]]), torch.tensor([[-0.3, 0.1]]))
    net, held = flat_net(posterior=posterior), waves(30)
    exact = likelihood.costs(net, held, held, 1.0).per_point(1.0).together  # type: ignore[arg-type]
    found = likelihood.held_out_nats(net, held, held, 1.0, 1.0, 4000, 0)  # type: ignore[arg-type]
    q = Normal(posterior.mean, torch.exp(0.5 * posterior.logvar))
    kl = float(torch.distributions.kl_divergence(q, Normal(0.0, 1.0)).sum())
    points = sum(len(d) for d in held) / len(held)
    assert found.elbo == pytest.approx(exact + kl / points, rel=1e-5)
    assert found.together == pytest.approx(exact, abs=0.1 * kl / points)


def test_one_draw_makes_both_bounds_alike_on_average(conditional: Path) -> None:
    model = load_model(conditional)
    held = waves(200)
    one, many = (
        likelihood.held_out_nats(model.net, held, held, 1 / model.scale, 1.0, draws, 0)
        for draws in (1, 30)
    )
    assert one.elbo is not None and many.elbo is not None
    assert one.together == pytest.approx(one.elbo, abs=0.03)
    assert many.together <= many.elbo


def test_a_model_without_z_needs_no_bound() -> None:
    net, held = flat_net(), waves(2)
    found = likelihood.held_out_nats(net, held, held, 1.0, 1.0, 3, 0)  # type: ignore[arg-type]
    exact = likelihood.costs(net, held, held, 1.0).per_point(1.0)  # type: ignore[arg-type]
    assert (found.together, found.draws, found.elbo) == (exact.together, 0, None)


def test_a_model_that_learnt_to_do_without_z_is_judged_without(conditional: Path) -> None:
    model, held = load_model(conditional), waves(3)
    options = dataclasses.replace(model.options, z_dropout=0.5)
    net = SketchNet(options)
    net.load_state_dict(model.net.state_dict())
    found = likelihood.held_out_nats(net, held, held, 1 / model.scale, 1.0, 3, 0)
    bound = likelihood.held_out_nats(model.net, held, held, 1 / model.scale, 1.0, 3, 0)
    assert found.draws == 0 and bound.draws == 3
    assert found.position is not None and found.pen is not None


def test_the_standard_error_is_that_of_drawings_not_of_points() -> None:
    totals, counts = np.array([10.0, 30.0, 20.0, 40.0]), np.full(4, 10.0)
    plain = (totals / 10).std(ddof=1) / 2
    assert likelihood.ratio_error(totals, counts) == pytest.approx(plain)
    assert likelihood.ratio_error(totals[:1], counts[:1]) == 0.0


def test_what_a_single_gaussian_costs() -> None:
    held = [np.array([[0, 0, 0], [1, 2, 1]], np.float32)]
    found = likelihood.costs(flat_net(), held, held, 1.0).per_point(1.0)  # type: ignore[arg-type]
    assert found.position == pytest.approx((log(2 * pi) + 2.5) / 2)
    assert found.pen == pytest.approx(3 * log(3) / 2)
