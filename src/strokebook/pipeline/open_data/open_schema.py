"""The tables of the open data: their columns with units, their keys, and how they link.

One list for all that is made of it: the tables in SQLite, the CSV files, what Datasette shows
above a table, and the README beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Type = Literal["TEXT", "INTEGER", "REAL"]


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        name: Plain, with its unit where it has one (``width_px``).
        type: Of SQLite.
        text: What it holds, with the unit.
        links: The table that it is a key of.
    """

    name: str
    type: Type
    text: str
    links: str = ""


@dataclass(frozen=True)
class OpenTable:
    """A table: its name, what a row is, its primary key, its columns."""

    name: str
    text: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    facets: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Its columns' names."""
        return tuple(column.name for column in self.columns)


def _text(name: str, text: str, links: str = "") -> Column:
    return Column(name, "TEXT", text, links)


def _count(name: str, text: str, links: str = "") -> Column:
    return Column(name, "INTEGER", text, links)


def _real(name: str, text: str) -> Column:
    return Column(name, "REAL", text)


_PAGE = _text("page", "the page", "pages")

# In an order in which each table links only to those before it.
TABLES = (
    OpenTable(
        "sketchbooks",
        "One row a sketchbook.",
        ("sketchbook",),
        (
            _text("sketchbook", "its name, such as sb7"),
            _count("pages", "how many of its pages are here"),
            _count("drawings", "how many drawings on them"),
            _text("first_date", "the first day that one of its pages may be of, ISO 8601"),
            _text("last_date", "the last such day, ISO 8601"),
        ),
    ),
    OpenTable(
        "labels",
        "One row a label that a page has.",
        ("label",),
        (
            _text("label", "as it is written"),
            _text("kind", "drawing, watercolour, notes, cover, bad-scan or other"),
            _count("pages", "how many pages have it"),
        ),
    ),
    OpenTable(
        "page_clusters",
        "One row a cluster of pages that look alike to the network.",
        ("cluster",),
        (
            _count("cluster", "its number"),
            _text("name", "its name, if it has one"),
            _text("named_by", "hand or rule"),
            _count("pages", "how many pages of it are here"),
        ),
    ),
    OpenTable(
        "drawing_clusters",
        "One row a cluster of drawings that look alike.",
        ("cluster",),
        (
            _count("cluster", "its number"),
            _text("name", "its name, if it has one"),
            _text("named_by", "hand or rule"),
            _count("drawings", "how many drawings of it are here"),
        ),
    ),
    OpenTable(
        "pages",
        "One row a scanned page. Private pages are not here.",
        ("page",),
        (
            _text("page", "its id: sb7p012 is page 12 of sketchbook 7"),
            _text("sketchbook", "its sketchbook", "sketchbooks"),
            _count("number", "its page number, where its file has one"),
            _text("title", "what its file's name says after the number"),
            _count("place", "its place in the order of sketchbooks and pages, from 1"),
            _text("folder", "the folder that its file lies in: art, notes, cover, xtra"),
            _text("label", "the label that holds", "labels"),
            _text("label_source", "who says so: hand, cluster, classifier or rule"),
            _real(
                "label_confidence", "how sure that is, 0 to 1; empty where a hand or cluster says"
            ),
            _text("kind", "drawing, watercolour, notes, cover, bad-scan or other"),
            _count("cluster", "its cluster of pages", "page_clusters"),
            _count("drawings", "how many drawings were separated on it"),
            _count("width_px", "width of the scan, upright, in pixels"),
            _count("height_px", "height of the scan, upright, in pixels"),
            _text("format", "of the file: JPEG, PNG, TIFF, ..."),
            _text("image", "its small picture, relative to this folder, where there is one"),
        ),
        ("sketchbook", "label", "label_source", "cluster"),
    ),
    OpenTable(
        "dates",
        "One row a page of which it is known when it was drawn.",
        ("page",),
        (
            _PAGE,
            _text("first", "the first day that it may be of, ISO 8601"),
            _text("last", "the last such day, ISO 8601"),
            _text("source", "hand, read (off the scan), file, or between (interpolated)"),
        ),
        ("source",),
    ),
    OpenTable(
        "tags",
        "One row a tag of a page.",
        ("page", "tag"),
        (_PAGE, _text("tag", "cover, extras, favourite or notes")),
        ("tag",),
    ),
    OpenTable(
        "drawings",
        "One row a drawing that was separated on a page.",
        ("drawing",),
        (
            _text("drawing", "its id: sb7p012d02 is the second on page 12 of sketchbook 7"),
            _text("page", "the page that it lies on", "pages"),
            _text("sketchbook", "its sketchbook", "sketchbooks"),
            _count("number", "its number on the page, from 1"),
            _count("kept", "1: a model may learn from it; 0: dropped"),
            _text("reason", "why it was dropped, or kept by hand"),
            _text("decided_by", "hand, cluster, measure or filter; empty where nobody did"),
            _count("cluster", "its cluster of drawings", "drawing_clusters"),
            _real("x0_px", "left edge of its box, in pixels of the page"),
            _real("y0_px", "upper edge, in pixels of the page"),
            _real("x1_px", "right edge, in pixels of the page"),
            _real("y1_px", "lower edge, in pixels of the page"),
            _count("strokes", "how many strokes of the pen"),
            _count("points", "how many points its strokes have"),
            _real("length", "of the line, in sides: 1 is the longer side of the page"),
            _real("length_mm", "the same in millimetres; empty where the scan has no resolution"),
            _count("crossings", "how often the line crosses itself"),
            _count("lifts", "how often the pen leaves the paper"),
            _real("turns", "full turns of the line, left and right alike"),
            _real("size", "longer side of its box, in sides of the page"),
            _real("size_mm", "the same in millimetres"),
            _text("svg", "its file, relative to this folder, where there is one"),
        ),
        ("sketchbook", "kept", "cluster"),
    ),
    OpenTable(
        "edits",
        "One row an edit by hand, or one that followed from it. Nothing of private pages is here.",
        ("edit",),
        (
            _count("edit", "its place in the log"),
            _count("command", "the first edit of the same command"),
            _text("at", "when, ISO 8601 in UTC"),
            _text("by", "hand, filed (a file moved), twin (hand.json), run, file or import"),
            _text("kind", "label, tag, decision, cluster, label-kind, date, undo or redo"),
            _text("page", "the page that it is about, where it is one", "pages"),
            _text("label", "the label or name that it gives", "labels"),
            _count("undone", "1: it was taken back since"),
            _text("words", "what it says"),
        ),
        ("kind", "by", "undone"),
    ),
    OpenTable(
        "edit_pages",
        "One row a page that an edit is about: naming a cluster is about many.",
        ("edit", "page"),
        (_count("edit", "the edit", "edits"), _PAGE),
    ),
)

# Shares are what one looks for first; a view keeps them in step with the tables.
VIEWS = {
    "label_shares": (
        "The share of each label in each sketchbook, 0 to 1.",
        """CREATE VIEW label_shares AS
        SELECT p.sketchbook, coalesce(p.label, 'no label') AS label, count(*) AS pages,
            round(1.0 * count(*) / s.pages, 4) AS share
        FROM pages p JOIN sketchbooks s USING (sketchbook)
        GROUP BY p.sketchbook, p.label ORDER BY min(p.place), pages DESC""",
    ),
    "drawings_by_sketchbook": (
        "Means of the drawings' measures in each sketchbook; units as in drawings.",
        """CREATE VIEW drawings_by_sketchbook AS
        SELECT d.sketchbook, count(*) AS drawings, round(avg(length), 4) AS length,
            round(avg(length_mm), 1) AS length_mm, round(avg(crossings), 2) AS crossings,
            round(avg(lifts), 2) AS lifts, round(avg(turns), 2) AS turns,
            round(avg(size), 4) AS size, round(avg(points), 1) AS points
        FROM drawings d JOIN pages p USING (page)
        GROUP BY d.sketchbook ORDER BY min(p.place)""",
    ),
}


def create_table(table: OpenTable) -> str:
    """The statement that makes a table; ids come first, so that Datasette shows them as links."""
    single = table.key[0] if len(table.key) == 1 else ""
    lines = [
        f"{column.name} {column.type}{' PRIMARY KEY' if column.name == single else ''}"
        for column in table.columns
    ]
    if not single:
        lines.append(f"PRIMARY KEY ({', '.join(table.key)})")
    by_name = {other.name: other for other in TABLES}
    lines += [
        f"FOREIGN KEY ({c.name}) REFERENCES {c.links} ({by_name[c.links].key[0]})"
        for c in table.columns
        if c.links
    ]
    return f"CREATE TABLE {table.name} ({', '.join(lines)})"


def create_indexes(table: OpenTable) -> list[str]:
    """An index for every column that links to another table, so that links are followed at once."""
    return [
        f"CREATE INDEX {table.name}_{column.name} ON {table.name} ({column.name})"
        for column in table.columns
        if column.links and table.key[0] != column.name
    ]


def describe_columns() -> str:
    """All tables and columns in Markdown, as the README of an export and the docs have them."""
    parts = []
    for table in TABLES:
        rows = [
            f"| `{c.name}` | {c.text}{f'; links to `{c.links}`' if c.links else ''} |"
            for c in table.columns
        ]
        head = [
            f"### {table.name}",
            "",
            table.text,
            "",
            "| column | what it holds |",
            "| --- | --- |",
        ]
        parts.append("\n".join([*head, *rows]))
    views = [f"- `{name}`: {text}" for name, (text, _) in VIEWS.items()]
    return "\n\n".join([*parts, "### Views", "\n".join(views)]) + "\n"
