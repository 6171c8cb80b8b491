"""A headless Chromium to measure in, and ways to make it as slow as a phone."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
SIZE = {"width": 1280, "height": 800}
QUIET = (
    *("--no-sandbox", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
NO_GPU = ("--disable-gpu",)
TURN = 0.008  # s: a slowed renderer runs in the first part of each turn
BUSY = """() => {
  const begun = performance.now()
  let x = 1
  for (let i = 0; i < 3e7; i++) x = (x * 1103515245 + 12345) | 0
  return performance.now() - begun + (x === 0.5 ? 1 : 0)
}"""


@contextlib.contextmanager
def chromium(flags: tuple[str, ...] = NO_GPU) -> Iterator[Browser]:
    """The system's Chromium, started and closed.

    Raises:
        SystemExit: It, or Playwright, is not installed.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise SystemExit("Playwright is not installed: pip install strokebook[dev]") from None
    place = next(filter(None, map(shutil.which, NAMES)), None)
    if place is None:
        raise SystemExit(f"There is no Chromium on this machine (looked for {', '.join(NAMES)}).")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=place, args=[*QUIET, *flags], headless=True)
        try:
            yield browser
        finally:
            browser.close()


def machine(browser: Browser) -> str:
    """Where the numbers come from, in a line."""
    return (
        f"{_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f},"
        f" Chromium {browser.version} headless"
    )


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def slow_page(page: Page, times: float) -> None:
    """Slow the page's own thread, as the developer tools do; Workers stay as fast as they are."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": times})


@contextlib.contextmanager
def slow_process(browser: Browser, times: float) -> Iterator[None]:
    """Let the pages' processes, Workers included, run only one part in ``times`` of the time.

    The developer tools slow no Worker, and ours draws in one. So the processes are stopped and let
    go on in turns. What shows the picture (the browser's own process) is not slowed.
    """
    session = browser.new_browser_cdp_session()
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    pids = [int(one["id"]) for one in found if one["type"] == "renderer"]
    over = threading.Event()

    def turns() -> None:
        while not over.is_set():
            _signal(pids, signal.SIGCONT)
            time.sleep(TURN / times)
            _signal(pids, signal.SIGSTOP)
            time.sleep(TURN - TURN / times)
        _signal(pids, signal.SIGCONT)

    thread = threading.Thread(target=turns, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        _signal(pids, signal.SIGCONT)


def _signal(pids: list[int], what: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, what)


def busy_ms(page: Page) -> float:
    """Milliseconds of a fixed amount of work on the page's thread: how slow it really is."""
    return min(float(page.evaluate(BUSY)) for _ in range(3))
