"""One document as a whole: player, transcript, neighbours, map."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

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
    texts,
    turn_to,
    visit_link,
)

from app.state.result_cache import GONE
from indexer.index.library_store import LibraryStore
from indexer.maintenance.document_transcript import document_transcript
from indexer.store.supplements import WEB_PAGE

TIDES = "Why the tide keeps its own time"
FOG = "Breakfast in the fog desert"


def document(page: AppTest, **named: str) -> AppTest:
    turn_to(page, "document")
    for name, value in named.items():
        page.query_params[name] = value
    return assert_no_error(page.run())


def choose(page: AppTest, document: str) -> AppTest:
    return visit_link(page, f"/document?doc={document}")


@pytest.fixture(scope="module")
def ids(library: Path) -> dict[str, str]:
    """Title to id."""
    opened = LibraryStore.open(library)
    found = {d.title: d.id for d in opened.catalog.documents()}
    opened.close()
    return found


def transcripts(page: AppTest) -> list[list[dict]]:
    """The cues that each follower of a player was given."""
    found = []
    for element in page.get("bidi_component"):
        data = json.loads(element.proto.json)
        if "cues" in data:
            found.append(data["cues"])
    return found


def test_a_document_is_shown_whole(visit: Visit, ids: dict[str, str]) -> None:
    page = choose(document(visit()), ids[TIDES])
    assert any(TIDES in text for text in texts(page))
    assert any("Maren Oakes · 2025-03-14 · 1:16 · en" in text for text in texts(page))
    assert players(page)[0].start_time == 0
    [cues] = transcripts(page)
    said = "".join(part[0] for cue in cues for part in cue["parts"])
    assert said.startswith("Every schoolbook") and "amphidromic" in said
    assert all(cue["start"] < cue["end"] for cue in cues)


def test_words_that_the_recogniser_doubts_are_told_from_the_others(
    visit: Visit, ids: dict[str, str], library: Path
) -> None:
    [cues] = transcripts(choose(document(visit()), ids[TIDES]))
    assert not any(doubtful for cue in cues for _, _, doubtful in cue["parts"])  # of a person
    [cues] = transcripts(choose(document(visit()), ids[FOG]))
    shown = [text for cue in cues for text, _, doubtful in cue["parts"] if doubtful]
    opened = LibraryStore.open(library)
    stored = document_transcript(opened, ids[FOG]).to_dict()["cues"]
    opened.close()
    words = [word for cue in stored for word in cue["words"]]
    assert shown == [word["text"] for word in words if word["doubtful"]]
    assert 0 < len(shown) < len(words) / 10


def test_the_map_of_moments_is_drawn_once_it_is_opened(visit: Visit, ids: dict[str, str]) -> None:
    page = document(visit(), doc=ids[TIDES])
    assert "Where its moments lie" in [expander.label for expander in page.expander]
    assert not page.get("plotly_chart")
    page.session_state["moments-map"] = True
    assert_no_error(page.run())
    assert page.get("plotly_chart")
    assert any("Bold: this recording" in caption.value for caption in page.caption)


def test_nearest_documents_lead_on_and_to_a_search(visit: Visit, ids: dict[str, str]) -> None:
    page = choose(document(visit()), ids[TIDES])
    near = [title for title, url in links(page).items() if re.search(r"/document\?doc=\w+$", url)]
    assert len(near) == 3 and TIDES not in near
    alike = [text for text in texts(page) if text.startswith("Likeness ")]
    assert len(alike) == 3 and all(
        "by meaning " in text and "Most alike: " in text for text in alike
    )
    assert sum("&t=" in text for text in alike) == 2  # one has no times
    follow(page, near[0])
    assert any(near[0] in text for text in texts(page))
    page = follow(page, "More like this recording")
    assert any(text.startswith(f"**Like** [{near[0]}]") for text in texts(page))


def test_an_address_opens_a_document_at_its_time(visit: Visit, ids: dict[str, str]) -> None:
    page = document(visit(), doc=ids[TIDES], t="41.5")
    assert players(page)[0].start_time == 41
    [cues] = transcripts(page)
    assert [cue["clock"] for cue in cues if "found" in cue] == ["0:37"]


@pytest.mark.parametrize("time", ["soon", ""])
def test_an_address_without_a_time_opens_its_beginning(
    visit: Visit, ids: dict[str, str], time: str
) -> None:
    assert players(document(visit(), doc=ids[TIDES], t=time))[0].start_time == 0


def test_an_address_of_a_document_that_is_gone_says_so_and_shows_no_other(visit: Visit) -> None:
    page = document(visit(), doc="f" * 64)
    assert any(warning.value == GONE for warning in page.warning)
    assert not players(page) and [s.value for s in page.main.subheader] == ["Choose a recording"]
    page = visit_link(page, "/?like=" + "f" * 64)
    assert any(GONE.replace("\\", "") == text for text in texts(page))


def test_words_without_times_are_shown_as_they_are(visit: Visit, ids: dict[str, str]) -> None:
    page = choose(document(visit()), ids["odd-words"])
    [cues] = transcripts(page)
    assert all(cue["start"] is None and "clock" not in cue for cue in cues)
    assert any("A transcript without a recording." in text for text in texts(page))
    said = " ".join(part[0] for cue in cues for part in cue["parts"])
    assert "<script>alert(1)</script>" in said


@pytest.mark.parametrize("time", ["nan", "inf", "1e30", "-4"])
def test_an_address_with_an_impossible_time_opens_the_beginning(
    visit: Visit, ids: dict[str, str], time: str
) -> None:
    assert players(document(visit(), doc=ids[TIDES], t=time))[0].start_time == 0


def test_what_is_chosen_is_written_and_an_address_opens_it_again(
    visit: Visit, ids: dict[str, str]
) -> None:
    page = choose(document(visit(), doc=ids[TIDES], t="41.5"), ids["odd-words"])
    assert address(page) == {"doc": [ids["odd-words"]]}
    visit_link(page, "/library")
    page = visit_link(page, f"/document?doc={ids[TIDES]}&t=41.5")
    assert players(page)[0].start_time == 41


def test_a_page_on_the_web_is_linked_at_the_second(
    visit: Visit,
    ids: dict[str, str],
    library: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copy = shutil.copytree(library, tmp_path / "library")
    opened = LibraryStore.open(copy)
    with opened.catalog.transaction():
        opened.catalog.put_fact(ids[TIDES], WEB_PAGE, "https://www.youtube.com/watch?v=x_(y)")
        opened.catalog.put_fact(ids["odd-words"], WEB_PAGE, "javascript:alert(1)")
    opened.close()
    monkeypatch.setenv("HILBERT_LIBRARY", str(copy))
    page = document(visit(), doc=ids[TIDES], t="41.5")
    there = links(page)["On the web at 0:41"]
    assert there == "https://www.youtube.com/watch?v=x_%28y%29&t=41"
    page = document(visit(), doc=ids["odd-words"])
    assert not any(name.startswith("On the web") for name in links(page))


def test_without_a_recording_all_are_listed_and_none_is_shown(
    visit: Visit, ids: dict[str, str]
) -> None:
    page = document(visit())
    assert "Choose a recording" in texts(page) and sorted(listed(page)) == sorted(ids)
    assert not players(page) and not transcripts(page)


def test_two_recordings_are_compared_by_words_sound_and_moments(
    visit: Visit, ids: dict[str, str]
) -> None:
    page = follow(choose(document(visit()), ids[TIDES]), "Compare with another recording")
    assert address(page) == {"doc": [ids[TIDES]], "with": ["choose"]}
    assert sorted([*listed(page), TIDES]) == sorted(ids)
    page = visit_link(page, f"/document?doc={ids[TIDES]}&with={ids[FOG]}")
    assert [metric.label for metric in page.metric] == [
        *("All together", "What was said", "How it sounded")
    ]
    assert all(re.fullmatch(r"-?\d\.\d\d", metric.value) for metric in page.metric)
    played = players(page)
    assert {each.document for each in played[::2]} == {ids[TIDES]}
    assert {each.document for each in played[1::2]} == {ids[FOG]} and all(
        e.end_time for e in played
    )
    page = visit_link(page, f"/document?doc={ids[TIDES]}&with={ids['odd-words']}")
    assert [metric.value for metric in page.metric][2] == "–"  # one of them has no sound
    assert {each.document for each in players(page)} == {ids[TIDES]}
    for gone in ("f" * 64, ids[TIDES]):
        page = visit_link(page, f"/document?doc={ids[TIDES]}&with={gone}")
        assert any(warning.value == GONE for warning in page.warning) and not page.metric
