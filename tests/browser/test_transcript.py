"""A recording that a question opened: its hits, the marked words, and words found in it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.browser.waiting import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

WATER = "why is the water in the ocean like a cup of tea"
TIDE = "Why the tide keeps its own time"
FOG = "Breakfast in the fog desert"


def test_hits_are_counted_and_gone_through_and_words_are_found(page: Page) -> None:
    page.goto(f"/?{urlencode({'q': WATER})}")
    page.get_by_label("Recent searches").get_by_text(WATER).wait_for()
    page.get_by_role("link", name=TIDE).first.click()
    page.get_by_text("Moment 2 of 3").wait_for()
    transcript = page.get_by_label("Transcript", exact=True)
    transcript.locator("mark", has_text="ocean").first.wait_for(state="attached")
    page.get_by_role("link", name="Next moment").click()
    page.get_by_text("Moment 3 of 3").wait_for()
    assert float(parse_qs(urlsplit(page.url).query)["t"][0]) > 50
    assert page.get_by_role("link", name="Next moment").count() == 0
    page.go_back()
    page.get_by_text("Moment 2 of 3").wait_for()
    box = page.get_by_label("Find in the transcript")
    box.fill("TÍDE")  # neither case nor accents count
    place = page.locator(".find output")
    places = int(place.inner_text().removeprefix("1 of "))
    assert places > 3
    assert transcript.locator("mark").count() == places
    box.press("Enter")
    assert place.inner_text() == f"2 of {places}"
    box.press("Shift+Enter")
    page.get_by_role("button", name="Previous place").click()
    assert place.inner_text() == f"{places} of {places}"
    seen = "(m => { const list = m.closest('[role=list]');"
    seen += " const [a, b] = [m, list].map(e => e.getBoundingClientRect());"
    seen += " return a.top >= b.top && a.bottom <= b.bottom; })"
    for _ in range(20):  # frames, in which lines get their heights
        if transcript.locator("mark.current").evaluate(seen):
            break
        page.wait_for_timeout(50)
    page.wait_for_timeout(400)  # the player, which stands elsewhere, leads nobody away
    assert transcript.locator("mark.current").evaluate(seen)
    box.fill("xylophone")
    assert place.inner_text() == "not said"
    box.fill("")
    assert transcript.locator("mark", has_text="ocean").count() > 0
    wait_until(page, "document.querySelectorAll('[data-testid=stException]').length == 0")


def test_doubtful_words_are_underlined_explained_and_read_aloud_as_such(page: Page) -> None:
    words = "in the oldest desert in the world"
    page.goto(f"/?{urlencode({'q': words})}")
    page.get_by_label("Recent searches").get_by_text(words).wait_for()
    page.get_by_text("(?) stands behind words that the recogniser is not sure of").wait_for()
    page.get_by_role("link", name=FOG).first.click()
    transcript = page.get_by_label("Transcript", exact=True)
    transcript.locator(".doubtful").first.wait_for(state="attached")
    assert transcript.locator(".doubtful").count() < 5
    doubted = transcript.locator(".doubtful").last  # which it is, depends on the processor
    line = "getComputedStyle(e).textDecorationStyle"
    assert doubted.evaluate(f"e => {line}") == "dotted"
    legend = page.locator(".legend")
    assert legend.is_visible() and "not sure of the word" in legend.inner_text()
    read_aloud = doubted.text_content() or ""
    assert read_aloud.endswith(" (doubtful)")
    said = doubted.evaluate("e => e.closest('.words').textContent")
    more = " ".join(said.partition(read_aloud)[2].split()[:3])
    assert transcript.get_by_role("button", name=f"{read_aloud} {more}").count() == 1
    page.get_by_label("Find in the transcript").fill(
        f"{read_aloud.removesuffix(' (doubtful)')} {more}".upper()
    )
    assert page.locator(".find output").inner_text() == "1 of 1"
    place = transcript.locator("mark")
    assert place.locator(".doubtful").count() == 1
    assert place.text_content() == f"{read_aloud} {more}"
    page.get_by_role("link", name=TIDE).first.click()
    page.get_by_role("heading", name=TIDE).wait_for()
    transcript.locator(".doubtful").first.wait_for(state="detached")
    transcript.get_by_text("schoolbook").first.wait_for()
    assert page.locator(".legend:visible").count() == 0
