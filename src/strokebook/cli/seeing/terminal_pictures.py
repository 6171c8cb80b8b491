"""Pictures inside the terminals that can show them, and in the system's own viewer.

kitty's graphics protocol (kitty, Ghostty) and iTerm2's inline images (iTerm2, WezTerm); elsewhere
nothing is written, and the picture's path has to do.
"""

from __future__ import annotations

import base64
import io
import os
import subprocess
import sys
from pathlib import Path

from PIL import Image

ROWS = 18  # lines of the terminal that a picture may take
_CHUNK = 4096  # bytes of base64 that kitty takes at a time


def terminal_kind() -> str:
    """``kitty``, ``iterm``, or "" for a terminal without pictures."""
    program = os.environ.get("TERM_PROGRAM", "")
    if os.environ.get("KITTY_WINDOW_ID") or "kitty" in os.environ.get("TERM", ""):
        return "kitty"
    if program == "ghostty":
        return "kitty"
    return "iterm" if program in ("iTerm.app", "WezTerm") else ""


def inline_picture(image: Image.Image, kind: str) -> str:
    """The characters that make a terminal of this kind show ``image``; "" where it cannot."""
    if not kind:
        return ""
    data = io.BytesIO()
    image.convert("RGB").save(data, "PNG")
    text = base64.b64encode(data.getvalue()).decode("ascii")
    if kind == "iterm":
        return f"\x1b]1337;File=inline=1;height={ROWS};preserveAspectRatio=1:{text}\x07\n"
    parts = [text[n : n + _CHUNK] for n in range(0, len(text), _CHUNK)]
    codes = []
    for n, part in enumerate(parts):
        head = f"f=100,a=T,r={ROWS}," if n == 0 else ""
        codes.append(f"\x1b_G{head}m={int(n < len(parts) - 1)};{part}\x1b\\")
    return "".join(codes) + "\n"


def open_in_viewer(path: Path) -> bool:
    """Open a file as a double click does; False where there is no such program."""
    if sys.platform == "win32":
        os.startfile(path)  # type: ignore[attr-defined,unused-ignore]
        return True
    program = "open" if sys.platform == "darwin" else "xdg-open"
    try:
        subprocess.Popen([program, str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return False
    return True
