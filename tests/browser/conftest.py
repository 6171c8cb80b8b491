"""The browser for all tests of this room."""

from browser.harness import browser, context, page

__all__ = ("browser", "context", "page")
