"""Typing a question as a visitor does: into a page that has been drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.waiting import at_rest, expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

BOX = "What was said, or what was meant"


def ask(page: Page, words: str) -> None:
    """Type into the search box, and press Enter once the page is drawn.

    The box comes some milliseconds before the button that Enter presses; without it nothing is
    sent, and the words stay.
    """
    box = page.get_by_label(BOX)
    box.wait_for()
    at_rest(page)
    box.fill(words)
    expect(box).to_have_value(words)
    box.press("Enter")
