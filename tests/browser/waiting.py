"""Waiting for what a page comes to: its own policy lets no driver compile code in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect, Locator, LocatorAssertions, Page

_AT_REST = "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState == 'notRunning'"


def wait_until(page: Page, expression: str) -> None:
    """Wait for JavaScript that becomes true."""
    for _ in range(900):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    pytest.fail(f"never true: {expression}")


def at_rest(page: Page) -> None:
    """Wait until the app has sent all of its page."""
    wait_until(page, _AT_REST)


def place(what: Locator) -> FloatRect:
    """Where something stands once its page is drawn: what comes behind it in a row moves it."""
    at_rest(what.page)
    before = None
    for _ in range(100):
        now = what.bounding_box()
        if now and now == before:
            return now
        before = now
        what.page.wait_for_timeout(300)
    pytest.fail(f"never at rest: {what}")


def is_titled(page: Page, title: str) -> None:
    """Wait until the tab has this title."""
    wait_until(page, f"document.title == {json.dumps(title)}")


def expect(what: Locator) -> LocatorAssertions:
    """Playwright's assertions, which wait for what they say as long as a slow machine needs."""
    from playwright import sync_api

    sync_api.expect.set_options(timeout=90_000)
    return sync_api.expect(what)
