"""Which results are shown and in which order: grouping, filters, sorting."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlencode

import pytest
from searching import WATER, cards, search
from visitor import (
    Visit,
    address,
    assert_no_error,
    follow,
    links,
    players,
    press,
    texts,
    visit_link,
)


def test_recordings_are_grouped_or_moments_stand_alone(visit: Visit) -> None:
    page = search(visit(), WATER)
    assert len(set(cards(page))) == len(cards(page)) <= 4
    assert players(page)[0].start_time == 32
    # What belongs to another moment opens below its row; nothing moves.
    before, shares = players(page), sum("score" in text for text in texts(page))
    page = press(page, "More")
    assert players(page) == before
    assert sum("score" in text for text in texts(page)) == shares + 1
    assert sum("[More like this]" in m.value for m in page.markdown) > len(set(cards(page)))
    page = press(page, "Less")
    assert sum("score" in text for text in texts(page)) == shares
    page.segmented_control(key="grouping").set_value("moments")
    assert_no_error(page.run())
    assert len(cards(page)) > 4 and len(set(cards(page))) <= 4


def test_every_moment_plays_and_what_is_below_its_words_waits_until_it_is_wanted(
    visit: Visit,
) -> None:
    page = search(visit(), WATER)
    page.segmented_control(key="grouping").set_value("moments")
    assert_no_error(page.run())
    assert len(players(page)) > 5  # all but of a transcript alone
    more = sum("[More like this]" in m.value for m in page.markdown)
    assert more <= 5
    page = press(page, "Transcript and more")
    assert sum("[More like this]" in m.value for m in page.markdown) == more + 1


def test_filters_leave_only_what_they_name_and_are_kept(visit: Visit) -> None:
    page = search(visit(), WATER)
    page.multiselect(key="filter-labels").set_value(["nature"])
    assert_no_error(page.run())
    labels = [text for text in texts(page) if "· nature" in text]
    assert len(labels) == len(cards(page)) > 0
    named = urlencode(address(page), doseq=True)
    visit_link(page, f"/library?{named}")
    visit_link(page, f"/?{named}")
    assert page.multiselect(key="filter-labels").value == ["nature"]
    page.text_input(key="filter-since").set_value("soon")
    assert_no_error(page.run())
    assert "is no date" in page.error[0].value.replace("\\", "")
    assert len(cards(press(page, "Clear"))) > len(labels)


def test_the_other_moments_of_a_recording_are_shown_when_asked_for(visit: Visit) -> None:
    page = search(visit(), WATER)
    page.segmented_control(key="grouping").set_value("moments")
    page.selectbox(key="count").set_value(50)
    assert_no_error(page.run())
    few = Counter(cards(page))
    assert max(few.values()) == 3
    page.toggle(key="all_moments").set_value(True)
    assert_no_error(page.run())
    assert max(Counter(cards(page)).values()) > 3


@pytest.mark.parametrize("filters", [{"speaker": "Nobody"}, {"since": "2999"}])
def test_filters_that_leave_nothing_are_left_out_at_a_click(
    visit: Visit, filters: dict[str, str]
) -> None:
    page = visit({"q": WATER, **filters})
    assert not cards(page)
    follow(page, "Search without the filters")
    assert cards(page) and not {*filters} & {*address(page)}
    assert "Search without the filters" not in links(page)


def test_typed_filters_are_explained_and_shown(visit: Visit) -> None:
    page = search(visit(), "water label:science")
    assert any("`speaker:anna since:2023`" in text for text in texts(page))
    assert any("Only label:" in text and "science" in text for text in texts(page))
    titles = cards(page)
    assert "Why the tide keeps its own time" in titles
    assert len(titles) < len(cards(search(page, "water")))


def test_recordings_far_below_the_best_wait_until_they_are_wanted(visit: Visit) -> None:
    page = search(visit(), "water")
    assert [expander.label for expander in page.expander if "weaker" in expander.label] == [
        "1 weaker"
    ]
    assert len(cards(page)) == 3 and "3 best recordings" in str(texts(page))
    page.session_state["weaker"] = True
    assert len(cards(assert_no_error(page.run()))) == 4


def test_results_are_sorted_by_date(visit: Visit) -> None:
    page = search(visit(), "water")
    page.session_state["weaker"] = True
    best = cards(assert_no_error(page.run()))
    page.selectbox(key="sort").set_value("date")
    newest = cards(assert_no_error(page.run()))
    assert sorted(newest) == sorted(best)
    assert newest[-1] == "odd-words"  # without a date
    page.selectbox(key="sort").set_value("score")
    assert cards(assert_no_error(page.run())) == best[:3]  # the last is folded away again
