import numpy as np

from strokebook.figures.join import JoinOptions
from strokebook.figures.prepare_page import PageOptions, prepare_page
from strokebook.figures.separate import SeparateOptions
from strokebook.figures.splice import SpliceOptions
from strokebook.geometry.drawing import Drawing


def circle(x, y, r, start, stop, n=60):
    a = np.linspace(start, stop, n) * 2 * np.pi
    return np.c_[x + r * np.cos(a), y + r * np.sin(a)]


def page_of_two():
    """Two broken circles of 500 px, 120 px apart, and a page number far below."""
    rings = [circle(300, y, 250, a, a + 0.46) for y in (300, 920) for a in (0.0, 0.5)]
    return Drawing.of([*rings, circle(550, 1500, 12, 0, 1)], size=(1240, 1754), source="sb48p005")


def test_a_page_becomes_its_drawings_in_page_pixels():
    page = prepare_page(page_of_two(), separating=SeparateOptions(gap=12.0))
    assert [len(f.drawing) for f in page.kept] == [1, 1]
    np.testing.assert_allclose(page.kept[0].box, [50, 50, 550, 550], atol=6)
    np.testing.assert_allclose(page.kept[1].box, [50, 670, 550, 1170], atol=6)
    for f in page.kept:
        assert (f.drawing.unit, f.drawing.size) == ("px", (1240.0, 1754.0))
        assert f.drawing.source == "sb48p005"
        np.testing.assert_allclose(f.drawing.points.min(axis=0), f.box[:2], atol=0.1)
    assert [f.reason[:14] for f in page.dropped] == ["Its box covers"]


def test_counts_follow_the_steps():
    page = prepare_page(page_of_two(), separating=SeparateOptions(gap=12.0))
    assert [(c.step, c.strokes) for c in page.counts] == [
        ("traced", 5), ("resampled", 5), ("joined", 3), ("spliced", 3), ("kept", 2),
    ]  # fmt: skip
    assert 990 <= page.counts[1].points <= 1000
    assert page.counts[3].points == page.spliced.n_points == page.framed.n_points


def test_joining_the_whole_page_first_fuses_neighbours():
    near = SeparateOptions(gap=12.0)
    far_join = JoinOptions(distance=100.0)
    last = prepare_page(page_of_two(), PageOptions(separate_first=False), far_join, None, near)
    first = prepare_page(page_of_two(), PageOptions(separate_first=True), far_join, None, near)
    assert (len(last.kept), len(first.kept)) == (1, 2)


def test_strokes_too_short_to_resample_still_belong_to_their_drawing():
    """Specks carry a broken line across a gap and stretch its box, but are not in the drawing."""
    specks = [[(x, 300), (x + 2, 300)] for x in (590, 640, 690)]
    halves = [circle(300, 300, 250, 0, 1), circle(980, 300, 250, 0, 1)]
    apart = prepare_page(Drawing.of(halves, size=(1300, 700)))
    joined = prepare_page(Drawing.of([*halves, *specks], size=(1300, 700)))
    assert (len(apart.kept), len(joined.kept)) == (2, 1)
    alone = prepare_page(Drawing.of([halves[0], specks[0], halves[1] + 500], size=(1800, 1300)))
    np.testing.assert_allclose(alone.kept[0].box, [50, 50, 592, 550], atol=1)
    assert alone.kept[0].drawing.points[:, 0].max() < 551
    assert len(alone.framed) == 2


def test_faithful_separation_comes_last_whatever_is_asked():
    faithful = SeparateOptions(mode="faithful")
    results = [
        prepare_page(page_of_two(), PageOptions(separate_first=f), None, None, faithful)
        for f in (True, False)
    ]
    assert results[0].spliced.n_points == results[1].spliced.n_points
    assert [len(r.kept) for r in results] == [len(results[0].kept)] * 2


def test_an_empty_page_gives_nothing():
    page = prepare_page(Drawing.of([]), splicing=SpliceOptions(mode="mended"))
    assert (page.kept, page.dropped) == ((), ())
    assert all(c.strokes == 0 for c in page.counts)


def test_corners_and_small_features_of_a_drawing_stay_whatever_else_is_on_its_page() -> None:
    zigzag = np.array([(x, 300 + 8 * (x // 8 % 2)) for x in range(0, 160, 8)], float)
    long = [np.array([(0, y), (1000, y)], float) for y in (0, 900)]
    traced = Drawing.of([zigzag, *long], size=(1000, 1000), pen_width=3.0)
    few, fine = (
        PageOptions(path="traced", points=300, step=0.0),
        PageOptions(path="traced", points=300),
    )

    def farthest(options: PageOptions) -> float:
        kept = prepare_page(traced, options).framed.strokes[0]
        placed = prepare_page(traced, options).placement.to_page(kept)
        return float(max(np.linalg.norm(placed - corner, axis=1).min() for corner in zigzag))

    assert farthest(few) > 2.0
    assert farthest(fine) <= 0.75 + 1e-6
