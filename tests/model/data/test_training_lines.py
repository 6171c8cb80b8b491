from __future__ import annotations

from functools import partial

import numpy as np

from strokebook.base.errors import InputRefused
from strokebook.dataset.build import line_rows
from strokebook.dataset.options import DatasetOptions
from strokebook.geometry.drawing import Drawing, Stroke3
from strokebook.model.config import TrainOptions
from strokebook.model.data.training_data import prepare
from strokebook.model.data.training_lines import TrainingLines, training_epochs

STILL = {"scale_augment": 0.0, "rotate_augment": 0.0, "warp_augment": 0.0, "point_drop": 0.0}


def circle(radius: float, points: int = 400) -> Drawing:
    angle = np.linspace(0, 2 * np.pi, points)
    return Drawing.of([radius * np.stack([1 + np.cos(angle), 1 + np.sin(angle)], 1)])


def rows_of(line: Drawing) -> Stroke3:
    return line_rows(line, DatasetOptions())


def epochs_of(lines: TrainingLines | None, drawings: list[Stroke3], **options: object):  # type: ignore[no-untyped-def]
    data = prepare(drawings, [], 250)
    wanted = TrainOptions(batch=8, **(STILL | {"line_augment": True} | options))  # type: ignore[arg-type]
    return data, training_epochs(data, wanted, lines)


def places(rows: Stroke3, scale: float) -> Stroke3:
    return np.cumsum(np.asarray(rows)[1:-1, 0, :2] * scale, axis=0)


def test_every_epoch_has_other_points_of_the_same_line() -> None:
    line = circle(100.0)
    lines = TrainingLines([line], rows_of)
    data, epochs = epochs_of(lines, [rows_of(line)])
    shapes = [places(epochs[n].rows.numpy(), data.statistics.scale) for n in range(6)]
    assert len({s.round(2).tobytes() for s in shapes}) > 3
    for points in shapes:
        assert np.abs(points - points.round()).max() < 1e-3  # on whole units, as the data are
        middle = (points.max(0) + points.min(0)) / 2
        radius = np.hypot(*(points - middle).T)
        assert np.abs(radius - 100).max() < 2.5  # the same circle


def test_a_batch_depends_on_seed_and_step_alone() -> None:
    lines = TrainingLines([circle(100.0), circle(80.0)], rows_of)
    drawings = [rows_of(line) for line in lines.lines if line is not None]
    first, again = (epochs_of(lines, drawings, warp_augment=0.05)[1] for _ in range(2))
    for step in (3, 0):
        assert np.array_equal(first[step].rows, again[step].rows)


def test_drawings_without_a_line_are_varied_by_their_points() -> None:
    drawings = [rows_of(circle(100.0)), np.zeros((1, 3), np.float32), rows_of(circle(60.0))]
    lines = TrainingLines([None, circle(9.0), circle(60.0)], rows_of)
    data, epochs = epochs_of(lines, drawings)
    assert data.places == (0, 2)  # the second is no drawing, its line is nobody's
    rows = epochs[0].rows.numpy()
    widths = sorted(
        float(np.ptp(np.cumsum(rows[1:, k, 0]))) * data.statistics.scale for k in range(2)
    )
    assert np.allclose(widths, [120, 200], atol=2.5)


def test_lines_that_cannot_be_simplified_leave_the_points() -> None:
    def refuse(line: Drawing) -> Stroke3:
        raise InputRefused("A line", "it is none.")

    drawings = [rows_of(circle(100.0))]
    plain = epochs_of(None, drawings)[1][0].rows
    refused = epochs_of(TrainingLines([circle(100.0)], refuse), drawings)[1][0].rows
    assert np.array_equal(plain, refused)


def test_lines_are_left_alone_unless_the_options_want_them() -> None:
    line = circle(100.0)
    lines = TrainingLines([line], partial(line_rows, options=DatasetOptions()))
    plain = epochs_of(None, [rows_of(line)])[1][0].rows
    unwanted = epochs_of(lines, [rows_of(line)], line_augment=False)[1][0].rows
    assert np.array_equal(plain, unwanted)
