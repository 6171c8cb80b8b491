from __future__ import annotations

from strokebook.vision.reading.page_numbers import NumberRead, believe, check_numbers
from strokebook.vision.reading.places import Written


def reads(filed: int | None, number: int, certainty: float = 0.99, book: str = "sb1") -> NumberRead:
    written = Written(str(number), certainty, (0, 0.9, 0.1, 0.95))
    return NumberRead(f"{book}p{filed}", book, filed, number, written)


def believed(*readings: NumberRead, filed=None) -> list[tuple[str, int]]:
    return [(one.page, one.read) for one in believe(readings, filed)]


def test_what_fits_its_neighbours_is_believed_at_a_middling_certainty():
    assert believed(reads(5, 7, 0.6), reads(6, 8, 0.6)) == [("sb1p5", 7), ("sb1p6", 8)]
    assert believed(reads(5, 7, 0.6), reads(60, 62, 0.6)) == []  # too far apart
    assert believed(reads(5, 7, 0.4), reads(6, 8, 0.6)) == []


def test_a_number_by_itself_has_to_be_certain_and_of_two_digits():
    assert believed(reads(None, 79)) == [("sb1pNone", 79)]
    assert believed(reads(None, 79, 0.9)) == []
    assert believed(reads(None, 8)) == []


def test_the_expected_number_with_a_digit_lost_or_mistaken_is_not_believed():
    for filed, number in ((134, 34), (134, 13), (17, 11), (134, 184)):
        assert believed(reads(filed, number)) == []
    assert believed(reads(12, 13)) == [("sb1p12", 13)]  # neighbours are often swapped
    assert believed(reads(12, 21)) == [("sb1p12", 21)]


def test_a_misfiled_page_whose_own_number_is_missing():
    assert believed(reads(3, 4)) == []
    assert believed(reads(3, 4), filed={"sb1": [1, 2, 3, 5]}) == [("sb1p3", 4)]


def test_of_several_numbers_on_a_page_the_fitting_one_counts():
    page = [reads(6, 88), reads(6, 6, 0.6)]
    assert believed(*page, reads(5, 5), reads(7, 7)) == [("sb1p6", 6), ("sb1p5", 5), ("sb1p7", 7)]
    assert believed(reads(6, 88), reads(6, 77)) == []


def test_numbers_are_compared_with_files():
    numbers = [(1, 1), (2, 2), (3, 3), (5, 21), (21, 21)]
    check = check_numbers([reads(*n) for n in numbers], {"sb1": [1, 2, 3, 5, 6]})
    assert [one.page for one in check.misfiled] == ["sb1p5"]
    assert check.offsets == {}
    assert check.missing == {"sb1": (4,)}
    assert [[one.page for one in ones] for ones in check.twice] == [["sb1p5", "sb1p21"]]


def test_a_sketchbook_that_counts_otherwise_is_told_once():
    check = check_numbers([reads(n, n + 4) for n in range(1, 9)] + [reads(9, 9)], {})
    assert check.offsets == {"sb1": 4}
    assert [one.page for one in check.misfiled] == ["sb1p9"]


def test_files_called_by_dates_have_no_gaps():
    assert check_numbers([], {"sb1": [20190512, 20190730]}).missing == {}
