"""A real Chromium for tests, without a network: every request that it tries is counted.

Other tests of pages take the fixtures from here by way of ``conftest.py``: ``browser`` (one a
process), ``context`` and ``page`` (new for each test, offline). Without Node or Chromium tests are
skipped with the reason, but never under continuous integration (the variable ``CI``).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from filelock import FileLock

from tools.tasks import WEB, install_web

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Request

CI = bool(os.environ.get("CI"))
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--disable-dev-shm-usage",
)
INSIDE = ("blob:", "data:", "about:")  # what a page opens without leaving itself
# Pointer events as a pen makes them: with pressure, several positions in one event.
DRAW = """
([selector, points, kind, hold]) => {
  const board = document.querySelector(selector)
  const box = board.getBoundingClientRect()
  const event = (type, [x, y, pressure], coalesced = []) => {
    const about = {
      bubbles: true, cancelable: true, composed: true, isPrimary: true, pointerId: 7,
      pointerType: kind, clientX: box.left + x * box.width, clientY: box.top + y * box.height,
      pressure: type === 'pointerup' ? 0 : pressure, button: type === 'pointermove' ? -1 : 0,
      buttons: type === 'pointerup' ? 0 : 1,
    }
    return new PointerEvent(type, { ...about, coalescedEvents: coalesced })
  }
  board.dispatchEvent(event('pointerdown', points[0]))
  for (let at = 1; at < points.length; at += 4) {
    const some = points.slice(at, at + 4)
    const all = some.map((point) => event('pointermove', point))
    board.dispatchEvent(event('pointermove', some[some.length - 1], all))
  }
  if (!hold) board.dispatchEvent(event('pointerup', points[points.length - 1]))
}
"""


def lacking(what: str) -> NoReturn:
    """Skip the test because something is not installed; under CI fail, since there it must be."""
    if CI:
        pytest.fail(f"{what}, and CI never goes without")
    pytest.skip(what)


def program(*names: str) -> str:
    """The first of these programs that is installed; without one, see :func:`lacking`."""
    for name in names:
        if (place := shutil.which(name)) is not None:
            return place
    lacking(f"{names[0]} is not installed")


@dataclass
class Watched:
    """A page and what it did behind our back.

    Attributes:
        page: Playwright's.
        requests: Addresses that it asked for, apart from the file itself.
        errors: Errors that nobody caught, and errors on its console.
    """

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, file: Path, fragment: str = "") -> Page:
        """Open a file from the disk."""
        self.page.goto(f"{file.resolve().as_uri()}{fragment}")
        return self.page

    def draw(
        self,
        selector: str,
        points: list[tuple[float, float, float]],
        kind: str = "pen",
        hold: bool = False,
    ) -> None:
        """Draw with constructed pointer events.

        Args:
            selector: Of the element that is drawn on.
            points: x and y as shares of its width and height, and the pressure.
            kind: ``pen``, ``touch`` or ``mouse``.
            hold: The pen stays on the paper.
        """
        self.page.evaluate(DRAW, [selector, points, kind, hold])


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder ``web``, with the packages that its lock file names."""
    program("node")
    with FileLock(tmp_path_factory.getbasetemp().parent / "web-packages.lock"):
        if not install_web():
            lacking("npm could not install the packages of web/")
    return WEB


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for a process of tests."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        lacking("playwright is not installed (pip install strokebook[dev])")
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    which = {"executable_path": found} if found else {"channel": "chrome"}
    with sync_playwright() as play:
        try:
            opened = play.chromium.launch(args=[*ARGUMENTS], headless=True, **which)
        except Error as error:
            if found is not None:
                raise
            lacking(f"no Chromium or Chrome is installed ({error.message.splitlines()[0]})")
        yield opened
        opened.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without a network and without a past."""
    made = browser.new_context(
        offline=True, viewport={"width": 1280, "height": 800}, accept_downloads=True
    )
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Watched:
    """A new page, watched."""
    return watch(context)


def watch(context: BrowserContext) -> Watched:
    """A new page of a browser, watched from its first moment on."""
    watched = Watched(context.new_page())

    def asked(request: Request) -> None:
        main = request.is_navigation_request() and request.url.startswith("file:")
        if not main and not request.url.startswith(INSIDE):
            watched.requests.append(request.url)

    watched.page.on("request", asked)
    watched.page.on("pageerror", lambda error: watched.errors.append(str(error)))
    watched.page.on(
        "console",
        lambda said: watched.errors.append(said.text) if said.type == "error" else None,
    )
    return watched


def config_of(file: Path) -> dict[str, Any]:
    """The settings in a published page."""
    text = file.read_text("utf-8")
    before = '<script type="application/json" id="strokebook-config">'
    value: dict[str, Any] = json.loads(text.partition(before)[2].partition("</script>")[0])
    return value
