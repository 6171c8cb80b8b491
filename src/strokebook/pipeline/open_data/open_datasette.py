"""What Datasette shows beside the tables, and the README of the open data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from strokebook.pipeline.open_data.open_schema import TABLES, VIEWS, describe_columns

NAME = "sketchbooks"  # of the database, as Datasette has it from its file
TITLE = "Sketchbooks"
_TEMPLATE = """{# Written by strokebook: the pages' small pictures in Datasette's table. #}
{% if display_rows %}
<div class="table-wrapper"><table class="rows-and-columns">
<thead><tr>{% for column in display_columns %}<th class="col-{{ column.name|to_css_class }}"
 scope="col" data-column="{{ column.name }}" data-column-type="{{ column.type.lower() }}">
{% if column.sortable %}<a rel="nofollow" href="{{ fix_path(path_with_replaced_args(request,
 {'_sort': column.name, '_sort_desc': None, '_next': None})) }}">{{ column.name }}</a>
{% else %}{{ column.name }}{% endif %}</th>{% endfor %}</tr></thead>
<tbody>{% for row in display_rows %}<tr>{% for cell in row %}
<td class="col-{{ cell.column|to_css_class }} type-{{ cell.value_type }}">
{% if cell.column == "image" and row["image"] %}
<img src="/{{ row['image'] }}" alt="{{ row['page'] }}" height="140" loading="lazy">
{% else %}{{ cell.value }}{% endif %}</td>{% endfor %}</tr>{% endfor %}</tbody>
</table></div>
{% else %}<p class="zero-results">0 records</p>{% endif %}
"""


@dataclass(frozen=True)
class OpenDataFacts:
    """What the artist says of the data; "" where nothing is said."""

    title: str = ""
    artist: str = ""
    licence: str = ""
    licence_url: str = ""


def metadata(facts: OpenDataFacts, *, images: bool) -> dict[str, Any]:
    """Datasette's ``metadata.json``: titles, licence, what each table and column holds."""
    tables: dict[str, Any] = {}
    for table in TABLES:
        # Ids are their own names: without this Datasette would look for another column.
        tables[table.name] = {
            "description": table.text,
            "columns": {column.name: column.text for column in table.columns},
            "label_column": _label_column(table.name),
        }
        if table.facets:
            tables[table.name]["facets"] = list(table.facets)
    tables["pages"]["sort"] = "place"
    if images:
        tables["pages"]["size"] = 50  # a screen of pictures, not a hundred
    for name, (text, _) in VIEWS.items():
        tables[name] = {"description": text}
    about = {
        "title": facts.title or TITLE,
        "description": f"Pages and drawings{f' by {facts.artist}' if facts.artist else ''}.",
        **({"license": facts.licence} if facts.licence else {}),
        **({"license_url": facts.licence_url} if facts.licence_url else {}),
    }
    return {**about, "databases": {NAME: {"tables": tables}}}


def _label_column(table: str) -> str:
    """The column that a link to a row of this table shows."""
    by_name = {t.name: t for t in TABLES}
    names = by_name[table].names
    return "name" if "name" in names else names[0]


def page_template() -> str:
    """A template of Datasette's with which the table of pages shows their pictures."""
    return _TEMPLATE


def readme(facts: OpenDataFacts, pages: int, drawings: int) -> str:
    """What is in the folder, how to open it, and what every column holds."""
    by = f" by {facts.artist}" if facts.artist else ""
    licence = f"\n\nLicence: {facts.licence} {facts.licence_url}".rstrip() if facts.licence else ""
    return f"""# {facts.title or TITLE}

{pages:,} pages and {drawings:,} drawings{by}, written by strokebook. Private pages are not among
them.{licence}

- `sketchbooks.db`: SQLite. To look through it in a browser:
  `pip install datasette`, then in this folder `datasette .` (it reads `metadata.json` too).
- `csv/`: the same tables as CSV (UTF-8).
- `static/by-label/`, `static/drawings/`: the pages' small pictures in folders by label, and the
  drawings as SVG, where they were asked for.

## Columns

{describe_columns()}"""
