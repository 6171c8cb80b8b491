"""Scale in counts: steps of SQLite, files opened, bytes held."""

from __future__ import annotations

import tracemalloc
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from benchmarks.campaigns import scale, synthetic
from strokebook.library.catalogue.catalogue import Catalogue
from strokebook.pipeline import preview_images
from strokebook.pipeline.project import Project
from strokebook.pipeline.stages import embed
from strokebook.vision.backbones.finetune import FineTuneReport
from strokebook.vision.clusters.k_means import BLOCK, assign
from strokebook.vision.maps import map2d, mapview
from strokebook.vision.maps.map2d import extend_map, principal
from strokebook.vision.maps.mapview import thumbnail_map

SMALL, LARGE = 200, 1600
ONE = synthetic.page(4)
ID = ONE.name.id


def filled(pages: int) -> Catalogue:
    catalogue = Catalogue.open(":memory:")
    synthetic.add_pages(catalogue, 0, pages)
    synthetic.put_in_groups(catalogue, pages)
    return catalogue


@pytest.fixture(scope="module")
def two() -> Iterator[tuple[Catalogue, Catalogue]]:
    """A small catalogue, and one eight times as large."""
    with filled(SMALL) as small, filled(LARGE) as large:
        yield small, large


def steps(catalogue: Catalogue, work: Callable[[Catalogue], object]) -> int:
    """How many steps SQLite's machine takes for ``work``, in tens."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    connection = catalogue.db._connection
    connection.set_progress_handler(tick, 10)
    work(catalogue)
    connection.set_progress_handler(None, 0)
    return count


ABOUT_ONE: dict[str, Callable[[Catalogue], object]] = {
    "id": lambda c: c.page(ID),
    "path": lambda c: c.page(ONE.path),
    "beginning": lambda c: c.page(synthetic.page(7).name.id.partition("--")[0]),
    "image": lambda c: c.page_of_image(ONE.image),
    "drawings": lambda c: c.drawings(image=ONE.image),
    "drawing": lambda c: c.drawing(f"{ID}d01"),
    "verdict by id": lambda c: c.set_verdicts("measure", {f"{ID}d01": (1, None)}, replace=False),
    "verdict by key": lambda c: c.set_verdicts(
        "measure", {c.drawing(f"{ID}d01").key: (False, "dense")}, replace=False
    ),
    "separation": lambda c: c.replace_drawings(ONE.image, synthetic.figures(ONE)),
    "result": lambda c: c.result("figures", ONE.image),
    "vector": lambda c: c.vectors("pages", synthetic.NETWORK, [ONE.image]),
    "label": lambda c: c.set_hand_label(ID, "notes"),
    "tag": lambda c: c.tag(ID, "favourite"),
    "decision": lambda c: c.decide([f"{ID}d01"], kept=False),
}
ABOUT_ALL: dict[str, Callable[[Catalogue], object]] = {
    "pages": lambda c: c.pages(),
    "drawings": lambda c: c.drawings(),
    "kinds": lambda c: c.count_kinds(),
    "verdicts": lambda c: c.count_verdicts(),
    "seconds": lambda c: c.seconds(),
    "private": lambda c: c.exposed_private_images(),
    "verdicts of all": lambda c: c.set_verdicts(
        "filter", {d.id: (True, None) for d in c.drawings()}
    ),
}


@pytest.mark.parametrize("name", ABOUT_ONE)
def test_what_is_asked_of_one_page_is_looked_up(two: tuple[Catalogue, Catalogue], name: str):
    few, many = (steps(catalogue, ABOUT_ONE[name]) for catalogue in two)
    assert few > 0
    assert many <= 1.5 * few + 5  # a deeper tree, not a longer way


@pytest.mark.parametrize("name", ABOUT_ALL)
def test_what_is_asked_of_all_pages_is_linear(two: tuple[Catalogue, Catalogue], name: str):
    few, many = (steps(catalogue, ABOUT_ALL[name]) for catalogue in two)
    assert many <= 1.3 * LARGE / SMALL * few


@pytest.mark.parametrize("name", synthetic.STAGES)
def test_a_stages_bookkeeping_is_the_same_for_every_page(
    two: tuple[Catalogue, Catalogue], name: str
):
    rows = [synthetic.page(n) for n in range(100, 120)]
    few, many = (steps(c, lambda c: synthetic.STAGES[name](c, rows)) for c in two)
    assert many <= 1.5 * few + 5


def test_the_campaign_measures_what_it_says(tmp_path: Path):
    synthetic.make_project(tmp_path)
    figures = scale.stages(tmp_path, 400) + scale.edits(tmp_path, 400, seed=1)
    parts = (synthetic.STAGES, scale.READINGS, scale.EDITING)
    assert len(figures) == 2 * sum(map(len, parts))
    assert not [str(f) for f in figures if f.what.endswith("steps") and f.over]
    assert all(figure.value > 0 for figure in figures if figure.unit == "ms")
    assert scale.exponent([25, 50, 100], [1, 2, 4]) == pytest.approx(1)
    assert scale.exponent([25, 50, 100], [1, 4, 16]) == pytest.approx(2)
    assert scale.Figure("edit", 51.0, "ms", 50.0).over
    assert not scale.Figure("edit", 51.0, "ms", None).over


def test_fine_tuning_opens_only_the_pages_it_chose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    opened: list[Path] = []

    def open_image(path: Path, **_: object) -> Image.Image:
        opened.append(path)
        return Image.new("RGB", (8, 8))

    def fine_tune(base: object, images: Sequence[Image.Image], labels: list[str], *_: object):
        assert not opened and len(images) == len(labels) == 90
        assert images[7].size == images[3:5][1].size == (8, 8)
        return base, FineTuneReport(False, "enough seen")

    for module in (embed, preview_images):
        monkeypatch.setattr(module, "open_image", open_image)
    monkeypatch.setattr(embed, "load_backbone", lambda *_, **__: object())
    monkeypatch.setattr(embed, "fine_tune", fine_tune)
    monkeypatch.setattr(embed.ProjectBackbone, "remember", lambda *_: None)
    synthetic.make_project(tmp_path, 90)
    with synthetic.opened(tmp_path) as project:
        embed._choose_network(project, embed.ProjectBackbone(project), project.catalogue.pages())
    assert [path.stem for path in opened] == [synthetic.page(n).image for n in (7, 3, 4)]


class Pictures(Sequence[Image.Image]):
    """Page pictures that are made when looked at; keeps count of those made and still alive."""

    def __init__(self, count: int) -> None:
        self.count, self.made, self.alive, self.most = count, 0, 0, 0

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Image.Image:  # type: ignore[override]
        picture = Image.new("RGB", (12, 16), (200, 0, 0))
        weakref.finalize(picture, self.forget)
        self.made, self.alive = self.made + 1, self.alive + 1
        self.most = max(self.most, self.alive)
        return picture

    def forget(self) -> None:
        self.alive -= 1


def test_the_maps_sheet_opens_one_page_at_a_time_and_says_how_many_it_shows(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(mapview, "MOST", 100)
    xy = np.random.default_rng(0).uniform(-1, 1, (1000, 2)).astype(np.float32)
    some, every = Pictures(1000), Pictures(100)
    sheet = thumbnail_map(xy, some, side=160, cell=16)
    whole = thumbnail_map(xy[:100], every, side=160, cell=16)
    assert 60 < some.made <= 100
    assert every.made == 100
    assert some.most <= 2
    heading = np.asarray(sheet)[: sheet.height - sheet.width]
    assert heading.min() == 0  # a line of text above; there is none where all are shown
    assert whole.height == whole.width <= sheet.width


def most_held(work: Callable[[], object]) -> int:
    """Bytes that ``work`` held at most, over what there was before."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def _half_vectors(count: int, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Rows of eight numbers, four of them 1/2 or -1/2, the others 0."""
    places = rng.permuted(np.tile(np.arange(8) < 4, (count, 1)), axis=1)
    return np.where(places, rng.choice((-0.5, 0.5), (count, 8)), 0.0).astype(np.float32)


def test_new_pages_are_placed_block_by_block_where_one_table_places_them(
    monkeypatch: pytest.MonkeyPatch,
):
    rng = np.random.default_rng(0)
    # Four halves in eight places: length 1, and products without rounding, whatever the processor
    # and the blocks. Many rows are equal; of equals the earlier one is nearer.
    old, new = (_half_vectors(n, rng) for n in (6000, 400))
    xy = rng.uniform(-1, 1, (6000, 2)).astype(np.float32)
    unit = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (new, old)]
    nearest = np.argsort(-(unit[0] @ unit[1].T), axis=1, kind="stable")[:, :5]
    monkeypatch.setattr(map2d, "TABLE", 1 << 16)
    monkeypatch.setattr(map2d, "OLD_ROWS", 1024)
    places = extend_map(old, xy, new)
    np.testing.assert_allclose(places, np.median(xy[nearest], axis=1), atol=1e-6)
    # A table of all pairs would take four bytes each.
    assert most_held(lambda: extend_map(old, xy, new)) < 1.2 * 400 * 6000


def test_the_start_of_a_large_map_is_that_of_a_small_one(monkeypatch: pytest.MonkeyPatch):
    points = np.random.default_rng(0).standard_normal((500, 12), np.float32) * np.arange(1, 13)
    points = points.astype(np.float32)
    exact = principal(points)
    monkeypatch.setattr(map2d, "MANY", 100)
    np.testing.assert_allclose(principal(points), exact, atol=1e-4)
    assert not principal(np.ones((200, 4), np.float32)).any()


def test_vectors_are_read_and_assigned_without_a_second_copy():
    rows = np.random.default_rng(0).standard_normal((2 * BLOCK, 64), np.float32)
    assert most_held(lambda: assign(rows, rows[:16])) < 0.9 * rows.nbytes
    with Catalogue.open(":memory:") as catalogue:
        keys = [str(n) for n in range(len(rows))]
        catalogue.put_vectors("pages", "net", dict(zip(keys, rows, strict=True)))
        backwards = keys[::-1]
        np.testing.assert_array_equal(catalogue.vectors("pages", "net", backwards), rows[::-1])
        held = most_held(lambda: catalogue.vectors("pages", "net", backwards))
    assert held < 1.2 * rows.nbytes


def test_a_cluster_sheet_reads_the_vectors_of_its_own_members(tmp_path: Path):
    from strokebook.pipeline.stages.page_sheets import Item, _cluster_pictures

    synthetic.make_project(tmp_path, 200)
    with synthetic.opened(tmp_path) as project:
        pages = project.catalogue.pages(include_private=False)
        items = [Item(p.image, p.id, lambda: Image.new("RGB", (8, 8))) for p in pages]
        asked = _count_vectors(project)
        for sight in _cluster_pictures(project, "pages", synthetic.NETWORK, items).values():
            sight.make()
    assert sorted(asked) == sorted(page.image for page in pages)  # each once


def _count_vectors(project: Project) -> list[str]:
    asked: list[str] = []
    read = project.catalogue.vectors

    def vectors(space: str, network: str, keys: Sequence[str]) -> object:
        asked.extend(keys)
        return read(space, network, keys)  # type: ignore[arg-type]

    project.catalogue.vectors = vectors  # type: ignore[method-assign,assignment]
    return asked
