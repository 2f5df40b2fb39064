"""The page as a visitor uses it, on a small real library."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import app.results
from indexer.library import Library
from indexer.maintain import remove

WATER = "why is the water in the ocean like a cup of tea"

Visit = Callable[..., AppTest]


def fine(page: AppTest) -> AppTest:
    assert not page.exception, page.exception
    return page


def search(page: AppTest, words: str) -> AppTest:
    page.text_input(key="typed").set_value(words)
    [button] = [b for b in page.button if b.label == "Search"]
    button.click()
    return fine(page.run())


def upload(page: AppTest, clip: Path, name: str | None = None) -> AppTest:
    page.segmented_control(key="way").set_value("clip")
    fine(page.run())
    page.file_uploader(key="clip").set_value((name or clip.name, clip.read_bytes(), "audio/ogg"))
    return fine(page.run())


def texts(page: AppTest) -> list[str]:
    """Everything written on the page, without the escapes."""
    kinds = (page.markdown, page.caption, page.info, page.error, page.title, page.subheader)
    return [element.value.replace("\\", "") for kind in kinds for element in kind]


def cards(page: AppTest) -> list[str]:
    """Titles of the moments, best first."""
    headings = [m.value.replace("\\", "") for m in page.markdown if m.value.startswith("**")]
    return [h.strip("*").split(". ", 1)[1] for h in headings if h[2].isdigit()]


def players(page: AppTest) -> list[Any]:
    return [element.proto for element in page.get("audio")]


def test_the_start_page_lists_what_there_is_to_search(visit: Visit) -> None:
    page = visit()
    [table] = page.dataframe
    assert "Why the tide keeps its own time" in list(table.value["Title"])
    assert len(table.value) == 4
    facts = {metric.label: metric.value for metric in page.sidebar.metric}
    assert facts["Documents"] == "4"


def test_a_typed_search_shows_the_right_talk_first_and_plays_the_moment(visit: Visit) -> None:
    page = search(visit(), WATER)
    assert cards(page)[0] == "Why the tide keeps its own time"
    assert any("Maren Oakes · 2025-03-14 · science" in text for text in texts(page))
    first = players(page)[0]
    assert first.start_time == 32
    assert any("0:32 – 0:" in text for text in texts(page))
    badges = next(text for text in texts(page) if "score" in text)
    assert "lexical +" in badges and "text +" in badges


def test_words_of_the_query_are_marked_and_common_ones_are_not(visit: Visit) -> None:
    page = search(visit(), WATER)
    text = next(m.value for m in page.markdown if "orange-background" in m.value)
    assert ":orange-background[**ocean**]" in text
    assert ":orange-background[**the**]" not in text


def test_matching_documents_stand_beside_the_moments(visit: Visit) -> None:
    page = search(visit(), WATER)
    assert "1. Why the tide keeps its own time" in texts(page)
    assert "Matching documents" in texts(page)


def test_a_clip_finds_its_talk_and_says_what_was_heard(visit: Visit, clip: Path) -> None:
    page = upload(visit(), clip)
    assert cards(page)[0] == "Breakfast in the fog desert"
    heard = next(text for text in texts(page) if text.startswith("**Heard:**"))
    assert "settled on its back" in heard


def test_nothing_is_embedded_twice(visit: Visit, clip: Path, embedded: Counter[str]) -> None:
    page = search(visit(), WATER)
    before = dict(page.session_state.answers)
    page.selectbox(key="count").set_value(5)
    fine(page.run())
    assert len(cards(page)) == 5
    fine(page.run())
    search(page, "  why is the water in the ocean   like a cup of tea ")
    after = page.session_state.answers
    assert all(after[key] is answer for key, answer in before.items()) and len(after) == 1
    assert embedded == {"typed_query": 1}
    upload(page, clip)
    upload(page, clip, "the same sound under another name.opus")
    assert embedded == {"typed_query": 1, "clip_query": 1}


def test_a_spoken_question_is_heard_like_a_clip(visit: Visit, clip: Path) -> None:
    page = visit()
    page.segmented_control(key="way").set_value("voice")
    fine(page.run())
    page.audio_input(key="voice").set_value(("recorded.wav", clip.read_bytes(), "audio/wav"))
    fine(page.run())
    assert cards(page)[0] == "Breakfast in the fog desert"


def test_the_channel_is_chosen_and_kept_in_the_address(visit: Visit) -> None:
    page = search(visit(), WATER)
    page.segmented_control(key="channel").set_value("lexical")
    fine(page.run())
    badges = next(text for text in texts(page) if "score" in text)
    assert "lexical +" in badges and "text +" not in badges
    # A test reads what the page sets as lists.
    assert {k: v[-1] if isinstance(v, list) else v for k, v in page.query_params.items()} == {
        "q": WATER,
        "channel": "lexical",
    }


def test_an_address_reopens_its_search(visit: Visit) -> None:
    page = visit({"q": WATER, "channel": "text"})
    assert cards(page)[0] == "Why the tide keeps its own time"
    assert page.text_input(key="typed").value == WATER
    assert page.segmented_control(key="channel").value == "text"


def test_an_unknown_channel_in_the_address_is_no_channel(visit: Visit) -> None:
    page = visit({"q": WATER, "channel": "smell"})
    assert page.segmented_control(key="channel").value == "auto"
    assert cards(page)


def test_more_like_this_shows_neighbours_and_leads_back(visit: Visit) -> None:
    page = search(visit(), WATER)
    before = cards(page)
    next(b for b in page.button if b.label == "More like this").click()
    fine(page.run())
    assert any(text.startswith("**More like:** Why the tide") for text in texts(page))
    assert cards(page) and cards(page) != before
    assert "q" not in page.query_params
    page.button(key="back").click()
    fine(page.run())
    assert cards(page) == before
    page.button(key="back").click()
    assert fine(page.run()).dataframe


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
    value = next(m.value for m in page.markdown if "thistles" in m.value)
    unescaped = re.sub(r"\\.", "", re.sub(r":orange-background\[\*\*(.*?)\*\*\]", r"\1", value))
    assert not set(unescaped) & set("[]<>$`*_#:\\"), unescaped
    assert "<script>alert(1)</script>" in value.replace("\\", "")


def test_a_document_without_times_or_recording_has_neither_clock_nor_player(visit: Visit) -> None:
    page = search(visit(), "accordion bellows mended with cloth tape")
    page.selectbox(key="count").set_value(5)
    fine(page.run())
    assert cards(page)[0] == "odd-words"
    n = cards(page).count("odd-words")
    assert texts(page).count(":material/description: A transcript without a recording.") == n
    assert len([text for text in texts(page) if "schedule" in text]) == 5 - n


def test_neighbours_of_a_moment_without_times_are_its_own(visit: Visit) -> None:
    page = search(visit(), "accordion wheeze every Sunday man who plays")
    hit = next(iter(page.session_state.answers.values())).result.hits[0]
    next(b for b in page.button if b.label == "More like this").click()
    fine(page.run())
    neighbours = [
        answer.result.hits
        for key, answer in page.session_state.answers.items()
        if key[1].kind == "similar"
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


def test_a_large_recording_waits_until_it_is_wanted(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.results, "_AT_ONCE", 1000)
    page = search(visit(), WATER)
    assert not players(page)
    next(b for b in page.button if b.label.startswith("Load the recording")).click()
    [player] = players(fine(page.run()))
    assert player.start_time == 32


def test_what_is_indexed_meanwhile_is_there_on_the_next_click(
    open_page: Visit, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(library, copy)
    monkeypatch.setenv("HILBERT_LIBRARY", str(copy))
    page = open_page()
    assert len(page.dataframe[0].value) == 4
    writer = Library.open(copy)
    remove(writer, ["odd-words"])
    writer.close()
    assert len(fine(page.run()).dataframe[0].value) == 3


def test_the_gap_panel_shows_numbers_plots_and_what_they_mean(visit: Visit) -> None:
    page = visit(tab="Modality gap")
    values = {metric.label: metric.value for metric in page.main.metric}
    assert 0 <= float(values["Centroid gap"]) <= 2
    assert 0 <= float(values["Relative gap"]) <= 1
    assert int(values["Pairs measured"]) > 5
    assert len(page.get("plotly_chart")) == 2
    assert any("need not bring the right moment" in text for text in texts(page))


def test_the_search_outlasts_a_look_at_the_gap(visit: Visit) -> None:
    page = search(visit(), WATER)
    page.segmented_control(key="channel").set_value("text")
    fine(page.run())
    before = cards(page)
    for tab in ("Modality gap", "Search"):
        page.session_state["tab"] = tab
        fine(page.run())
    assert cards(page) == before
    assert page.text_input(key="typed").value == WATER
    assert page.segmented_control(key="channel").value == "text"


def test_a_missing_library_is_told_how_to_make_one(
    open_page: Visit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, library: Path
) -> None:
    monkeypatch.delenv("HILBERT_LIBRARY", raising=False)
    page = open_page()
    assert any("hilbert index" in code.value for code in page.code)
    assert not page.error
    page = open_page({"library": str(tmp_path / "nowhere")})
    [error] = page.error
    assert "there is no library here" in error.value.replace("\\", "")
    assert any(f"--library {tmp_path}/nowhere" in code.value for code in page.code)
    monkeypatch.setenv("HILBERT_LIBRARY", str(tmp_path / "nowhere"))
    page = open_page({"library": str(library)})  # the address wins
    assert page.dataframe and not page.error
