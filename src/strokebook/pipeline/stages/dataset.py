"""Stage ``dataset``: the drawings that were kept, measured, cut, simplified, split and written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from strokebook.base import owned
from strokebook.base.files import inside, plain_name
from strokebook.dataset.build import DataSet, Source, build
from strokebook.dataset.card import make_card, read_pages, write_card
from strokebook.dataset.load import read_npz
from strokebook.dataset.npz import write_flat, write_npz
from strokebook.dataset.points_picture import points_picture
from strokebook.dataset.splits import Part, SplitArrays, page_group
from strokebook.library.catalogue.records import DrawingRecord
from strokebook.library.edits import trash
from strokebook.pipeline.output.pictures import save_picture
from strokebook.pipeline.project import Project
from strokebook.pipeline.settings import fingerprint
from strokebook.pipeline.stage import Outcome, Timer, is_done, key_of
from strokebook.pipeline.stages.figures import load_figure
from strokebook.pipeline.stages.page_sheets import draw_verdicts

STAGE, VERSION = "dataset", "1"


def npz_file(project: Project) -> Path:
    """The data set as every SketchRNN code reads it."""
    name = plain_name(project.settings.dataset.name)
    return inside(project.folder, f"datasets/{name}.npz")


def load_dataset(project: Project) -> SplitArrays:
    """The data set's arrays."""
    return read_npz(npz_file(project))


def offered(project: Project) -> list[DrawingRecord]:
    """The drawings that no hand, cluster or measure dropped."""
    return [
        d
        for d in project.catalogue.drawings(include_private=project.options.include_private)
        if d.kept or d.reason_source == "filter"
    ]


def dataset_key(project: Project, records: Sequence[DrawingRecord]) -> str:
    """The key of a data set: the drawings offered to it, the settings."""
    return key_of(
        STAGE, VERSION, fingerprint(project.settings.dataset), *(f"{d.id} {d.key}" for d in records)
    )


@owned.owning(STAGE)
def build_dataset(project: Project) -> Outcome:
    """Write the data set anew when its drawings or settings changed; say why drawings are out."""
    outcome = _build(project)
    draw_verdicts(project)
    return outcome


def _build(project: Project) -> Outcome:
    outcome, timer = Outcome(STAGE), Timer()
    records = offered(project)
    npz, key = npz_file(project), dataset_key(project, records)
    if not records:
        _forget(project, npz)
        outcome.notes.append("no drawings were kept, so there is no data set.")
        return outcome
    if is_done(project, STAGE, "all", key) and npz.exists():
        outcome.ready = len(records)
        return outcome
    project.catalogue.note_trained(d.image for d in records)
    sources = [
        Source(d.id, page_group(d.page), load_figure(project, d))
        for d in project.progress.track(records, "read drawings")
    ]
    dataset = build(sources, project.settings.dataset, _previous(npz), project.progress)
    _write(project, dataset, npz)
    keys = {d.id: d.key for d in records}
    verdicts = {keys[v.id]: (False, v.reason) for v in dataset.verdicts if not v.kept}
    project.catalogue.set_verdicts("filter", verdicts)
    outcome.worked, outcome.notes = len(records), list(dataset.notes)
    outcome.seconds = timer.seconds
    project.catalogue.put_result(STAGE, "all", key, timer.seconds, _facts(dataset))
    return outcome


def _previous(npz: Path) -> dict[str, Part] | None:
    """The earlier split, so that no page moves from one part to another.

    Cards of earlier versions may have twins in two parts: the first of them decides for both.
    """
    card = npz.with_suffix(".card.json")
    if not card.exists():
        return None
    kept: dict[str, Part] = {}
    for page, part in sorted(read_pages(card).items()):
        kept.setdefault(page_group(page), part)
    return kept


def _write(project: Project, dataset: DataSet, npz: Path) -> None:
    flat = npz.with_name(f"{npz.stem}.flat.npz")
    ids: dict[Part, tuple[str, ...]] = {
        "train": dataset.ids("train"),
        "valid": dataset.ids("valid"),
        "test": dataset.ids("test"),
    }
    write_flat(dataset, flat, ids)
    write_npz(dataset, npz)
    write_card(make_card(dataset, [npz, flat]), npz)
    before = [v.counted for v in dataset.verdicts]
    after = [len(e.rows) for e in dataset.examples]
    picture = points_picture(before, after, dataset.cuts, dataset.options.point_budget)
    save_picture(picture, project.pictures / "points.png")


def _facts(dataset: DataSet) -> dict[str, Any]:
    import dataclasses

    from strokebook.dataset.summary import summarise

    return dataclasses.asdict(summarise(dataset))


def dataset_facts(project: Project) -> dict[str, Any] | None:
    """The numbers of the data set as its last build kept them."""
    result = project.catalogue.result(STAGE, "all")
    return dict(result.summary) if result else None


def _forget(project: Project, npz: Path) -> None:
    files = [npz.with_name(npz.stem + s) for s in (".npz", ".flat.npz", ".card.json", ".card.md")]
    trash.keep(project.folder, files, what="data set", why="no drawings were kept", stage=STAGE)
    project.catalogue.forget_results(STAGE)
