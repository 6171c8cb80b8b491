"""Our engine against @magenta/sketch on the same published decoder, in one page, in one run.

    python -m benchmarks.browser.peer                      # a minute; needs Node, npm, a network
    python -m benchmarks.browser.peer --rounds 9 --out FILE.json

`@magenta/sketch` 0.2.0 is installed by npm into ``benchmarks/out/sketch``; the decoder is Magenta's
bear (``STROKEBOOK_SHARED``), which ours gets by ``strokebook import`` and ``export --format web``.
In each round ours draws nine drawings at once, in its Worker and with the line between the points;
then the peer draws as many points of each, one drawing after the other, as its README has it, with
every backend of its own that works here; the fastest counts. The ratio is that of the medians.
Code sizes are gzipped (level 9), without weights.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.browser.chromium import chromium, machine
from benchmarks.browser.measures import median, ratio, table
from tools.tasks import ROOT, WEB, install_web

if TYPE_CHECKING:
    from playwright.sync_api import Page

PEER, VERSION = "@magenta/sketch", "0.2.0"
INSTALLED = ROOT / "benchmarks" / "out" / "sketch"
BUNDLE = INSTALLED / "node_modules" / PEER / "dist" / "magentasketch.js"
ENGINE = WEB / "engine" / "dist" / "index.js"
RACE = Path(__file__).with_name("peer_page.js")
SHARED = Path(os.environ.get("STROKEBOOK_SHARED", ROOT.parent / "shared"))
DECODER = SHARED / "data" / "magenta" / "bear.gen.json"
BACKENDS = ("webgl", "cpu")
# WebGL without a graphics card: SwiftShader; it takes no part in what ours does.
FLAGS = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist")
NINE = 9
FASTER, SMALLER = 10, 4  # wanted


def main() -> None:
    """Print a table, and JSON if asked."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--points", type=int, default=50, help="most points of a drawing")
    ask.add_argument("--rounds", type=int, default=5)
    ask.add_argument("--seed", type=int, default=0)
    ask.add_argument("--out", type=Path, help="a JSON file")
    asked = ask.parse_args()
    if (lacking := missing()) is not None:
        raise SystemExit(f"Not measured: {lacking}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        with served(folder) as address, chromium(FLAGS) as browser:
            where = machine(browser)
            print(f"{where}; nine drawings of up to {asked.points} points, {asked.rounds} rounds")
            page = browser.new_page()
            page.goto(f"{address}/race.html")
            result = race(page, asked.points, asked.rounds, asked.seed)
    result |= {"machine": where, "sizes": sizes()}
    print(report(result))
    if asked.out:
        asked.out.write_text(json.dumps(result, indent=1))


def missing() -> str | None:
    """What cannot be had of what is needed; None: all is there, or has been installed."""
    if not DECODER.is_file():
        return f"{DECODER.name} is not in {DECODER.parent} (STROKEBOOK_SHARED names another place)."
    npm = shutil.which("npm")
    if npm is None or not install_web():
        return "Node and npm are needed, and the packages of web/."
    if not BUNDLE.is_file():
        INSTALLED.mkdir(parents=True, exist_ok=True)
        what = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"]
        done = subprocess.run([*what, str(INSTALLED), f"{PEER}@{VERSION}"], check=False)
        if done.returncode:
            return f"npm could not install {PEER} {VERSION}."
    return None


def prepare(folder: Path) -> None:
    """Put the page, both libraries and the decoder in both forms into a folder."""
    strokebook = [sys.executable, "-m", "strokebook"]
    model, file = str(folder / "bear"), str(folder / "bear.safetensors")
    quiet = partial(subprocess.run, check=True, stdout=subprocess.DEVNULL)
    quiet([*strokebook, "import", str(DECODER), "-o", model])
    quiet([*strokebook, "export", model, "-o", file, "--format", "web"])
    quiet(["node", "build.mjs"], cwd=WEB)
    for source, name in (
        (DECODER, "bear.gen.json"),
        (BUNDLE, "sketch.js"),
        (ENGINE, "engine.js"),
        (RACE, "race.js"),
    ):
        shutil.copyfile(source, folder / name)
    page = '<!doctype html><meta charset="utf-8"><script src="sketch.js"></script>'
    (folder / "race.html").write_text(f'{page}<script src="race.js"></script>', "utf-8")


class _Quiet(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".js": "text/javascript"}

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A folder at an address of this machine: pages from the disk may import no modules."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def race(page: Page, points: int, rounds: int, seed: int) -> dict[str, Any]:
    """Points a second in every round: ours (nine at once, and one alone), the peer's backends."""
    load = "() => race.load('bear.gen.json', 'bear.safetensors', './engine.js')"
    kernel = page.evaluate(load)
    works = [name for name in BACKENDS if page.evaluate("(name) => race.useBackend(name)", name)]
    rates: dict[str, list[float]] = {name: [] for name in ("ours", "ours, one", *works)}
    page.evaluate("() => race.ours(9, 50, 1000)")  # so that its code, too, is compiled
    for turn in range(seed, seed + rounds):
        counts = _ours(page, rates["ours"], NINE, points, turn)
        _ours(page, rates["ours, one"], 1, points, turn)
        for name in works:
            page.evaluate("(name) => race.useBackend(name)", name)
            ms = page.evaluate("(counts) => race.theirs(counts)", counts)
            rates[name].append(1000 * sum(counts) / ms)
    return {"kernel": kernel, "rates": rates, "backends": works}


def _ours(page: Page, rates: list[float], n: int, points: int, seed: int) -> list[int]:
    """Draw, note the rate; how many points each drawing has."""
    drawn = page.evaluate("(asked) => race.ours(...asked)", [n, points, seed])
    rates.append(1000 * sum(drawn["counts"]) / drawn["ms"])
    counts: list[int] = drawn["counts"]
    return counts


def sizes() -> dict[str, int]:
    """Bytes of code, gzipped."""
    files = {"ours": ENGINE, "theirs": BUNDLE}
    return {name: len(gzip.compress(file.read_bytes(), 9)) for name, file in files.items()}


def report(result: dict[str, Any]) -> str:
    """A table, the ratio, the sizes."""
    rates, backends = result["rates"], result["backends"]
    best = max((median(rates[name]) for name in backends), default=float("nan"))
    ours, code = median(rates["ours"]), result["sizes"]
    part = ratio(code["theirs"], code["ours"])
    names = {"ours": f"ours ({result['kernel']}), nine at once", "ours, one": "ours, one drawing"}
    rows = [
        [
            names.get(name, f"{PEER} {VERSION}, {name}"),
            *(f"{value:.0f}" for value in (median(some), min(some), max(some))),
            f"{ratio(ours, median(some)):.1f}",
        ]
        for name, some in rates.items()
    ]
    left = [name for name in BACKENDS if name not in backends]
    return "\n".join(
        (
            table(("", "points/s", "least", "most", "ours is × as fast"), rows),
            *(f"{name}: does not work here" for name in left),
            f"ratio to its fastest: {ratio(ours, best):.1f} (wanted: {FASTER})",
            f"code, gzipped: ours {code['ours'] / 1000:.1f} kB, {PEER}"
            f" {code['theirs'] / 1000:.1f} kB: a part of 1/{part:.1f} (wanted: 1/{SMALLER})",
        )
    )


if __name__ == "__main__":
    main()
