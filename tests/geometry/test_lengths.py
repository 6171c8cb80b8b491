import pytest

from strokebook.base.errors import UsageError
from strokebook.geometry.lengths import millimetres
from strokebook.geometry.plotting.papers import paper_size


@pytest.mark.parametrize(
    ("text", "mm"),
    [("10mm", 10), ("10", 10), (" 1.5 cm ", 15), ("6in", 152.4), (".5MM", 0.5), ('2"', 50.8)],
)
def test_lengths(text: str, mm: float) -> None:
    assert millimetres(text, "--width") == pytest.approx(mm)


@pytest.mark.parametrize(
    "text", ["", "mm", "0", "-3mm", "3 px", "nan", "1e3mm", "99999mm", "1,5cm"]
)
def test_what_is_no_length(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        millimetres(text, "--width")
    assert "--width" in refused.value.reason and "10mm" in refused.value.remedy


def test_zero_only_where_it_may_be() -> None:
    assert millimetres("0mm", "--margin", zero=True) == 0
    with pytest.raises(UsageError):
        millimetres("-1", "--margin", zero=True)


@pytest.mark.parametrize(
    ("paper", "landscape", "size"),
    [
        ("a4", False, (210, 297)),
        ("A5", True, (210, 148)),
        ("200x300mm", False, (200, 300)),
        ("20 x 30 cm", True, (300, 200)),
        ("300x200", True, (300, 200)),
        ("8.5x11in", False, (215.9, 279.4)),
    ],
)
def test_papers(paper: str, landscape: bool, size: tuple[float, float]) -> None:
    assert paper_size(paper, landscape=landscape) == pytest.approx(size)


@pytest.mark.parametrize("paper", ["a9", "", "0x10mm", "10x", "10x20x30", "..x3", "99999x3"])
def test_what_is_no_paper(paper: str) -> None:
    with pytest.raises(UsageError):
        paper_size(paper)
