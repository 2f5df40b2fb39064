"""Search as a visitor uses it, on a small real library."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from streamlit.testing.v1 import AppTest
from visitor import (
    Visit,
    address,
    assert_no_error,
    follow,
    links,
    listed,
    players,
    press,
    texts,
    visit_link,
)

from app.components.result_card import _unseen_reasons
from app.markdown import DOUBTED_LEGEND
from app.state.result_cache import GONE
from indexer.index.library_store import LibraryStore
from indexer.maintenance.manage import remove

LINK = re.compile(r"\[([^\]]+)\]\(<([^>]*)>\)")
WATER = "why is the water in the ocean like a cup of tea"


def search(page: AppTest, words: str) -> AppTest:
    page.text_input(key="typed").set_value(words)
    [button] = [b for b in page.button if b.label == "Search"]
    button.click()
    return assert_no_error(page.run())


def upload(page: AppTest, clip: Path, name: str | None = None) -> AppTest:
    page.file_uploader(key="clip").set_value((name or clip.name, clip.read_bytes(), "audio/ogg"))
    return assert_no_error(page.run())


def cards(page: AppTest) -> list[str]:
    """Titles of the moments, best first."""
    headings = [m.value for m in page.markdown if re.match(r"\*\*\d+\\\.", m.value)]
    titles = [re.fullmatch(r"\*\*\d+\\\. \[(.*)\]\(<.*>\)\*\*", h)[1] for h in headings]
    return [title.replace("\\", "").replace("\u2060", "") for title in titles]


def heard(page: AppTest) -> str:
    """What the page says was heard in a clip; empty without one."""
    return next((e.label for e in page.expander if e.label.startswith("**Heard:**")), "")


def test_the_start_page_lists_what_there_is_to_search(visit: Visit) -> None:
    page = visit()
    assert "Why the tide keeps its own time" in listed(page) and len(listed(page)) == 4
    assert not page.sidebar.metric  # what a library is made of is told on the page Library


def test_a_typed_search_shows_the_right_talk_first_and_plays_the_moment(visit: Visit) -> None:
    page = search(visit(), WATER)
    assert cards(page)[0] == "Why the tide keeps its own time"
    assert any("Maren Oakes · 2025-03-14 · science" in text for text in texts(page))
    first = players(page)[0]
    assert first.start_time == 32
    assert 32 < first.end_time <= 32 + 60
    assert any(b.label.startswith("Play 0:32 – 0:") for b in page.button)
    badges = next(text for text in texts(page) if "score" in text)
    assert "By words +" in badges and "By meaning +" in badges


def test_doubtful_words_are_marked_on_a_card_and_the_mark_is_explained(visit: Visit) -> None:
    page = search(visit(), "in the oldest desert in the world my sleeping bag was soaking wet")
    assert any(":small[(?)]" in text and "sleeping" in text for text in texts(page))
    assert DOUBTED_LEGEND in texts(page)
    assert DOUBTED_LEGEND not in texts(search(visit(), '"amphidromic"'))  # a person wrote it


@pytest.mark.parametrize(
    "words", ["who founded the first department store in Osaka", "xqzv bnmt wplk gghj"]
)
def test_what_nobody_speaks_of_is_said_to_have_no_answer(visit: Visit, words: str) -> None:
    page = search(visit(), words)
    assert "Nothing here says this." in texts(page)
    assert not cards(page) and not players(page)  # they are folded
    assert "Show the nearest" in [expander.label for expander in page.expander]
    page.session_state["weak"] = True
    assert_no_error(page.run())
    assert cards(page)
    [count] = [text for text in texts(page) if "found in" in text]
    assert "nearest" in count and "best" not in count.lower()


def test_a_phrase_that_nobody_said_is_searched_for_without_quotes_in_one_click(
    visit: Visit,
) -> None:
    page = search(visit(), '"the ocean is a cup of tea"')
    assert "Nobody says these words in a row." in texts(page) and not cards(page)
    page = follow(page, "Search without the quotes")
    assert page.text_input(key="typed").value == "the ocean is a cup of tea"
    assert cards(page)[0] == "Why the tide keeps its own time"


def test_words_of_the_query_are_marked_and_common_ones_are_not(visit: Visit) -> None:
    page = search(visit(), WATER)
    text = next(m.value for m in page.markdown if "orange-background" in m.value)
    assert ":orange-background[**ocean**]" in text
    assert ":orange-background[**the**]" not in text


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


def test_words_and_a_clip_are_asked_together(visit: Visit, clip: Path) -> None:
    page = upload(visit(), clip)
    page = search(page, "waggle dance of the bees")
    (_, query, *_), answer = list(page.session_state.answers.items())[-1]
    assert query.words and query.clip and answer.result.heard
    assert "Breakfast in the fog desert" in cards(page)[:2]
    page.button(key="drop-clip").click()
    assert_no_error(page.run())
    assert not heard(page)
    assert "bee" in cards(page)[0] or "dance" in cards(page)[0].lower()


def test_words_that_stand_in_the_box_count_beside_a_clip_and_each_is_left_out_at_a_click(
    visit: Visit, clip: Path
) -> None:
    page = upload(search(visit(), "water"), clip)
    assert page.text_input(key="typed").value == "water" and address(page)["q"] == ["water"]
    assert any("together, a half each" in text for text in texts(page))
    both = dict(address(page))
    to = {name: url for caption in page.caption for name, url in LINK.findall(caption.value)}
    visit_link(page, to["the clip alone"])
    assert page.text_input(key="typed").value == "" and "q" not in address(page)
    assert address(page)["clip"] == both["clip"]
    visit_link(page, to["the words alone"])
    assert address(page) == {"q": ["water"]} and not heard(page)


def test_a_clip_is_drawn_where_that_is_asked_for(visit: Visit, clip: Path) -> None:
    page = upload(visit(), clip)
    assert not page.get("plotly_chart")
    page.session_state["clip-details"] = True
    assert len(assert_no_error(page.run()).get("plotly_chart")) == 2


def test_a_clip_that_was_cut_from_a_recording_is_told_to_be_from_there(
    visit: Visit, clip: Path
) -> None:
    page = upload(visit(), clip)
    [line] = [text for text in texts(page) if "This clip is from" in text]
    assert "Breakfast in the fog desert" in line and line.endswith("at 0:36**")
    named = parse_qs(urlsplit(links(page)["Breakfast in the fog desert"]).query)
    assert float(named["t"][0]) == pytest.approx(36.9, abs=0.2)
    other_voice = upload(visit(), clip.with_name("rocking-ocean-other-voice.opus"))
    assert cards(other_voice)[0] == "Why the tide keeps its own time"
    assert not any("This clip is from" in text for text in texts(other_voice))
    assert any(
        "not certain which recording this clip is from" in text for text in texts(other_voice)
    )


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


def test_a_file_name_explains_a_hit_only_where_nothing_else_does(visit: Visit) -> None:
    page = search(visit(), "why tides lag")
    [answer] = page.session_state.answers.values()
    best = answer.result.documents[0]
    assert "file name" in best.reasons and best.moments[0].words
    assert not any("Found by" in text for text in texts(page))
    silent = [replace(moment, words=()) for moment in best.moments]
    assert _unseen_reasons(best, silent) == ["title"]
    assert _unseen_reasons(replace(best, reasons=("file name",)), silent) == ["file name"]


def test_moments_are_exported_as_they_are_shown(visit: Visit) -> None:
    page = search(visit(), WATER)
    labels = [button.proto.label for button in page.get("download_button")]
    assert {"Moments as JSON", "Moments as CSV", "Moments as SRT", "Sound"} <= set(labels)


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


def test_a_clip_finds_its_talk_and_says_what_was_heard(visit: Visit, clip: Path) -> None:
    page = upload(visit(), clip)
    assert cards(page)[0] == "Breakfast in the fog desert"
    assert "settled on its back" in heard(page)


def test_what_is_said_in_a_clip_marks_no_everyday_words(visit: Visit, clip: Path) -> None:
    page = upload(visit(), clip)
    marked = re.findall(r":orange-background\[\*\*(.+?)\*\*\]", "".join(texts(page)))
    assert "fog" in marked and not {"the", "into", "into one", "its", "and"} & {*marked}


def test_nothing_is_embedded_twice(visit: Visit, clip: Path, embedded: Counter[str]) -> None:
    page = search(visit(), WATER)
    before = dict(page.session_state.answers)
    page.segmented_control(key="grouping").set_value("moments")
    page.selectbox(key="count").set_value(5)
    assert_no_error(page.run())
    assert len(cards(page)) == 5
    assert_no_error(page.run())
    search(page, "  why is the water in the ocean   like a cup of tea ")
    after = page.session_state.answers
    assert all(after[key] is answer for key, answer in before.items()) and len(after) == 1
    for channel in ("text", "joint", "lexical"):
        page.segmented_control(key="channel").set_value(channel)
        assert_no_error(page.run())
    page.text_input(key="filter-until").set_value("2099")
    assert_no_error(page.run())
    assert embedded == {"typed_query": 1}  # other channels and filters use the same vectors
    search(page, "")
    page.text_input(key="typed").set_value("")
    upload(page, clip)
    once = embedded["clip_query"]
    upload(page, clip, "the same sound under another name.opus")
    assert embedded["clip_query"] == once == 1


def test_a_spoken_question_is_heard_like_a_clip(visit: Visit, clip: Path) -> None:
    page = visit()
    page.audio_input(key="voice").set_value(("recorded.wav", clip.read_bytes(), "audio/wav"))
    assert_no_error(page.run())
    assert cards(page)[0] == "Breakfast in the fog desert"


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


@pytest.mark.parametrize("filters", [{"speaker": "Nobody"}, {"since": "2999"}])
def test_filters_that_leave_nothing_are_left_out_at_a_click(
    visit: Visit, filters: dict[str, str]
) -> None:
    page = visit({"q": WATER, **filters})
    assert not cards(page)
    follow(page, "Search without the filters")
    assert cards(page) and not {*filters} & {*address(page)}
    assert "Search without the filters" not in links(page)


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


def test_an_empty_query_is_told_what_to_do(visit: Visit) -> None:
    page = search(visit(), "   ")
    assert "Type what you are looking for, or search with a clip." in texts(page)
    assert not page.error


def test_a_clip_that_is_no_sound_gives_one_line(visit: Visit, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(b"this is a letter, not music")
    page = upload(visit(), broken)
    [error] = page.error
    assert "broken" in error.value and "Traceback" not in error.value


def test_transcripts_are_shown_as_they_were_said(visit: Visit) -> None:
    page = search(visit(), "mountain goat thistles")
    said = [m.value for m in page.markdown if not m.value.startswith("**")]
    value = next(value for value in said if "thistles" in value)
    unescaped = re.sub(r"\\.", "", re.sub(r":orange-background\[\*\*(.*?)\*\*\]", r"\1", value))
    assert not set(unescaped) & set("[]<>$`*_#:\\"), unescaped
    assert "<script>alert(1)</script>" in value.replace("\\", "")


def test_a_document_without_times_or_recording_has_neither_clock_nor_player(visit: Visit) -> None:
    page = search(visit(), "accordion bellows mended with cloth tape")
    page.segmented_control(key="grouping").set_value("moments")
    page.selectbox(key="count").set_value(5)
    assert_no_error(page.run())
    assert cards(page)[0] == "odd-words"
    n = cards(page).count("odd-words")
    assert texts(page).count(":material/description: A transcript without a recording.") == n
    assert len(players(page)) == 5 - n
    assert not any("schedule" in text for text in texts(page))


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


def test_a_recording_that_was_moved_is_a_note(visit: Visit, recordings: Path) -> None:
    recording = recordings / "why-tides-lag.opus"
    aside = recording.with_suffix(".aside")
    recording.rename(aside)
    try:
        page = search(visit(), WATER)
    finally:
        aside.rename(recording)
    note = next(text for text in texts(page) if "link_off" in text)
    assert "no longer at" in note and "why-tides-lag.opus" in note
    assert cards(page)[0] == "Why the tide keeps its own time"
    assert not players(page) or players(page)[0].start_time != 32
    assert any("schedule: 0:32 – 0:" in text for text in texts(page))


def test_what_is_indexed_meanwhile_is_there_on_the_next_click(
    open_page: Visit, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(library, copy)
    monkeypatch.setenv("HILBERT_LIBRARY", str(copy))
    page = open_page()
    assert len(listed(page)) == 4
    writer = LibraryStore.open(copy)
    remove(writer, ["odd-words"])
    writer.close()
    assert len(listed(assert_no_error(page.run()))) == 3


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
