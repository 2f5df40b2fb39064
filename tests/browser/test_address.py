"""The address is the state: Back, Forward, reload, links and a restarted server lose nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from indexer.base.assets import demo_folder
from tests.browser.asking import BOX, ask
from tests.browser.waiting import expect, is_titled, wait_until
from tests.serving import HILBERT, free_port, started

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

WATER = "why is the water in the ocean like a cup of tea"
BEES = "how a bee tells the others where flowers are"
TIDE = "Why the tide keeps its own time"
NO_LIBRARY = re.compile("was not started for|there is no library here|cannot be opened")
CARD = re.compile(r"^1\. ")


def named(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def shows(page: Page, words: str, title: str) -> None:
    """Wait until these words are in the box, and this recording is the best."""
    page.get_by_text(CARD).filter(has_text=title).wait_for()
    wait_until(page, f"document.querySelector('input[aria-label^=What]')?.value == {words!r}")
    assert named(page).get("q") == [words]


def test_each_step_has_an_address_and_back_and_forward_go_one_step_each(page: Page) -> None:
    page.goto("/")
    ask(page, WATER)
    shows(page, WATER, TIDE)
    ask(page, BEES)
    shows(page, BEES, "Directions from a dancing bee")
    page.get_by_role("button", name="Options").click()
    page.get_by_role("radio", name="By meaning").click()
    page.wait_for_url(re.compile("channel=text"))
    page.get_by_role("link", name="Whole recording").first.click()
    page.get_by_role("heading", name="Directions from a dancing bee").wait_for()
    document = page.url
    page.get_by_role("link", name="Library").click()
    page.get_by_text("Add recordings").wait_for()
    page.go_back()
    page.get_by_role("heading", name="Directions from a dancing bee").wait_for()
    assert page.url == document
    page.go_back()
    shows(page, BEES, "Directions from a dancing bee")
    page.get_by_role("button", name="Options").click()
    page.get_by_role("radio", name="By meaning", checked=True).wait_for()
    page.go_back()
    page.get_by_role("radio", name="All together", checked=True).wait_for()
    shows(page, BEES, "Directions from a dancing bee")
    page.go_back()
    shows(page, WATER, TIDE)
    page.go_back()
    page.get_by_text(re.compile("recordings? to search")).wait_for()
    expect(page.get_by_label(BOX)).to_have_value("")
    assert not named(page)
    page.go_forward()
    shows(page, WATER, TIDE)
    page.reload()
    shows(page, WATER, TIDE)


def test_the_title_of_the_tab_tells_what_is_shown_and_does_not_flicker(page: Page) -> None:
    page.goto("/")
    ask(page, WATER)
    shows(page, WATER, TIDE)
    is_titled(page, f"{WATER} – hilbert")
    page.evaluate(
        "new MutationObserver(() => (window.titles ??= []).push(document.title))"
        ".observe(document.querySelector('title'), {childList: true})"
    )
    page.get_by_role("button", name="Options").click()
    page.get_by_role("radio", name="By meaning").click()
    page.wait_for_url(re.compile("channel=text"))
    shows(page, WATER, TIDE)
    page.get_by_role("link", name="Whole recording").first.click()
    is_titled(page, f"{TIDE} – hilbert")
    page.get_by_role("link", name="Library").click()
    is_titled(page, "Library – hilbert")
    seen = page.evaluate("window.titles")
    assert f"{TIDE} – hilbert" in seen and "hilbert" not in seen


def test_looking_at_options_and_filters_changes_neither(page: Page) -> None:
    page.goto("/?label=nature&label=science&since=2020")
    page.get_by_label(BOX).wait_for()
    ask(page, WATER)
    shows(page, WATER, TIDE)
    before = named(page)
    page.get_by_role("button", name="Options").click()
    page.get_by_role("radio", name="All together", checked=True).wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Filters (2)").click()
    wait_until(page, "document.querySelector('input[aria-label=Since]')?.value == '2020'")
    page.keyboard.press("Escape")
    ask(page, BEES)
    shows(page, BEES, "Directions from a dancing bee")
    assert named(page) == before | {"q": [BEES]}


def test_the_question_is_kept_in_the_recording_and_leads_back(page: Page) -> None:
    page.goto(f"/?{urlencode({'q': WATER, 'label': 'science', 'most': 5})}")
    page.get_by_role("button", name="Filters (1)").wait_for()
    page.get_by_label("Recent searches").get_by_text(WATER).wait_for()
    page.get_by_role("link", name=TIDE).first.click()
    page.get_by_role("heading", name=TIDE).wait_for()
    assert named(page)["q"] == [WATER] and named(page)["label"] == ["science"]
    page.get_by_test_id("stMain").get_by_role("link", name=WATER).click()
    shows(page, WATER, TIDE)
    page.get_by_role("button", name="Filters (1)").wait_for()
    assert named(page) == {"q": [WATER], "label": ["science"], "most": ["5"]}


def test_a_link_is_opened_in_a_tab_of_its_own_where_that_is_wanted(page: Page) -> None:
    page.goto(f"/?{urlencode({'q': WATER})}")
    title = page.get_by_role("link", name=TIDE).first
    title.wait_for()
    page.get_by_label("Recent searches").get_by_text(WATER).wait_for()
    with page.context.expect_page() as opened:
        title.click(modifiers=["Control"])
    opened.value.get_by_role("heading", name=TIDE).wait_for()
    expect(page.get_by_label(BOX)).to_have_value(WATER)


def test_a_recording_that_is_gone_is_told_and_no_other_is_shown(page: Page) -> None:
    page.goto(f"/document?doc={'f' * 64}&t=3")
    page.get_by_text("names is not in this library, or not any more").wait_for()
    assert page.locator("audio").count() == 0
    page.goto(f"/?like={'f' * 64}")
    page.get_by_text("names is not in this library, or not any more").wait_for()


@pytest.mark.parametrize("other", ["no-such-library", "\0odd", "~nobody", "x" * 5000])
def test_a_link_to_a_library_that_cannot_be_opened_says_so(page: Page, other: str) -> None:
    page.goto(f"/?{urlencode({'library': other, 'q': WATER})}")
    page.get_by_text(NO_LIBRARY).wait_for()
    page.wait_for_load_state("networkidle")
    assert page.get_by_test_id("stException").count() == 0
    page.get_by_role("link", name="the library that it was started for").click()
    shows(page, WATER, TIDE)


@pytest.fixture
def restarted(
    chromium: Browser, library: Path, cache: Path, tmp_path: Path
) -> Iterator[tuple[Page, str]]:
    """The page of a visitor whose server has been restarted, and the address it was left at."""
    port, demo = free_port(), demo_folder()
    assert demo
    command = [*HILBERT, "app", "--port", str(port), "--library", str(library)]
    context = chromium.new_context()
    page = context.new_page()
    with started(command, port, tmp_path) as log:
        [printed] = re.findall(r"at (http://\S+)", log.read_text())
        page.goto(printed)
        ask(page, WATER)
        shows(page, WATER, TIDE)
        page.get_by_role("button", name="Clip").click()
        page.locator("input[type=file]").first.set_input_files(
            demo / "clips" / "beetle-in-the-fog-excerpt.opus"
        )
        page.get_by_text("Heard:").wait_for()
        there = page.url
    page.goto("about:blank")
    with started(command, port, tmp_path) as log:
        [printed] = re.findall(r"at (http://\S+)", log.read_text())
        context.request.get(printed, max_redirects=0)
        yield page, there
    context.close()


def test_a_restarted_server_opens_the_clip_of_an_address_and_says_where_it_is_gone(
    restarted: tuple[Page, str], cache: Path
) -> None:
    page, there = restarted
    assert named(page) == {}
    page.goto(there)
    page.get_by_text("Heard:").wait_for()
    assert named(page)["q"] == [WATER] and named(page)["name"][0].startswith("beetle")
    page.get_by_text("beetle-in-the-fog-excerpt.opus").first.wait_for()
    recent = page.get_by_label("Recent searches")
    recent.get_by_role("link", name=WATER, exact=True).wait_for()
    (cache / "clips" / named(page)["clip"][0]).unlink()
    recent.get_by_role("link", name=WATER, exact=True).click()
    shows(page, WATER, TIDE)
    page.goto(there.replace("name=beetle", "name=the-beetle"))
    page.get_by_text("The sound of this clip is not kept here any more").wait_for()


@pytest.mark.parametrize("words", ["xqzv bnmt wplk gghj", '"the ocean is a cup of tea"'])
def test_nonsense_gets_no_confident_answer(page: Page, words: str) -> None:
    page.goto(f"/?{urlencode({'q': words})}")
    page.get_by_text(re.compile("Nothing here says this|Nobody says these words")).wait_for()
    assert page.get_by_text(CARD).count() == 0 and page.locator("audio").count() == 0
    if '"' in words:
        page.wait_for_load_state("networkidle")
        page.get_by_role("link", name="Search without the quotes").click()
        shows(page, words.strip('"'), TIDE)
