"""What a published file holds, taken apart again."""

from __future__ import annotations

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

CONFIG = re.compile(
    r'<script type="application/json" id="strokebook-config">(.*?)</script>', re.DOTALL
)
MODEL = re.compile(r'<script type="application/octet-stream;base64" id="model-\d+">(.*?)</script>')


def config(page: Path) -> dict[str, Any]:
    found = CONFIG.findall(page.read_text("utf-8"))
    assert len(found) == 1
    value: dict[str, Any] = json.loads(found[0])
    return value


def models(page: Path) -> list[bytes]:
    """The models' files."""
    packed = MODEL.findall(page.read_text("utf-8"))
    return [gzip.decompress(base64.b64decode(text)) for text in packed]


def header(model: bytes) -> dict[str, str]:
    """What a model's file says of itself."""
    length = int.from_bytes(model[:8], "little")
    texts: dict[str, str] = json.loads(model[8 : 8 + length])["__metadata__"]
    return texts


def written(page: Path, template: str) -> str:
    """All that a published page has beside the template: its settings, its models' headers.

    And their tensors, read as bytes of Latin-1.
    """
    text = page.read_text("utf-8")
    for line in template.splitlines():
        text = text.replace(line, "") if len(line) > 20 else text
    headers = json.dumps([header(model) for model in models(page)], ensure_ascii=False)
    return MODEL.sub("", text) + headers + "".join(m.decode("latin-1") for m in models(page))
