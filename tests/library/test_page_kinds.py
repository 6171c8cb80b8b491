from __future__ import annotations

import pytest

from strokebook.base.errors import UsageError
from strokebook.library.kinds import DEFAULT_LABELS, check_label, kind_of


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("0_drawings", "drawing"),
        ("Drawing", "drawing"),
        ("line drawings", "drawing"),
        ("1_watercolors", "watercolour"),
        ("watercolours", "watercolour"),
        ("2. Water-Colours", "watercolour"),
        ("notes", "notes"),
        ("Note", "notes"),
        ("covers", "cover"),
        ("bad scans", "bad-scan"),
        ("bad-scans", "bad-scan"),
        ("3_bad_scan", "bad-scan"),
        ("portraits", "other"),
        ("not drawings", "other"),
        ("42", "other"),
        (None, None),
    ],
)
def test_a_label_names_a_kind(label, kind):
    assert kind_of(label) == kind


def test_default_labels_name_their_own_kind():
    assert {kind: kind_of(label) for kind, label in DEFAULT_LABELS.items()} == {
        kind: kind for kind in DEFAULT_LABELS
    }


@pytest.mark.parametrize("label", ["", "  ", "a/b", "..", ".hidden", "a\nb", "x" * 61, "c:d"])
def test_labels_that_cannot_be_folders_are_refused(label):
    with pytest.raises(UsageError):
        check_label(label)


def test_labels_are_composed_and_trimmed():
    assert check_label(" Akte\u0301 ") == "Akt\u00e9"
