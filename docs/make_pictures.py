"""The README's pictures, from a finished demo: ``python docs/make_pictures.py demo/project``."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

# Picture in the project → name in docs/pictures, longest side in pixels.
WANTED = {
    "drawn/completions.png": ("completions.jpg", 1600),
    "drawn/samples.png": ("samples.jpg", 1400),
    "pictures/path.png": ("path.jpg", 1400),
    "pictures/map-pages.jpg": ("map.jpg", 1000),
    "pictures/drawings-kept.jpg": ("drawings.jpg", 1400),
}


def main(project: Path) -> None:
    """Write reduced copies."""
    target = Path(__file__).parent / "pictures"
    target.mkdir(exist_ok=True)
    for source, (name, side) in WANTED.items():
        picture = Image.open(project / source).convert("RGB")
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
        picture.save(target / name, "JPEG", quality=80, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
