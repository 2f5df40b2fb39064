"""All that was found: hits played one after another, the transcript that follows, and its text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.browser.conftest import PLAYER
from tests.browser.test_browser import WATER, search
from tests.browser.test_player import is_playing, player
from tests.browser.waiting import expect, place, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PAINT, SEA = '"accordion player"', '"الماء في البحر"'
TIDE = "Why the tide keeps its own time"
# Makes a transcript low enough to scroll, and goes to its beginning.
TOP = "list => { list.style.maxHeight = '6rem'; list.scrollTo(0, 0); }"
QUEUED = "document.getElementById('hilbert-player').player.queued()"


def open_first(page: Page, question: str, title: str) -> None:
    """Search, and open a recording, once its link is a step of this tab."""
    page.goto(f"/?{urlencode({'q': question})}")
    recent = page.get_by_label("Recent searches").get_by_text(question, exact=True)
    recent.wait_for(state="attached")
    page.get_by_role("link", name=title).first.click()


def test_all_hits_play_one_after_another_across_recordings_until_a_click(page: Page) -> None:
    search(page, WATER)
    button = page.get_by_role("button", name=re.compile(r"^Play all \d+ moments$"))
    before = place(button)
    button.click()
    hits: list[dict[str, Any]] = page.evaluate(QUEUED)
    assert len({hit["id"] for hit in hits}) > 1
    other = next(n for n, hit in enumerate(hits) if hit["id"] != hits[0]["id"])
    for n, hit in enumerate(hits[: other + 1]):
        player(page).get_by_text(f"Moment {n + 1} of {len(hits)}").wait_for()
        inside = f"{PLAYER}.currentTime > {hit['start']} && {PLAYER}.currentTime < {hit['end']}"
        wait_until(page, f"!{PLAYER}.paused && {inside}")
        if n < other:
            page.evaluate(f"{PLAYER}.currentTime = {hit['end'] - 0.4}")
    player(page).get_by_role("button", name="Next moment").click()
    player(page).get_by_text(f"Moment {other + 2} of {len(hits)}").wait_for()
    stop = page.get_by_role("button", name="Stop", exact=True)
    assert place(stop) == before
    stop.click()
    assert not is_playing(page) and page.evaluate(QUEUED) is None
    button.click()
    player(page).get_by_text(f"Moment 1 of {len(hits)}").wait_for()
    page.get_by_role("button", name="Play 0:32").first.click()  # what somebody chose alone
    wait_until(page, f"{QUEUED} === null && !{PLAYER}.paused")


def test_another_moment_of_a_card_stays_where_it_is_while_it_plays(page: Page) -> None:
    search(page, WATER)
    buttons = page.locator('[class*="st-key-card-1-"] [class*="st-key-play-"]')
    page.wait_for_load_state("networkidle")
    buttons.last.get_by_role("button").wait_for()

    def places() -> list[tuple[float, float]]:
        return [(box["x"], box["y"]) for box in map(place, buttons.all())]

    def times() -> list[str]:
        return [text.split()[-1] for text in buttons.all_inner_texts()]

    names, before = times(), places()
    assert len(before) == len(names) > 1
    buttons.last.get_by_role("button").click()
    wait_until(page, f"{PLAYER}?.currentTime > 0.2 && !{PLAYER}.paused")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    assert times() == names and places() == before
    page.get_by_role("button", name="Close the player").click()
    page.get_by_role("button", name="More", exact=True).first.click()
    page.get_by_role("button", name="Less", exact=True).wait_for()
    assert times() == names


def test_every_hit_of_a_recording_is_a_row_a_mark_and_a_link(page: Page) -> None:
    open_first(page, WATER, TIDE)
    count = page.get_by_role("heading", name=re.compile(r"^\d+ moments in this recording$"))
    n = int(count.inner_text().split()[0])
    hits = page.get_by_label("Moments", exact=True)
    rows = hits.get_by_role("listitem")
    expect(rows).to_have_count(n)
    expect(hits.locator(".timeline a")).to_have_count(n)
    wait_until(page, f"{PLAYER.replace('video', '.hit')} !== null")
    expect(player(page).locator(".hit")).to_have_count(n)
    row = rows.filter(has_text="something else")
    marked = set(row.locator("mark").all_inner_texts())
    assert {"ocean", "tea"} <= marked and marked.isdisjoint(("does", "something", "else"))
    link = row.get_by_role("link")
    assert "/document?" in (link.get_attribute("href") or "") and "t=32" in link.get_attribute(
        "href"
    )
    rows.first.get_by_role("button", name="Play 0:00").click()
    wait_until(page, f"{PLAYER}.currentTime > 0 && !{PLAYER}.paused")


def test_the_transcript_follows_what_plays_unless_told_not_to(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 700})
    open_first(page, WATER, TIDE)
    lines = page.get_by_label("Transcript", exact=True)
    follow = page.get_by_role("button", name="Follow")
    expect(follow).to_have_attribute("aria-pressed", "true")
    follow.click()
    lines.evaluate(TOP)
    page.get_by_role("button", name=re.compile("^Play from")).click()
    heard = lines.locator('[aria-current="true"]')
    heard.wait_for(state="attached")
    assert lines.evaluate("list => list.scrollTop") == 0
    page.reload()
    page.get_by_role("button", name=re.compile("^Play from")).click()
    heard.wait_for(state="attached")
    expect(follow).to_have_attribute("aria-pressed", "false")  # the browser keeps it
    lines.evaluate(TOP)
    follow.click()
    for _ in range(50):
        if lines.evaluate("list => list.scrollTop") > 0:
            break
        page.wait_for_timeout(100)
    else:
        pytest.fail("the transcript does not follow")


def test_words_are_found_in_a_text_without_times_and_arabic_runs_from_the_right(
    page: Page,
) -> None:
    open_first(page, PAINT, "odd-words")
    box = page.get_by_label("Find in the transcript")
    box.fill("times")
    expect(page.locator(".find output")).to_have_text("1 of 1")
    assert page.get_by_role("button", name="Follow").count() == 0
    lines = page.get_by_label("Transcript", exact=True)
    assert lines.get_by_role("button").count() == 0
    box.fill("")
    arabic = lines.get_by_role("listitem").filter(has_text="الماء").locator(".words")
    assert arabic.evaluate("words => getComputedStyle(words).direction") == "rtl"
    english = lines.get_by_role("listitem").filter(has_text="accordion").locator(".words")
    assert english.evaluate("words => getComputedStyle(words).direction") == "ltr"
    page.goto(f"/?{urlencode({'q': SEA})}")
    said = page.get_by_test_id("stMarkdown").locator("p").filter(has_text="الماء").first
    assert said.evaluate("p => getComputedStyle(p).unicodeBidi") == "plaintext"
