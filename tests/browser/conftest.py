"""The browser for all tests of this room."""

from browser.harness import browser, context, packages, page

__all__ = ("browser", "context", "packages", "page")
