"""Search by words as a visitor uses it, on a small real library."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from searching import WATER, cards, search
from visitor import (
    Visit,
    assert_no_error,
    follow,
    listed,
    players,
    texts,
)

from app.components.result_card import _unseen_reasons
from app.markdown import DOUBTED_LEGEND
from indexer.index.library_store import LibraryStore
from indexer.maintenance.manage import remove


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


def test_an_empty_query_is_told_what_to_do(visit: Visit) -> None:
    page = search(visit(), "   ")
    assert "Type what you are looking for, or search with a clip." in texts(page)
    assert not page.error


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
