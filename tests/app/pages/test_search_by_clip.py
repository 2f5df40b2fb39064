"""Search with a clip of sound, alone and together with words."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from searching import WATER, cards, heard, search, upload
from visitor import (
    Visit,
    address,
    assert_no_error,
    links,
    texts,
    visit_link,
)

LINK = re.compile(r"\[([^\]]+)\]\(<([^>]*)>\)")


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


def test_a_clip_that_is_no_sound_gives_one_line(visit: Visit, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(b"this is a letter, not music")
    page = upload(visit(), broken)
    [error] = page.error
    assert "broken" in error.value and "Traceback" not in error.value
