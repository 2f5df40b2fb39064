"""The served app in a real browser: what a visitor sees, hears and sends."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlparse

import pytest

from indexer.base.assets import demo_folder
from tests.browser.asking import ask
from tests.browser.conftest import PLAYER
from tests.browser.waiting import at_rest, expect, is_titled, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

WATER = "why is the water in the ocean like a cup of tea"


def search(page: Page, words: str) -> None:
    page.goto("/")
    ask(page, words)
    answered(page)


def answered(page: Page) -> None:
    page.get_by_text(re.compile("best (recordings|moments)")).wait_for()
    at_rest(page)
    nothing_is_wrong(page)


def player_stands_at(page: Page, seconds: float) -> None:
    """Wait until it does."""
    wait_until(page, f"Math.abs({PLAYER}?.currentTime - {seconds}) <= 0.5")


def nothing_is_wrong(page: Page) -> None:
    assert page.get_by_test_id("stException").count() == 0
    assert page.get_by_test_id("stAlertContentError").count() == 0


def first_card(page: Page) -> str:
    return page.get_by_text(re.compile(r"^1\. ")).first.inner_text()


def test_a_typed_search_shows_the_talk_and_a_button_that_plays_the_moment(page: Page) -> None:
    search(page, WATER)
    assert first_card(page) == "1. Why the tide keeps its own time"
    page.get_by_role("button", name="Play 0:32").first.wait_for()
    assert parse_qs(urlparse(page.url).query)["q"] == [WATER]


def test_the_address_of_a_search_opens_it_for_someone_else(page: Page) -> None:
    search(page, WATER)
    there = page.url
    page.goto("about:blank")
    page.goto(there)
    answered(page)
    assert first_card(page) == "1. Why the tide keeps its own time"


def test_an_uploaded_clip_finds_its_talk(page: Page) -> None:
    demo = demo_folder()
    assert demo
    page.goto("/")
    page.get_by_role("button", name="Clip").click()
    page.locator("input[type=file]").first.set_input_files(
        demo / "clips" / "beetle-in-the-fog-excerpt.opus"
    )
    page.get_by_text("Heard:").wait_for()
    nothing_is_wrong(page)
    assert first_card(page) == "1. Breakfast in the fog desert"
    page.get_by_text("Heard:").click()
    page.locator(".js-plotly-plot .main-svg").nth(1).wait_for()
    expect(page.locator(".js-plotly-plot")).to_have_count(2)  # waveform and mel spectrogram


def test_neighbours_of_a_moment_and_back(page: Page) -> None:
    search(page, WATER)
    page.get_by_role("link", name="More like this").first.click()
    there = "the moment at 0:32 of Why the tide keeps its own time"
    like = page.get_by_role("link", name=there, exact=True)
    like.wait_for()
    nothing_is_wrong(page)
    page.go_back()
    like.wait_for(state="detached")
    page.get_by_text("1. Why the tide keeps its own time").wait_for()


def test_odd_words_are_shown_as_they_are(page: Page) -> None:
    search(page, "accordion player label")
    text = page.get_by_text("five_times_six").first
    shown = text.inner_text()
    for words in ("<b>bold</b>", "**stars**", ":red[paint]", "$x^2$", "a link on one label"):
        assert words in shown


def test_a_link_opens_the_moment_and_not_just_the_search(page: Page) -> None:
    search(page, WATER)
    page.get_by_role("button", name="Link").first.click()
    link = page.locator("code", has_text="doc=").first.inner_text()
    assert link.startswith(page.url.partition("?")[0])
    page.goto("about:blank")
    page.goto(link)
    page.get_by_text("The moment that you were sent").wait_for()
    page.get_by_role("button", name="Play 0:32").first.click()
    wait_until(page, f"{PLAYER}?.currentTime > 32.5")


def test_the_transcript_follows_the_player_and_leads_it(page: Page) -> None:
    search(page, WATER)
    page.get_by_text("Transcript around it").first.click()
    page.locator(".transcript li").first.wait_for()
    page.get_by_role("button", name="Play 0:32").first.click()
    wait_until(page, f"{PLAYER}?.currentTime > 32")
    page.evaluate(f"{PLAYER}.currentTime = 47")
    heard = page.locator(".transcript .heard").first
    heard.get_by_text("In the Bay of Fundy").wait_for()
    page.locator(".transcript").first.get_by_role("button", name="Some bays rock").click()
    wait_until(page, f"(p => p.currentTime > 43.5 && p.currentTime < 46)({PLAYER})")
    page.locator(".transcript .heard", has_text="Some bays rock").first.wait_for()


def test_a_filter_leaves_only_what_it_names(page: Page) -> None:
    search(page, "how does water move in the sea and in the desert")
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Labels").click()
    page.get_by_role("option", name="nature").first.click()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Filters (1)").wait_for()
    answered(page)
    cards = page.get_by_text(re.compile(r"· nature$"))
    cards.first.wait_for()
    page.get_by_text(re.compile(r"· science$")).first.wait_for(state="detached")


def test_a_recording_is_opened_whole_and_its_page_can_be_linked_to(page: Page) -> None:
    search(page, WATER)
    page.get_by_role("link", name="Whole recording").first.click()
    page.get_by_text("Nearest recordings").wait_for()
    page.get_by_role("button", name="Every schoolbook").wait_for()
    nothing_is_wrong(page)
    there = page.url
    assert "/document?" in there and "&doc=" in there and "t=32" in there
    page.goto("about:blank")
    page.goto(there)
    page.get_by_role("heading", name="Why the tide keeps its own time").wait_for()
    is_titled(page, "Why the tide keeps its own time – hilbert")
    player_stands_at(page, 32.5)


def test_files_are_added_and_what_is_no_recording_is_refused(
    page: Page, library: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(library, copy)
    demo = demo_folder()
    assert demo
    clip = "beetle-in-the-fog-excerpt.opus"
    broken = tmp_path / "letter.mp3"
    broken.write_text("this is a letter, not music")
    page.goto(f"/library?library={copy}")
    page.get_by_text("Add recordings").wait_for()
    odd = tmp_path / "What is said #1.txt"
    odd.write_text("A walrus keeps its pebbles in a row, and counts them every evening. " * 5)
    page.locator("input[type=file]").first.set_input_files([demo / "clips" / clip, broken, odd])
    page.get_by_role("button", name="Add the files").click()
    told = page.get_by_text("2 added, 0 updated, 0 unchanged, 1 failed")
    told.wait_for()
    reason = re.search(r"1 failed \(letter\.mp3: (.{10,})\);", told.inner_text())
    page.get_by_role("heading", name="1 file could not be indexed").wait_for()
    failed = page.get_by_test_id("stMarkdown").filter(has_text="Nothing of it was kept")
    assert reason and reason[1] in failed.inner_text()
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(500)
    main = page.get_by_test_id("stMain")
    for element in (failed, *failed.locator("p").all()):
        box = element.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390
        assert element.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    assert main.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    page.set_viewport_size({"width": 1400, "height": 1000})
    for name, title in (("What is said #1.txt", "What is said _1"), (clip, clip[:-5])):
        page.get_by_role("link", name=name).click()
        page.get_by_role("heading", name=title).wait_for()
        page.go_back()
        told.wait_for()
    kept = copy / "recordings" / clip
    assert kept.read_bytes() == (demo / "clips" / kept.name).read_bytes()
    assert "letter.mp3" not in [path.name for path in kept.parent.iterdir()]
    assert page.get_by_test_id("stException").count() == 0
    page.get_by_role("link", name="Search").click()
    ask(page, "settled on its back gathered into one drop")
    answered(page)
    page.get_by_text("beetle-in-the-fog-excerpt").first.wait_for()


def test_a_document_is_removed_when_that_is_confirmed(
    page: Page, library: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(library, copy)
    page.goto(f"/library?library={copy}")
    page.get_by_role("heading", name="4 recordings").wait_for()
    page.get_by_role("checkbox", name="Choose odd-words").check()
    page.get_by_role("button", name="Remove 1").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep").click()
    page.get_by_role("dialog").wait_for(state="detached")
    page.get_by_role("button", name="Remove 1").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    page.get_by_role("heading", name="3 recordings").wait_for()
    nothing_is_wrong(page)


def test_diagnostics_are_measured_drawn_and_saved(page: Page) -> None:
    page.goto("/diagnostics")
    page.get_by_role("button", name="Measure").click()
    page.get_by_text("Reading", exact=True).wait_for()
    page.locator(".js-plotly-plot .main-svg").nth(3).wait_for()
    nothing_is_wrong(page)
    with page.expect_download() as started:
        page.get_by_role("button", name="JSON").click()
    numbers = json.loads(started.value.path().read_text())
    assert {"before", "after_centering", "control", "reading"} <= numbers.keys()
    with page.expect_download() as started:
        page.get_by_role("button", name="Report").click()
    report = started.value.path().read_text()
    assert report.startswith("<!doctype html>") and "Linear separability" in report


def test_without_a_library_the_demo_is_offered(page: Page, tmp_path: Path) -> None:
    page.goto(f"/?library={tmp_path / 'nowhere'}")
    page.get_by_role("button", name="Build the demo library").wait_for()
    page.get_by_text("there is no library here").wait_for()


def test_every_page_is_usable_by_keyboard_and_has_names_for_its_widgets(page: Page) -> None:
    for path in ("/", "/document", "/library"):
        page.goto(path)
        page.get_by_role("link", name="Diagnostics").wait_for()
        page.wait_for_load_state("networkidle")
        nameless = page.evaluate(
            """() => [...document.querySelectorAll('button, input, select, textarea, a[href]')]
              .filter(e => e.offsetParent !== null)
              .filter(e => !(e.innerText || e.getAttribute('aria-label') || e.title
                || (e.labels && e.labels.length) || e.getAttribute('aria-labelledby')
                || e.placeholder || e.closest('label')))
              .map(e => e.outerHTML.slice(0, 120))"""
        )
        assert nameless == [], path
    page.goto("/")
    page.get_by_label("What was said, or what was meant").focus()
    page.keyboard.type("bees dancing")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the button beside the box
    answered(page)
