"""A clip that is searched with: where it is from, its words, and how it is left out again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from indexer.base.assets import demo_folder
from tests.browser.asking import BOX, ask
from tests.browser.test_browser import nothing_is_wrong
from tests.browser.waiting import expect, place

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

FOG = "Breakfast in the fog desert"
TIDE = "Why the tide keeps its own time"
FIRST = re.compile(r"^1\. ")
BEETLE = "beetle-in-the-fog-excerpt.opus"


def upload(page: Page, name: str = BEETLE) -> None:
    demo = demo_folder()
    assert demo
    page.get_by_role("button", name="Clip").click()
    page.locator("input[type=file]").first.set_input_files(demo / "clips" / name)
    page.get_by_text("Heard:").wait_for()


def named(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_a_clip_is_told_to_be_from_its_recording_and_the_answer_is_seen_without_scrolling(
    page: Page,
) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/")
    upload(page)
    verdict = page.get_by_text(re.compile("This clip is from"))
    verdict.wait_for()
    assert FOG in verdict.inner_text() and verdict.inner_text().endswith("at 0:36")
    said = page.locator('[class*="st-key-card-1-"]').get_by_text("settled on its back")
    box, clip = place(said), place(page.get_by_text("Clip: beetle"))
    assert place(verdict)["y"] < clip["y"]
    assert box["y"] + box["height"] < 800
    verdict.get_by_role("link", name=FOG).click()
    page.get_by_role("heading", name=FOG).wait_for()
    page.get_by_role("button", name="Play from 0:36").wait_for()
    nothing_is_wrong(page)


def test_words_and_a_clip_are_both_searched_for_until_one_is_left_out(page: Page) -> None:
    page.goto("/")
    ask(page, "why tides lag")
    page.get_by_text(FIRST).filter(has_text=TIDE).wait_for()
    upload(page)
    expect(page.get_by_label(BOX)).to_have_value("why tides lag")
    told = page.get_by_text("the words above and this clip together, a half each")
    told.wait_for()
    assert named(page)["q"] == ["why tides lag"] and named(page)["clip"]
    told.get_by_role("link", name="the clip alone").click()
    page.get_by_text("are searched for together with this clip").wait_for()
    page.get_by_text(FIRST).filter(has_text=FOG).wait_for()
    assert "q" not in named(page)
    page.go_back()
    told.wait_for()
    page.get_by_role("button", name="Leave the clip out").click()
    page.get_by_text("Heard:").wait_for(state="detached")
    page.get_by_text(FIRST).filter(has_text=TIDE).wait_for()
    assert named(page) == {"q": ["why tides lag"]}
    page.go_back()
    told.wait_for()
    page.get_by_role("button", name="Search", exact=True).wait_for()
    ask(page, "")
    page.get_by_text("are searched for together with this clip").wait_for()
    assert "q" not in named(page)
