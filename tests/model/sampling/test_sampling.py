import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn.functional import one_hot

from strokebook.base.errors import StrokebookError, UsageError
from strokebook.geometry.drawing import Drawing
from strokebook.model.checkpoints.checkpoint import load_model
from strokebook.model.distributions.inverse_cdf import InverseCdf, rounded
from strokebook.model.distributions.mixture import Mixture
from strokebook.model.distributions.temperature import Temperature
from strokebook.model.sampling import between, complete, interpolate, reconstruct, sample
from strokebook.model.sampling.rollout import PresampledNoise, draw, initial_batch

from tiny import START, same


def test_samples_are_drawings_and_repeat_with_their_seed(trained: Path) -> None:
    model = load_model(trained)
    first, again, other = (sample(model, 5, 0.8, seed) for seed in (1, 1, 2))
    assert all(map(same, first, again))
    assert not all(map(same, first, other))
    for d in first:
        assert d.unit == "unit"
        assert 2 <= d.n_points <= model.statistics.longest
        assert np.isfinite(d.points).all()


def test_offsets_are_rounded_to_steps_and_none_to_nothing() -> None:
    offsets = torch.tensor([(1.2, -0.9), (0.24, -0.2), (0.1, -0.2), (0.25, 0.75), (-0.1, 0.1)])
    wanted = [(1.0, -1.0), (0.5, 0.0), (0.0, -0.5), (0.0, 1.0), (-0.5, 0.0)]
    assert torch.equal(rounded(offsets, 0.5), torch.tensor(wanted))


def test_what_is_drawn_lies_on_whole_units_as_the_data_do(trained: Path) -> None:
    free = load_model(trained)
    facts = dataclasses.replace(free.statistics, rounding=1.0)
    model = dataclasses.replace(free, statistics=facts)
    start = START.with_strokes(s + np.float32(0.3) for s in START.strokes)
    for drawing in sample(model, 8, 1.0, 0) + complete(model, start, 4, 1.0, 0, zoom=1.0):
        own = np.concatenate(drawing.strokes)[drawing.meta.get("start_points", 0) :]
        steps = np.diff(own.astype(np.float64), axis=0)
        assert len(steps) and np.abs(steps - np.round(steps)).max() < 1e-3
        assert np.abs(steps).max(1).min() > 0.5
    drawn = sample(free, 1, 1.0, 0)[0]
    assert not np.allclose(drawn.points, np.round(drawn.points), atol=1e-2)


def test_samples_have_the_size_of_the_data(trained: Path) -> None:
    model = load_model(trained)
    offsets = np.concatenate([np.diff(d.points, axis=0) for d in sample(model, 40, 1.0, 0)])
    assert model.scale / 3 < offsets.std() < model.scale * 3


def test_fewer_samples_are_the_first_of_more(trained: Path) -> None:
    model = load_model(trained)
    for a, b in zip(sample(model, 2, 0.8, 1), sample(model, 6, 0.8, 1), strict=False):
        assert np.allclose(a.points[:4], b.points[:4], atol=1e-3)


def test_max_points_is_kept_exactly(trained: Path) -> None:
    found = sample(load_model(trained), 30, 1.0, 0, max_points=3)
    assert max(d.n_points for d in found) == 3


@pytest.mark.parametrize("lifted", [False, True])
def test_completions_keep_the_start_exactly(trained: Path, lifted: bool) -> None:
    found = complete(load_model(trained), START, 6, 0.8, 3, lifted=lifted)
    assert len(found) == 6
    for d in found:
        assert np.array_equal(d.points[:6], START.points)
        assert d.n_points > 6
        assert d.meta["start_points"] == 6
        assert (d.size, d.source, d.unit) == (START.size, "start", "px")
        assert np.array_equal(d.strokes[0], START.strokes[0])
        assert (len(d.strokes[1]) == 3) == lifted
    assert not same(found[0], found[1])
    assert all(map(same, found, complete(load_model(trained), START, 6, 0.8, 3, lifted=lifted)))


@pytest.mark.parametrize("factor", [0.001, 1000.0])
def test_a_start_may_have_any_size(trained: Path, factor: float) -> None:
    model = load_model(trained)
    scaled = START.with_strokes(s * factor for s in START.strokes)
    for a, b in zip(complete(model, START, 2), complete(model, scaled, 2), strict=True):
        assert len(a.points) == len(b.points)
        np.testing.assert_allclose(a.points * factor, b.points, rtol=1e-3, atol=factor * 0.05)


def test_endings_have_the_size_of_the_start(trained: Path) -> None:
    for d in complete(load_model(trained), START, 8, 0.5):
        steps = np.linalg.norm(np.diff(d.points[5:], axis=0), axis=1)
        assert steps.max() < 3 * 160


def test_the_ending_depends_on_the_start(trained: Path) -> None:
    model = load_model(trained)
    turned = START.with_strokes(s[:, ::-1] for s in START.strokes)
    a, b = (complete(model, d, 1, 0.1)[0].points[6:] for d in (START, turned))
    assert a.shape != b.shape or not np.allclose(a - a[0], b - b[0])


@pytest.mark.parametrize("strokes", [[], [[[5, 5]]], [[[5, 5], [5, 5]]]])
def test_a_start_without_extent_is_refused(trained: Path, strokes: list[object]) -> None:
    with pytest.raises(StrokebookError, match="no extent"):
        complete(load_model(trained), Drawing.of(strokes))  # type: ignore[arg-type]


def test_reconstruct_lies_where_the_drawing_lies(conditional: Path) -> None:
    found = reconstruct(load_model(conditional), START)
    assert np.array_equal(found.points[0], START.points[0])
    assert found.size == START.size
    assert same(found, reconstruct(load_model(conditional), START))


def test_interpolation_has_its_ends_and_its_steps(conditional: Path) -> None:
    model = load_model(conditional)
    other = START.with_strokes(s * (1, 3) for s in START.strokes)
    found = interpolate(model, START, other, 5)
    assert len(found) == 5
    assert same(found[0], interpolate(model, START, START, 5)[0])
    assert same(found[4], interpolate(model, other, other, 5)[4])


@pytest.mark.parametrize("bad", [{"n": 0}, {"temperature": 0.0}, {"max_points": 1}])
def test_wrong_use(trained: Path, bad: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        sample(load_model(trained), **bad)  # type: ignore[arg-type]


def test_spherical_keeps_the_length_and_both_keep_the_ends() -> None:
    a, b = torch.tensor([3.0, 0, 0]), torch.tensor([0, 3.0, 0])
    assert float(between(a, b, 0.5, True).norm()) == pytest.approx(3.0)
    assert float(between(a, b, 0.5, False).norm()) == pytest.approx(3 / 2**0.5)
    for spherical in (True, False):
        torch.testing.assert_close(between(a, b, 0.0, spherical), a)
        torch.testing.assert_close(between(a, b, 1.0, spherical), b)
    torch.testing.assert_close(between(a, a, 0.3, True), a)
    assert between(a, -a, 0.5, True).isfinite().all()


def picks(temperature: float, n: int = 20_000) -> torch.Tensor:
    one = torch.ones(n, 1)
    found = Mixture(
        torch.tensor([[1.0, 0.0, -1.0]]).repeat(n, 1),
        torch.tensor([[1.0, 0.0]]).repeat(n, 1),
        torch.cat((one * 0, one * 1000), 1),
        torch.cat((one * 0, one * 1000), 1),
        torch.zeros(n, 2),
        torch.full((n, 2), float(np.log(2.0))),
        torch.full((n, 2), float(np.arctanh(0.6))),
    )
    chance = PresampledNoise.of(0, 1, n, torch.zeros(1))
    choice = InverseCdf(chance.choice[0], chance.place[0], Temperature.of(temperature), 0, False)
    return picked(choice, found)


def picked(choice: InverseCdf, found: Mixture) -> torch.Tensor:
    pen = one_hot(choice.pen(found.pen, choice.missing > 0), 3)
    return torch.cat((choice.offset(found), pen.float()), 1)


@pytest.mark.parametrize("temperature", [1.0, 0.25])
def test_temperature_is_the_papers(temperature: float) -> None:
    rows = picks(temperature)
    pens = torch.softmax(torch.tensor([1.0, 0.0, -1.0]) / temperature, 0)
    torch.testing.assert_close(rows[:, 2:].mean(0), pens, atol=0.01, rtol=0)
    near = rows[rows[:, 0] < 500]
    share = float(torch.sigmoid(torch.tensor(1.0 / temperature)))
    assert len(near) / len(rows) == pytest.approx(share, abs=0.01)
    cov = np.cov(near[:, :2].numpy().T)
    expected = temperature * np.array([[1, 1.2], [1.2, 4]])
    np.testing.assert_allclose(cov, expected, rtol=0.05)


def test_the_pen_equals_the_whole_decoder(trained: Path) -> None:
    """Drawing step by step walks through the states that training walks through."""
    net = load_model(trained).net
    z = torch.zeros(3, 3) if net.encoder else None
    chance = PresampledNoise.of(0, 3, 6, torch.zeros(1))
    rows = torch.from_numpy(
        np.stack(list(draw(net, initial_batch(net, 3, z), chance, 1.0, 6, True)))
    )
    inputs = torch.cat((initial_batch(net, 3, z).row[None], rows[:-1]))
    outputs = net.decoder(inputs, z, None)
    from strokebook.model.distributions.mixture import split

    choice = InverseCdf(chance.choice[:, 5], chance.place[:, 5], Temperature.of(1.0), 1, False)
    again = picked(choice, Mixture(*(p[5] for p in split(outputs))))
    torch.testing.assert_close(again, rows[5], atol=1e-4, rtol=1e-4)
