"""The served app in a real browser: what a visitor sees, hears and sends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlparse

import pytest

from indexer.assets import demo_folder

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

WATER = "why is the water in the ocean like a cup of tea"


def search(page: Page, words: str) -> None:
    page.goto("/")
    box = page.get_by_label("What was said, or what was meant")
    box.fill(words)
    box.press("Enter")
    page.get_by_text("Matching documents").wait_for()
    nothing_is_wrong(page)


def nothing_is_wrong(page: Page) -> None:
    assert page.get_by_test_id("stException").count() == 0
    assert page.get_by_test_id("stAlertContentError").count() == 0


def first_card(page: Page) -> str:
    return page.get_by_text(re.compile(r"^1\. ")).first.inner_text()


def test_a_typed_search_shows_the_talk_and_its_player_stands_at_the_moment(page: Page) -> None:
    search(page, WATER)
    assert first_card(page) == "1. Why the tide keeps its own time"
    player = page.locator("audio").first
    page.wait_for_function("document.querySelector('audio').currentTime > 0")
    assert player.evaluate("p => p.currentTime") == pytest.approx(32, abs=0.5)
    assert player.evaluate("p => p.duration") == pytest.approx(77, abs=3)
    assert player.evaluate("p => p.error") is None
    assert parse_qs(urlparse(page.url).query)["q"] == [WATER]


def test_the_address_of_a_search_opens_it_for_someone_else(page: Page) -> None:
    search(page, WATER)
    there = page.url
    page.goto("about:blank")
    page.goto(there)
    page.get_by_text("Matching documents").wait_for()
    assert first_card(page) == "1. Why the tide keeps its own time"


def test_an_uploaded_clip_finds_its_talk(page: Page) -> None:
    demo = demo_folder()
    assert demo
    page.goto("/")
    page.get_by_text("A clip", exact=True).click()
    page.locator("input[type=file]").set_input_files(
        demo / "clips" / "beetle-in-the-fog-excerpt.opus"
    )
    page.get_by_text("Heard:").wait_for()
    nothing_is_wrong(page)
    assert first_card(page) == "1. Breakfast in the fog desert"


def test_neighbours_of_a_moment_and_back(page: Page) -> None:
    search(page, WATER)
    page.get_by_role("button", name="More like this").first.click()
    page.get_by_text("More like:").wait_for()
    nothing_is_wrong(page)
    page.get_by_role("button", name=f"Back to “{WATER}”").click()
    page.get_by_text("More like:").wait_for(state="detached")
    assert first_card(page) == "1. Why the tide keeps its own time"


def test_odd_words_are_shown_as_they_are(page: Page) -> None:
    search(page, "accordion player label")
    text = page.get_by_text("five_times_six").first
    shown = text.inner_text()
    for words in ("<b>bold</b>", "**stars**", ":red[paint]", "$x^2$", "[a link]("):
        assert words in shown


def test_the_gap_is_drawn(page: Page) -> None:
    page.goto("/")
    page.get_by_role("tab", name="Modality gap").click()
    page.get_by_text("Centroid gap").first.wait_for()
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    assert page.locator(".js-plotly-plot").count() == 2
    nothing_is_wrong(page)
