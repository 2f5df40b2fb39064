"""What a visitor reaches quickly: results by keyboard, a pause where one played, two compared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.browser.asking import BOX
from tests.browser.conftest import PLAYER
from tests.browser.test_browser import WATER, search
from tests.browser.test_player import is_playing, player, position
from tests.browser.waiting import expect, is_titled, place, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

TIDE = "Why the tide keeps its own time"
FOG = "Breakfast in the fog desert"
FOCUSED = "document.activeElement.textContent"
# Keeps where the player begins to play, and where it goes to.
NOTE_WHERE_IT_PLAYS = f"""() => {{
  const media = {PLAYER};
  window.began = [];
  for (const event of ["play", "seeking"]) {{
    media.addEventListener(event, () => window.began.push(media.currentTime));
  }}
}}"""


def test_the_first_result_is_three_keys_behind_the_question(page: Page) -> None:
    search(page, WATER)
    page.get_by_label(BOX).focus()
    link = page.get_by_role("button", name="Skip to the results")
    before = place(link)
    page.keyboard.press("Tab")
    assert "Search" in page.evaluate(FOCUSED)
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "Skip to the results"
    seen, question = place(link), place(page.get_by_label(BOX))
    assert before["width"] < 2 and seen["width"] > 80
    assert seen["y"] + seen["height"] <= question["y"] + 4  # not over what is typed
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED) == TIDE


def test_the_first_key_skips_the_menu_on_every_page(page: Page) -> None:
    for path in ("/", "/document", "/library"):
        page.goto(path)
        page.get_by_role("link", name="Library", exact=True).wait_for()
        page.wait_for_load_state("networkidle")
        there = page.url
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUSED) == "Skip to main content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.tagName") == "MAIN"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")
        assert page.url == there


def test_a_link_leads_on_in_the_same_tab_before_any_component_runs(page: Page) -> None:
    page.route("**/BidiComponent*", lambda route: None)  # never answered
    page.goto(f"/?{urlencode({'q': WATER})}")
    page.get_by_role("link", name=TIDE).first.click()
    page.get_by_role("heading", name=TIDE).wait_for()
    page.go_back()
    page.get_by_role("link", name=TIDE).first.wait_for()


def test_nothing_lies_over_what_is_typed(page: Page) -> None:
    page.goto("/")
    page.get_by_label(BOX).fill("some words that are quite long")
    page.get_by_label(BOX).focus()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    assert not page.get_by_text("Press Enter to submit form").is_visible()


def pauses_and_goes_on(page: Page, name: str, within: Locator | Page) -> None:
    """A button that plays is pressed to pause, and once more to go on."""
    within.get_by_role("button", name=f"Play {name}").first.click()
    pause = within.get_by_role("button", name=f"Pause {name}").first
    pause.wait_for()
    wait_until(page, f"{PLAYER}?.currentTime > 0.2 && !{PLAYER}.paused")
    pause.click()
    wait_until(page, f"{PLAYER}.paused")
    at = position(page)
    page.evaluate(NOTE_WHERE_IT_PLAYS)
    within.get_by_role("button", name=f"Play {name}").first.click()
    wait_until(page, f"!{PLAYER}.paused && {PLAYER}.currentTime > {at} && window.began.length")
    assert all(abs(where - at) < 0.3 for where in page.evaluate("window.began"))
    within.get_by_role("button", name=f"Pause {name}").first.click()
    wait_until(page, f"{PLAYER}.paused")


def test_what_plays_is_paused_where_it_was_played(page: Page) -> None:
    search(page, WATER)
    pauses_and_goes_on(page, "0:32", page)
    page.get_by_role("button", name="Pause 0:32").first.wait_for(state="detached")
    # Another moment takes the sign with it.
    page.get_by_role("button", name="Play 0:32").first.click()
    page.get_by_role("button", name="Pause 0:32").first.wait_for()
    other = page.locator('[class*="st-key-card-2-"]').get_by_role("button", name="Play ").first
    started = (other.inner_text() or "").splitlines()[-1].removeprefix("Play ")
    other.click()
    page.get_by_role("button", name=f"Pause {started}").first.wait_for()
    expect(page.get_by_role("button", name="Pause 0:32")).to_have_count(0)
    page.get_by_role("link", name=TIDE).first.click()
    moments = page.get_by_label("Moments", exact=True)
    pauses_and_goes_on(page, "0:00", moments)
    line = page.get_by_label("Transcript", exact=True).get_by_role("button", name="Some bays rock")
    line.click()
    paused = line.and_(page.get_by_role("button", name=re.compile("^Pause 0:4")))
    paused.wait_for()
    assert is_playing(page)
    paused.click()
    wait_until(page, f"{PLAYER}.paused")
    page.get_by_role("button", name=re.compile("^0:4\\d Some bays rock")).wait_for()
    # The recording's own sign pauses whatever plays of it, and goes on from there.
    whole = page.locator('[class*="st-key-play-"][class*="-whole"]')
    line.click()
    whole.get_by_role("button", name=re.compile("Pause$")).click()
    wait_until(page, f"{PLAYER}.paused")
    paused.wait_for(state="detached")
    whole.get_by_role("button", name="Play").wait_for()
    moments.get_by_role("button", name="Play ").last.click()
    whole.get_by_role("button", name=re.compile("Pause$")).wait_for()


# Texts of which a part is not shown: of elements that end before them, and of empty boxes.
CUT = """(() => {
  const found = [];
  const pen = document.createElement("canvas").getContext("2d");
  (function look(root) {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) look(element.shadowRoot);
      const { left, right, width } = element.getBoundingClientRect();
      const isSeen = element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
      if (!isSeen || right <= 0 || width < 4) continue; // the menu lies beside the page
      const style = getComputedStyle(element);
      const text = (element.value || element.placeholder || element.textContent).trim();
      if (element.matches("input")) {
        const room = element.clientWidth - parseFloat(style.paddingLeft) * 2;
        pen.font = style.font;
        if (!element.value && pen.measureText(text).width > room + 1) found.push(text);
      } else if (style.overflowX !== "visible" && text) {
        const isCut = element.scrollWidth > element.clientWidth + 1 || right > innerWidth + 1;
        if (isCut) found.push(text);
      }
    }
  })(document);
  return found;
})()"""


def nothing_is_cut(page: Page) -> None:
    wait_until(page, f"{CUT}.length === 0")


def test_no_words_are_cut_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/")
    page.get_by_text("4 recordings to search").wait_for()
    nothing_is_cut(page)
    page.get_by_role("button", name="Clip").click()
    page.get_by_text("up to 100 MB").wait_for()
    nothing_is_cut(page)
    search(page, WATER)
    page.get_by_role("button", name="Play 0:32").first.click()
    wait_until(page, f"{PLAYER}?.currentTime > 32")
    nothing_is_cut(page)
    page.evaluate(f"{PLAYER}.currentTime = 53.5")
    player(page).get_by_text("Stopped at the end of the moment").wait_for()
    nothing_is_cut(page)
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_label("Recent searches").get_by_role("link", name=WATER).wait_for()
    nothing_is_cut(page)
    page.goto(page.get_by_role("link", name=TIDE).first.get_attribute("href") or "")
    page.get_by_text("Nearest recordings").wait_for()
    page.get_by_label("Find in the transcript").wait_for()
    nothing_is_cut(page)
    page.goto("/library")
    page.get_by_role("button", name="Add the files").wait_for()
    nothing_is_cut(page)


@pytest.mark.parametrize("width", [390, 900])
def test_all_of_the_player_is_within_a_narrow_window(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    search(page, WATER)
    page.get_by_role("button", name="Play 0:32").first.click()
    wait_until(page, f"{PLAYER}?.currentTime > 32")
    parts = player(page).locator("button, select, .track, time")
    expect(parts).to_have_count(10)
    for part in parts.all():
        box = place(part)
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        assert box["y"] >= 600 and box["y"] + box["height"] <= 800


def test_the_menu_opens_no_recording_that_nobody_chose(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Recordings", exact=True).click()
    page.get_by_role("heading", name="Choose a recording").wait_for()
    assert page.get_by_label("Transcript", exact=True).count() == 0
    page.get_by_role("table", name="Recordings").get_by_role("link", name=FOG).click()
    page.get_by_role("heading", name=FOG).wait_for()
    page.go_back()
    page.get_by_role("heading", name="Choose a recording").wait_for()


def test_on_a_phone_the_menu_makes_way_for_the_page_that_was_chosen(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/")
    page.get_by_role("textbox").first.wait_for()
    library = page.get_by_role("link", name="Library", exact=True)
    expect(library).not_to_be_in_viewport()
    page.get_by_test_id("stExpandSidebarButton").click()
    library.click()
    page.get_by_role("heading", name="Add recordings").first.wait_for()
    expect(library).not_to_be_in_viewport()


def test_two_recordings_are_compared_and_their_most_alike_moments_play(page: Page) -> None:
    page.goto(f"/?{urlencode({'q': WATER})}")
    page.get_by_label("Recent searches").get_by_text(WATER).wait_for()
    page.get_by_role("link", name=TIDE).first.click()
    page.get_by_role("link", name="Compare with another recording").click()
    page.get_by_role("heading", name="Choose a recording to compare it with").wait_for()
    table = page.get_by_role("table", name="Recordings")
    assert table.get_by_role("link", name=TIDE).count() == 0
    table.get_by_role("link", name=FOG).click()
    page.get_by_role("heading", name="Two recordings compared").wait_for()
    named = parse_qs(urlsplit(page.url).query)
    assert named["q"] == [WATER] and len(named["with"][0]) == 64
    is_titled(page, f"{TIDE} and {FOG} – hilbert")
    for what in ("What was said", "How it sounded"):
        page.get_by_test_id("stMetric").filter(has_text=what).wait_for()
    for name in (TIDE, FOG):  # above each passage, too: on a phone they stand in one column
        page.get_by_test_id("stMain").get_by_text(name, exact=True).nth(1).wait_for()
    best = page.locator('[class*="st-key-play-"][class*="pair-0"]')
    best.nth(1).wait_for()
    expect(best).to_have_count(2)
    ids = [re.search(r"play-(\w+)-", b.get_attribute("class") or "") for b in best.all()]
    assert len({found[1] for found in ids if found}) == 2
    best.nth(1).get_by_role("button").click()
    wait_until(page, f"{PLAYER}?.currentTime > 0.2 && !{PLAYER}.paused")
    best.nth(1).get_by_role("button", name="Pause ").wait_for()
    page.reload()
    page.get_by_role("heading", name="Two recordings compared").wait_for()
    there = page.url
    page.get_by_role("link", name="Open", exact=True).first.wait_for()
    page.get_by_test_id("stMain").get_by_role("link", name=FOG).click()
    page.get_by_role("heading", name=FOG).wait_for()
    page.get_by_label("Moments", exact=True).get_by_role("link").last.click()
    page.wait_for_url(re.compile("[&?]t="))
    page.reload()
    page.get_by_role("link", name="Back to the comparison").click()
    page.get_by_role("heading", name="Two recordings compared").wait_for()
    assert page.url == there
    for _ in range(2):
        page.go_back()
        page.get_by_role("heading", name=FOG).wait_for()
    page.go_back()
    page.get_by_role("heading", name="Two recordings compared").wait_for()
    assert page.url == there
    page.go_back()
    page.get_by_role("heading", name="Choose a recording to compare it with").wait_for()
    page.go_back()
    page.get_by_role("heading", name=TIDE).wait_for()
    page.get_by_role("link", name="Compare", exact=True).first.click()
    page.get_by_role("heading", name="Two recordings compared").wait_for()
