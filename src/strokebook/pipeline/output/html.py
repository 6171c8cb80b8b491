"""One self-contained HTML file: headings, tables and pictures, nothing loaded from elsewhere."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from PIL import Image

STYLE = """
:root { color-scheme: light; --ink: #1c1c1e; --soft: #6b6b70; --line: #e2e0da; --paper: #fbfaf6; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 3rem 1.5rem 6rem; max-width: 68rem; background: var(--paper);
  color: var(--ink); font: 16px/1.55 Georgia, "Iowan Old Style", serif; }
h1 { font-size: 2.2rem; font-weight: 500; margin: 0 0 .3rem; letter-spacing: -.01em; }
h2 { font-size: 1.35rem; font-weight: 500; margin: 3.2rem 0 .4rem; padding-top: .9rem;
  border-top: 1px solid var(--line); }
p { margin: .4rem 0 1rem; max-width: 46rem; } .soft, figcaption { color: var(--soft); }
figure { margin: 1rem 0 1.6rem; } figcaption { font-size: .86rem; margin-top: .35rem; }
img { max-width: 100%; height: auto; background: #fff; border: 1px solid var(--line); }
table { border-collapse: collapse; font-size: .92rem; margin: .6rem 0 1.4rem; }
th, td { text-align: left; padding: .28rem 1.1rem .28rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; } th { color: var(--soft); font-weight: 400; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
nav a { color: inherit; margin-right: 1.1rem; } nav { font-size: .92rem; margin: 1rem 0; }
"""


class HtmlPage:
    """An HTML page that grows from the top down."""

    def __init__(self, title: str, subtitle: str = "") -> None:
        self._title = title
        self._head = f"<h1>{html.escape(title)}</h1><p class=soft>{html.escape(subtitle)}</p>"
        self._body: list[str] = []
        self._sections: list[str] = []

    def section(self, title: str, text: str = "") -> None:
        """A heading with an anchor, and a paragraph under it."""
        self._sections.append(title)
        self._body.append(f'<h2 id="s{len(self._sections)}">{html.escape(title)}</h2>')
        if text:
            self.text(text)

    def text(self, text: str) -> None:
        """A paragraph."""
        self._body.append(f"<p>{html.escape(text)}</p>")

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A table; numbers stand to the right."""
        head = "".join(f"<th>{html.escape(c)}</th>" for c in columns)
        body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
        self._body.append(f"<table><tr>{head}</tr>{body}</table>")

    def picture(self, picture: Path | Image.Image, caption: str, most: int = 1600) -> None:
        """A picture carried inside the page; its caption is also its text for screen readers."""
        source = _data_uri(picture, most)
        words = html.escape(caption)
        self._body.append(
            f'<figure><img loading=lazy src="{source}" alt="{words}"><figcaption>{words}'
            "</figcaption></figure>"
        )

    def render(self) -> str:
        """The whole page as text."""
        links = "".join(
            f'<a href="#s{n}">{html.escape(s)}</a>' for n, s in enumerate(self._sections, start=1)
        )
        return (
            "<!doctype html><html lang=en><meta charset=utf-8>"
            '<meta name=viewport content="width=device-width, initial-scale=1">'
            f"<title>{html.escape(self._title)}</title><style>{STYLE}</style>"
            f"<body>{self._head}<nav>{links}</nav>{''.join(self._body)}</body></html>\n"
        )


def _cell(value: object) -> str:
    kind = " class=n" if isinstance(value, (int, float)) and not isinstance(value, bool) else ""
    text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    return f"<td{kind}>{html.escape(text)}</td>"


def _data_uri(picture: Path | Image.Image, most: int) -> str:
    if isinstance(picture, Path) and picture.suffix == ".gif":
        return _uri("gif", picture.read_bytes())
    image = Image.open(picture) if isinstance(picture, Path) else picture
    image.thumbnail((most, most * 4))
    memory = io.BytesIO()
    image.convert("RGB").save(memory, "WEBP", quality=82, method=4)
    return _uri("webp", memory.getvalue())


def _uri(kind: str, data: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
