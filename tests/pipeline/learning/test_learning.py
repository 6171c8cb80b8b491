"""What a project's first training starts from."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from strokebook.base.errors import InputRefused, StrokebookError, UsageError
from strokebook.cli.learn import project_model
from strokebook.geometry.polyline import polyline_length
from strokebook.model.checkpoints import starter
from strokebook.model.checkpoints.checkpoint import read
from strokebook.model.config import PRESETS, TrainOptions
from strokebook.model.training.resume import can_resume
from strokebook.model.training.train import train
from strokebook.pipeline.demo import demo_settings
from strokebook.pipeline.project import SETTINGS, Project, open_project
from strokebook.pipeline.settings import load_settings, write_settings
from strokebook.pipeline.stages.dataset import load_dataset
from strokebook.pipeline.stages.dataset_figures import figure_names, framed_figures, traced_line
from strokebook.pipeline.stages.train import _start, _take_over, goes_on_from, training_lines
from strokebook.pipeline.standalone import train_on_file

from place import Place
from tiny import TINY, tiny_training, waves


class Hears:
    def __init__(self) -> None:
        self.said: list[str] = []

    def track(self, items: object, what: str, total: int | None = None) -> object:
        return items

    def say(self, text: str) -> None:
        self.said.append(text)


def project(folder: Path, lines: str, hears: Hears) -> Project:
    (folder / "library").mkdir()
    (folder / "project").mkdir()
    (folder / "project" / SETTINGS).write_text(f'[project]\nlibrary = "../library"\n{lines}')
    with open_project(folder / "project", progress=hears) as opened:  # type: ignore[arg-type]
        return opened


def test_the_demos_settings_are_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / SETTINGS
    write_settings(path, demo_settings())
    settings = load_settings(path)
    assert settings == demo_settings()
    assert starter.named(settings.train.start_from, settings.model) == starter.FOLDER
    assert settings.dataset.point_budget < 250


@pytest.mark.parametrize(
    ("lines", "start"),
    [
        ("", starter.FOLDER),
        ('[train]\nstart_from = "nothing"\n', None),
        ('[train]\nstart_from = ""\n', None),
        ("[model]\ndecoder = 300\n", None),  # not the starter's size: the artist's word counts
    ],
)
def test_a_project_starts_from_the_starter_unless_it_says_otherwise(
    tmp_path: Path, lines: str, start: Path | None
) -> None:
    hears = Hears()
    opened = project(tmp_path, lines, hears)
    assert _start(opened) == (start, opened.settings.model)
    assert not hears.said


def test_the_default_preset_has_the_starters_sizes() -> None:
    """Else nobody who keeps the defaults would start from it."""
    assert PRESETS["evening"].model == read(starter.FOLDER, "best").options


def test_a_model_to_start_from_gives_its_sizes_and_says_so(tmp_path: Path) -> None:
    hears = Hears()
    lines = '[train]\nstart_from = "starter"\n[model]\ndecoder = 300\n'
    folder, sizes = _start(project(tmp_path, lines, hears))
    assert folder == starter.FOLDER
    assert sizes == read(starter.FOLDER, "best").options
    assert len(hears.said) == 1
    assert "[model] in the settings is not used" in hears.said[0]


def test_a_model_to_start_from_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    opened = project(tmp_path, '[train]\nstart_from = "mine"\n', Hears())
    with pytest.raises(StrokebookError, match=r"There is no model in .*project/mine"):
        _start(opened)


def test_without_a_project_the_starter_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="draw with --model starter"):
        project_model(tmp_path)


def test_a_file_of_drawings_is_one_command_from_the_starter(tmp_path: Path) -> None:
    zigzag = np.array([[0, 0, 0], *[[9, 7 * (-1) ** n, 0] for n in range(10)], [4, 0, 1]], np.int16)
    parts = {}
    for name, count in (("train", 6), ("valid", 2), ("test", 2)):
        parts[name] = np.empty(count, object)
        parts[name][:] = [zigzag] * count
    np.savez(tmp_path / "mine.npz", **parts)
    folder = tmp_path / "model"
    result, refused = train_on_file(
        tmp_path / "mine.npz", folder, preset="quick", steps=1, start_from=Path("starter")
    )
    assert (result.steps, refused) == (1, [])
    found = read(folder, "last")
    assert found.info["started_from"] == "starter"
    assert found.options == read(starter.FOLDER, "best").options


def test_a_file_of_which_no_drawing_can_be_used_says_why(tmp_path: Path) -> None:
    rows = np.array([[0, 0, 0], [3, np.nan, 0], [4, 0, 1]], np.float32)
    parts = {}
    for name in ("train", "valid", "test"):
        parts[name] = np.empty(2, object)
        parts[name][:] = [rows] * 2
    np.savez(tmp_path / "nan.npz", **parts)
    with pytest.raises(InputRefused, match=r"6 refused, the first .* not finite"):
        train_on_file(tmp_path / "nan.npz", tmp_path / "model", preset="quick", steps=1)
    assert not (tmp_path / "model").exists()


def test_a_training_cut_short_goes_on_where_only_its_limits_changed(tmp_path: Path) -> None:
    hears, learnt, held = Hears(), waves(20), waves(4, 1)
    opened = project(tmp_path, "[train]\nminutes = 9\n", hears)
    begun = replace(opened.settings.train, steps=2, minutes=5.0, samples_every=0)
    other, work = (opened.at("models", f".training-{name}") for name in ("old", "new"))
    train(learnt, held, TINY[False], replace(begun, start_from="nothing"), other)
    _take_over(opened, work, learnt, held, TINY[False])
    assert other.exists() and not work.exists()  # it was to start from something else
    train(learnt, held, TINY[False], begun, other, resume=False)
    for rows, sizes, options in (
        (learnt[1:], TINY[False], begun),
        (learnt, TINY[True], begun),
        (learnt, TINY[False], replace(begun, batch=7)),
    ):
        assert not can_resume(other, rows, held, sizes, options)
    _take_over(opened, work, learnt, held, TINY[False])
    assert (work / "last.json").exists() and not other.exists()
    assert hears.said[-1] == "The training that was cut short goes on with its new limits."


def test_a_training_goes_on_only_when_drawings_were_added_and_none_went(tmp_path: Path) -> None:
    learnt = waves(20)
    train(learnt, waves(4, 1), TINY[False], tiny_training(steps=2), tmp_path)
    former, options = read(tmp_path, "best"), TrainOptions()
    more = [*learnt, *waves(3, 2)]
    assert goes_on_from(former, more, options) == (
        True,
        "The training goes on from the former model: 3 drawings came, none went.",
    )
    goes_on, why = goes_on_from(former, more[2:], options)
    assert not goes_on and "2 drawings that the former one learnt from are no longer" in why
    goes_on, why = goes_on_from(former, learnt[::-1], options)
    assert not goes_on and "the drawings are the same" in why
    for name in ("nothing", ""):
        goes_on, why = goes_on_from(former, more, TrainOptions(start_from=name))
        assert not goes_on and "begins from nothing" in why
    del former.info["learnt"]  # a model of an earlier version
    goes_on, why = goes_on_from(former, more, options)
    assert not goes_on and "not known" in why


@pytest.mark.parametrize("preset", ["quick", "paper"])
def test_a_model_knows_by_what_rule_its_drawings_got_their_points(copy: Place, preset: str) -> None:
    with open_project(copy.project) as opened:
        settings = replace(opened.settings, train=PRESETS[preset].train)
        lines = training_lines(replace(opened, settings=settings))
        rule, drawings = settings.dataset, len(load_dataset(opened).train)
    assert (lines.step, lines.tolerance) == (rule.step, rule.epsilon) and rule.step > 0
    assert len(lines.lines) == drawings
    assert any(line is not None for line in lines.lines) == (preset == "quick")
    assert read(copy.project / "models" / "drawings", "best").statistics.step == rule.step


def test_a_traced_line_does_not_go_back_and_forth(copy: Place) -> None:
    with open_project(copy.project) as project:
        names = figure_names(project, "train")[:4]
        figures = [f for f in framed_figures(project, names) if f is not None]
        assert figures
        for figure in figures:
            fine = figure.drawing
            coarse = replace(figure, drawing=fine.with_strokes(s[::12] for s in fine.strokes))
            line = traced_line(project, figure)
            fully = sum(map(polyline_length, fine.strokes))
            assert sum(map(polyline_length, line.strokes)) == pytest.approx(fully, rel=1e-3)
            threaded = traced_line(project, coarse)
            assert threaded.n_points > 2 * coarse.drawing.n_points
            assert sum(map(polyline_length, threaded.strokes)) == pytest.approx(fully, rel=0.02)
