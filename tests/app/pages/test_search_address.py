"""A search stands in the address: channels, links to moments, and what is like one."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from searching import WATER, cards, search
from visitor import (
    Visit,
    address,
    assert_no_error,
    follow,
    links,
    listed,
    players,
    texts,
    visit_link,
)

from app.state.result_cache import GONE


def test_a_link_leads_back_to_the_moment_with_the_filters(visit: Visit, library: Path) -> None:
    page = search(visit(), WATER)
    page.multiselect(key="filter-labels").set_value(["science"])
    assert_no_error(page.run())
    link = next(code.value for code in page.code if "doc=" in code.value)
    values = {k: v[0] for k, v in parse_qs(urlsplit(link).query).items()}
    assert values["q"] == WATER and float(values["t"]) == pytest.approx(32.5, abs=0.2)
    again = visit(values)
    assert again.multiselect(key="filter-labels").value == ["science"]
    assert any("The moment that you were sent" in text for text in texts(again))
    assert players(again)[0].start_time == 32
    elsewhere = visit({**values, "library": str(library), "t": "soon"})
    assert cards(elsewhere) == cards(page)
    # Not among what these words find: its recording is opened there.
    other = visit({"q": '"thistles"', "doc": values["doc"], "t": "41"})
    assert players(follow(other, "Open the moment that you were sent"))[0].start_time == 41
    gone = visit({"q": WATER, "doc": "f" * 64, "t": "41"})
    assert [warning.value for warning in gone.warning] == [GONE] and cards(gone)


def test_ways_of_searching_have_plain_names_and_their_terms_stand_behind_them(
    visit: Visit,
) -> None:
    page = search(visit(), WATER)
    ways = page.segmented_control(key="channel")
    assert {"All together", "By words", "By meaning", "By sound"} <= set(ways.options)
    for term in ("auto", "lexical", "text", "audio", "joint", "metadata"):
        assert not any(term in name.lower() for name in ways.options)
        assert f"(`{term}`)" in ways.help
    shares = next(m.value for m in page.markdown if "score" in m.value)
    assert "By words" in shares and "lexical" not in shares
    ways.set_value("text")
    assert_no_error(page.run())
    assert address(page)["channel"] == ["text"]


def test_the_channel_is_chosen_and_kept_in_the_address(visit: Visit) -> None:
    page = search(visit(), WATER)
    page.segmented_control(key="channel").set_value("lexical")
    assert_no_error(page.run())
    badges = next(text for text in texts(page) if "score" in text)
    assert "By words +" in badges and "By meaning +" not in badges
    assert address(page) == {"q": [WATER], "channel": ["lexical"]}


def test_an_address_reopens_its_search(visit: Visit) -> None:
    page = visit({"q": WATER, "channel": "text"})
    assert cards(page)[0] == "Why the tide keeps its own time"
    assert page.text_input(key="typed").value == WATER
    assert page.segmented_control(key="channel").value == "text"


def test_an_unknown_channel_in_the_address_is_no_channel(visit: Visit) -> None:
    page = visit({"q": WATER, "channel": "smell"})
    assert page.segmented_control(key="channel").value == "auto"
    assert cards(page)


def test_more_like_this_shows_neighbours_under_an_address_of_their_own(visit: Visit) -> None:
    page = search(visit(), WATER)
    before = cards(page)
    follow(page, "More like this")
    page.segmented_control(key="same").set_value("sound")
    assert_no_error(page.run())
    badges = next(text for text in texts(page) if "score" in text)
    assert "By sound" in badges and "By words" not in badges
    assert any(
        text.startswith("**Like** [the moment at 0:32 of Why the tide") for text in texts(page)
    )
    assert any("So the water does something else" in caption.value for caption in page.caption)
    assert cards(page) and cards(page) != before
    assert "q" not in address(page) and address(page)["same"] == ["sound"]
    follow(page, "More like this")  # of one of the neighbours: back to the question all the same
    follow(page, WATER)
    assert cards(page) == before and page.text_input(key="typed").value == WATER
    assert "before" not in address(page) and WATER not in links(page)
    visit_link(page, "/")
    assert listed(page) and page.text_input(key="typed").value == ""


def test_neighbours_of_a_moment_without_times_are_its_own(visit: Visit) -> None:
    page = search(visit(), "accordion wheeze every Sunday man who plays")
    hit = next(iter(page.session_state.answers.values())).result.hits[0]
    follow(page, "More like this")
    neighbours = [
        answer.result.hits
        for key, answer in page.session_state.answers.items()
        if key[1].is_similar
    ]
    assert hit.segment not in [n.segment for n in neighbours[0]]


def test_the_search_outlasts_a_look_at_another_page(visit: Visit) -> None:
    page = search(visit(), WATER)
    page.segmented_control(key="channel").set_value("text")
    assert_no_error(page.run())
    before = cards(page)
    named = urlencode(address(page), doseq=True)
    visit_link(page, f"/library?{named}")
    visit_link(page, f"/?{named}")
    assert cards(page) == before
    assert page.text_input(key="typed").value == WATER
    assert page.segmented_control(key="channel").value == "text"
