from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn.functional import one_hot

from strokebook.base.errors import UsageError
from strokebook.base.random_streams import RandomStream
from strokebook.geometry.drawing import Drawing
from strokebook.model.cells.lstm import LstmLayer
from strokebook.model.checkpoints.checkpoint import SketchModel, load_model
from strokebook.model.data.statistics import DataStatistics
from strokebook.model.distributions.inverse_cdf import InverseCdf
from strokebook.model.distributions.mixture import nats, split
from strokebook.model.distributions.temperature import Temperature
from strokebook.model.sampling import (
    complete,
    continue_from,
    cut,
    read_start,
    sample,
    stream,
    vary,
    warm_up,
)
from strokebook.model.sampling.rollout import PresampledNoise, initial_batch, teacher_force

from tiny import START, TINY, same, untrained

FACTS = DataStatistics(4.0, 9, 40, 30, 60.0, 30.0, 4.0, 8.0)


@pytest.fixture
def model(trained: Path) -> SketchModel:
    return load_model(trained)


@pytest.mark.parametrize("cell", ["lstm", "layer_norm", "hyper"])
@pytest.mark.parametrize("local_frame", [False, True])
@pytest.mark.parametrize("start", [None, START])
def test_a_drawing_is_the_same_to_the_bit_whatever_is_drawn_beside_it(
    cell: str, local_frame: bool, start: Drawing | None
) -> None:
    made = untrained(TINY[True], FACTS, decoder_cell=cell, local_frame=local_frame, z=5, decoder=20)
    few, many = (
        (sample(made, n, 0.9, 3, 25) if start is None else complete(made, start, n, 0.9, 3, 25))
        for n in (2, 19)
    )
    assert all(map(same, few, many))


def test_the_threads_change_nothing(model: SketchModel) -> None:
    found = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        found.append(complete(model, START, 20, 0.8, 1))
    torch.set_num_threads(1)
    assert all(map(same, *found))


def test_a_stream_gives_the_points_of_the_whole_as_they_come(model: SketchModel) -> None:
    whole = complete(model, START, 5, 0.8, 3)
    coming = stream(model, read_start(model, START, 3), 5, 0.8, 3)
    assert all(same(d, START) for d in coming.drawings())
    places = [d.n_points - 6 for d in whole]
    for number, moment in enumerate(coming):
        assert moment.ended.tolist() == [number >= count for count in places]
        for k, drawing in enumerate(whole):
            at = min(6 + number, drawing.n_points - 1)
            np.testing.assert_array_equal(moment.points[k], drawing.points[at])
    assert all(map(same, coming.drawings(), whole))


def test_a_stream_of_new_drawings_and_its_state_midway(model: SketchModel) -> None:
    coming = stream(model, None, 4, 0.8, 2)
    moments = iter(coming)
    first = next(moments)
    assert not first.points.any() and not first.ended.any()
    for _ in range(3):
        next(moments)
    assert all(d.n_points <= 4 for d in coming.drawings())
    coming.finish()
    assert all(map(same, coming.drawings(), sample(model, 4, 0.8, 2)))


def test_lifts_in_the_stream_end_strokes(model: SketchModel) -> None:
    coming = stream(model, None, 12, 1.0, 2)
    lifts = sum((moment.lifted & ~moment.ended).astype(int) for moment in coming)
    strokes = np.array([len(d) for d in coming.drawings()])
    assert set((strokes - lifts).tolist()) <= {0, 1}  # the last stroke may end without a lift


def test_most_points_only_cut(model: SketchModel) -> None:
    short, long = (sample(model, 6, 0.9, 4, most) for most in (5, 11))
    for a, b in zip(short, long, strict=True):
        count = min(5, b.n_points)
        assert a.n_points == count
        np.testing.assert_allclose(
            np.diff(a.points, axis=0), np.diff(b.points[:count], axis=0), atol=1e-4
        )


def test_what_a_point_costs_is_the_likelihood_of_the_drawing(model: SketchModel) -> None:
    coming = stream(model, None, 5, 1.3, 1, weighed=True).finish()
    z = None
    if model.net.encoder:
        from strokebook.model.sampling.starts import prior

        z = prior(model, 5, 1)
    whole = torch.from_numpy(np.stack([d.rows for d in coming._come]))
    token = initial_batch(model.net, 5, z).row[None]
    with torch.no_grad():
        outputs = model.net.decoder(torch.cat((token, whole[:-1])), z, None)
    counts = torch.tensor([len(r) for r in coming.rows()])
    found = nats(outputs, whole, counts)
    expected = ((found.position + found.pen) / counts).numpy()
    np.testing.assert_allclose(coming.per_point, expected, rtol=1e-4)


def test_a_start_is_read_in_parts_as_in_one(model: SketchModel) -> None:
    rows = torch.rand(20, 16, 5).round()
    decoders = initial_batch(model.net, 16, torch.randn(16, 3) if model.net.encoder else None)
    whole, cost = teacher_force(model.net, decoders, rows)
    first, one = teacher_force(model.net, decoders, rows[:7])
    last, other = teacher_force(model.net, first, rows[7:])
    torch.testing.assert_close(last.state.hidden, whole.state.hidden, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(one + other, cost, atol=1e-3, rtol=1e-4)


def test_the_pens_temperature_is_its_own() -> None:
    torch.manual_seed(0)
    found = split(torch.randn(1, 3 + 6 * 4).expand(4000, -1).contiguous())
    draws = PresampledNoise.of(0, 1, 4000, torch.zeros(1))
    pair = (draws.choice[0], draws.place[0])
    plain, pen, line = (
        torch.cat((c.offset(found), one_hot(c.pen(found.pen, False), 3).float()), 1)
        for c in (
            InverseCdf(*pair, temperature, 0, False)
            for temperature in (Temperature(0.5, 0.5), Temperature(0.5, 0.1), Temperature(0.1, 0.5))
        )
    )
    assert torch.equal(plain[:, :2], pen[:, :2]) and not torch.equal(plain[:, 2:], pen[:, 2:])
    assert torch.equal(plain[:, 2:], line[:, 2:]) and not torch.equal(plain[:, :2], line[:, :2])
    for temperature, rows in ((0.5, plain), (0.1, pen)):
        share = torch.softmax(found.pen[0] / temperature, 0)
        torch.testing.assert_close(rows[:, 2:].mean(0), share, atol=0.03, rtol=0)


@pytest.mark.parametrize("bad", [(0.0, 1.0), (1.0, 0.0), (11.0, 1.0), (float("nan"), 1.0)])
def test_temperatures_out_of_range(bad: tuple[float, float]) -> None:
    with pytest.raises(UsageError, match="temperature"):
        Temperature(*bad)


@pytest.mark.parametrize(("point", "kept", "lifted"), [(2, 2, False), (3, 3, True), (5, 5, False)])
def test_cutting(point: int, kept: int, lifted: bool) -> None:
    start, up = cut(START, point)
    assert start.n_points == kept and up == lifted
    assert np.array_equal(start.points, START.points[:kept])


@pytest.mark.parametrize("point", [0, 1, 7])
def test_there_is_no_such_point(point: int) -> None:
    with pytest.raises(UsageError, match="Use 2 to 6"):
        cut(START, point)


def test_continuing_keeps_the_points_before_and_their_lift(model: SketchModel) -> None:
    for drawing in continue_from(model, START, 4, 3):
        assert np.array_equal(drawing.points[:4], START.points[:4])
        assert drawing.meta["start_points"] == 4 and drawing.n_points > 4
    for drawing in continue_from(model, START, 3, 3):
        assert len(drawing.strokes[0]) == 3 and len(drawing) >= 2


def test_variations_go_from_the_same_to_anything(conditional: Path) -> None:
    model = load_model(conditional)
    none, again, some = (vary(model, START, 4, s, 0.01) for s in (0.0, 0.5, 0.5))
    assert all(map(same, again, some))
    for drawing in none:
        assert np.array_equal(drawing.points[0], START.points[0])
    ends = [[d.points[2] for d in vary(model, START, 12, s, 0.01)] for s in (0.0, 1.0)]
    assert np.std(ends[1], axis=0).max() > np.std(ends[0], axis=0).max()
    with pytest.raises(UsageError, match="strength"):
        vary(model, START, 2, 1.5)


def test_models_whose_z_tells_little_vary_by_ending_the_drawing_anew() -> None:
    model = untrained(TINY[True], FACTS, z_dropout=0.5)
    line = Drawing.of([[[10 * k, 40 + 3 * (k % 2)] for k in range(9)]], source="line")
    for strength, kept in ((0.0, 9), (0.5, 4), (1.0, 2)):
        varied = vary(model, line, 3, strength, 1.0, seed=2)
        for drawing in varied:
            assert np.array_equal(drawing.points[:kept], line.points[:kept])
            assert drawing.meta["start_points"] == kept
        assert all(map(same, varied, vary(model, line, 3, strength, 1.0, seed=2)))
        differing = len({d.points.tobytes() for d in varied})
        assert differing == (1 if strength == 0 else 3)


def test_a_conditional_model_takes_the_z_that_explain_the_start() -> None:
    """Of all z, those kept give the start a likelihood far above that of any z."""
    made = untrained(TINY[True], FACTS, z=2, decoder=20, mixtures=1)
    cell = made.net.decoder.cell
    assert isinstance(cell, LstmLayer) and cell.constant_weight is not None
    with torch.no_grad():
        cell.constant_weight.normal_(0, 3.0, generator=torch.Generator().manual_seed(0))
    points = np.cumsum(np.random.default_rng(0).normal(0, 3, (30, 2)), axis=0)
    read = read_start(made, Drawing.of([points]), 0, zoom=1.0)
    from strokebook.model.cells.noise import Noise
    from strokebook.model.sampling.starts import stroke5

    given = stroke5(read.fitted.rows, torch.device("cpu"))[:, None]
    like = torch.zeros(1)
    any_z = initial_batch(made.net, 64, Noise(5, RandomStream.TRAINING).normal(64, 2, like=like))
    _, cost = teacher_force(made.net, any_z, given.expand(-1, 64, -1))
    kept = initial_batch(made.net, 16, None)
    offsets = read.decoders_for(16).offset
    from strokebook.model.sampling.rollout import DecoderBatch

    _, kept_cost = teacher_force(
        made.net, DecoderBatch(kept.state, offsets, kept.row), given.expand(-1, 16, -1)
    )
    assert kept_cost.mean() < cost.mean() - 0.5 * cost.std()


def test_warming_up_needs_nothing(model: SketchModel) -> None:
    warm_up(model)
