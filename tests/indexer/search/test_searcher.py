"""Typed words, clips and moments find the right moments, through every channel."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.base.errors import AudioError, QueryError
from indexer.base.text_analysis import query_terms
from indexer.index.library_store import LibraryStore
from indexer.maintenance.document_transcript import document_transcript
from indexer.search.channels import CHANNELS
from indexer.search.filters import Filters
from indexer.search.results import Hit, SearchResult
from indexer.search.searcher import Searcher

WriteSound = Callable[..., Path]
TEA = "why is the water in the ocean like a cup of tea"
# What a clip or a moment can be compared in; the others read typed words alone.
OF_RECORDINGS = [name for name, channel in CHANNELS.items() if not channel.is_bonus]


def lines(path: Path, names: set[str]) -> list[dict[str, Any]]:
    """The questions of a file whose answer is in one of the documents."""
    every = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [line for line in every if line["document"] in names]


@pytest.fixture(scope="module")
def names(searcher: Searcher) -> set[str]:
    return {document.name for document in searcher.documents.values()}


def plain(result: SearchResult) -> list[tuple[int, float]]:
    return [(hit.segment, hit.score) for hit in result.hits]


# --- finding ----------------------------------------------------------------------------------


def finds(hit: Hit, question: dict[str, Any]) -> bool:
    """Whether a hit overlaps the wanted moment and is short enough to be one."""
    same = hit.name == question["document"]
    return same and hit.start < question["end"] and question["start"] < hit.end <= hit.start + 60


def test_every_typed_query_finds_its_document_first_and_its_moment_among_three(
    searcher: Searcher, demo_folder: Path, names: set[str]
) -> None:
    questions = lines(demo_folder / "queries.jsonl", names)
    assert len(questions) == 6
    for question in questions:
        result = searcher.search(question["query"])
        assert result.documents[0].name == question["document"], question["query"]
        assert any(finds(hit, question) for hit in result.hits[:3]), question["query"]


def test_every_clip_finds_its_moment_first(
    searcher: Searcher, demo_folder: Path, names: set[str]
) -> None:
    questions = lines(demo_folder / "clips.jsonl", names)
    assert len(questions) == 6
    for question in questions:
        result = searcher.search(clip=demo_folder / question["clip"])
        assert result.documents[0].name == question["document"], question["clip"]
        assert finds(result.hits[0], question), question["clip"]
        assert result.heard and len(result.heard.split()) > 5


@pytest.mark.parametrize("channel", ["auto", "lexical", "text"])
def test_words_find_the_moment_through_each_channel_of_words(
    searcher: Searcher, channel: str
) -> None:
    hit = searcher.search("ocean basin rocks like tea in a cup", channel=channel).hits[0]
    assert hit.name == "why-tides-lag" and hit.start < 37 and hit.end > 33


@pytest.mark.parametrize("channel", OF_RECORDINGS)
def test_a_clip_cut_from_a_recording_finds_it_through_every_channel(
    searcher: Searcher, demo_folder: Path, channel: str
) -> None:
    clip = demo_folder / "clips" / "beetle-in-the-fog-excerpt.opus"
    result = searcher.search(clip=clip, channel=channel, k=3)
    assert "fog-on-the-namib" in {hit.name for hit in result.hits}
    assert all(set(hit.channels) == {channel} for hit in result.hits)


def test_a_clip_of_music_is_answered_by_its_sound_only(
    searcher: Searcher, write_sound: WriteSound, music: NDArray[np.float32], tmp_path: Path
) -> None:
    clip = write_sound(tmp_path / "music.wav", music)
    result = searcher.search(clip=clip)
    assert result.heard == "" and result.hits
    assert all(set(hit.channels) <= {"audio", "joint"} for hit in result.hits)
    with pytest.raises(QueryError, match="there are no words in the query; try --channel audio"):
        searcher.search(clip=clip, channel="lexical")


def test_a_hit_tells_which_of_its_words_are_doubtful(
    searcher: Searcher, small_library: LibraryStore
) -> None:
    result = searcher.search("the oldest desert in the world", k=50, per_document=0)
    fog = sorted((h for h in result.hits if h.name == "fog-on-the-namib"), key=lambda h: h.start)
    told = [hit.text.split()[number] for hit in fog for number in hit.doubtful]
    cues = document_transcript(small_library, "fog-on-the-namib").to_dict()["cues"]
    assert told == [word["text"] for cue in cues for word in cue["words"] if word["doubtful"]]
    assert told and all(("doubtful" in hit.to_dict()) == bool(hit.doubtful) for hit in result.hits)


def test_similar_leaves_the_moment_itself_out(
    searcher: Searcher, small_library: LibraryStore
) -> None:
    (document,) = [d for d in small_library.catalog.documents() if d.name == "why-tides-lag"]
    for channel in ("auto", *OF_RECORDINGS):
        itself = searcher.segment_at(document.id, 35.0)
        result = searcher.similar(document.id, 35.0, k=1000, channel=channel)
        found = [segment for hit in result.hits for segment in hit.segments]
        assert itself.id not in found
        assert document.id not in {d.document for d in result.documents}
    everything = searcher.similar(document.id, 35.0, k=1000, per_document=0).hits
    found = sum(len(hit.segments) + len(hit.duplicates) for hit in everything)
    assert found == searcher.snapshot.lexical.n_segments - 1


def test_a_moment_is_the_one_at_that_second_or_the_nearest(
    searcher: Searcher, small_library: LibraryStore
) -> None:
    (document,) = [d for d in small_library.catalog.documents() if d.name == "why-tides-lag"]
    at = searcher.segment_at(document.id, 35.0)
    assert at.start is not None and at.end is not None and at.start <= 35.0 < at.end
    last = searcher.snapshot.lexical.segments_of(document.id)[-1]
    assert searcher.segment_at(document.id, 80.0).id == last.id
    with pytest.raises(QueryError, match="why-tides-lag ends at 76 s; there is nothing at 4000 s"):
        searcher.segment_at(document.id, 4000.0)


# --- what an answer looks like ----------------------------------------------------------------


@pytest.mark.parametrize("channel", ["auto", *CHANNELS])
def test_answers_are_sorted_bounded_and_explained(searcher: Searcher, channel: str) -> None:
    result = searcher.search(TEA, channel=channel, k=8)
    assert 1 <= len(result.hits) <= 8
    for ranked in (result.hits, result.documents):
        scores = [entry.score for entry in ranked]
        assert scores == sorted(scores, reverse=True)
        assert max(scores) < 2.5 and min(scores) > -1
    for hit in result.hits:
        assert 0 <= hit.start < hit.end <= hit.start + 60
        assert sum(hit.channels.values()) == pytest.approx(hit.score, abs=1e-4)
        assert Path(hit.path).is_file() and hit.text and hit.title
    assert len({d.document for d in result.documents}) == len(result.documents)


def test_unrelated_moments_score_about_nothing(searcher: Searcher) -> None:
    scores = [hit.score for hit in searcher.search(TEA, channel="text", k=1000).hits]
    assert scores[0] > 0.4
    assert abs(np.median(scores)) < 0.15


def test_more_results_begin_with_the_fewer(searcher: Searcher) -> None:
    assert plain(searcher.search(TEA, k=20))[:3] == plain(searcher.search(TEA, k=3))


def test_the_same_question_gets_the_same_answer(
    searcher: Searcher, small_library: LibraryStore
) -> None:
    again = Searcher(small_library)
    assert plain(again.search(TEA)) == plain(searcher.search(TEA))


def test_one_embedded_query_answers_every_channel_as_a_search_of_its_own(
    searcher: Searcher, demo_folder: Path
) -> None:
    clip = demo_folder / "clips" / "beetle-in-the-fog-excerpt.opus"
    typed, heard = searcher.embed(TEA), searcher.embed(clip=clip)
    for channel in ("auto", *CHANNELS):
        answered = searcher.answer(typed, 20, channel)
        assert plain(answered) == plain(searcher.search(TEA, k=20, channel=channel))
        assert set(answered.timings_ms) == {"search"} and answered.heard is None
    answered = searcher.answer(heard, 20)
    searched = searcher.search(clip=clip, k=20)
    assert plain(answered) == plain(searched) and answered.documents == searched.documents
    assert answered.heard == searched.heard
    assert set(searched.timings_ms) == {"embed", "search"}


# --- what must and must not be said, and where -------------------------------------------------


def said(result: SearchResult) -> list[str]:
    return [hit.text.lower() for hit in result.hits]


def most_of_a_document(result: SearchResult) -> int:
    return max(Counter(hit.document for hit in result.hits).values())


def test_a_list_of_moments_has_few_of_one_document_unless_one_was_asked_for(
    searcher: Searcher,
) -> None:
    assert most_of_a_document(searcher.search(TEA, k=50)) == 3
    assert most_of_a_document(searcher.search(TEA, k=50, per_document=1)) == 1
    everything = searcher.search(TEA, k=50, per_document=0)
    assert most_of_a_document(everything) > 3
    assert plain(searcher.search(TEA, k=50))[:1] == plain(everything)[:1]
    asked = Filters(documents=("why-tides-lag",))
    for words, filters in ((TEA, asked), (f"{TEA} in:why-tides-lag", Filters())):
        result = searcher.search(words, k=50, channel="text", filters=filters)
        every = searcher.search(words, k=50, channel="text", filters=filters, per_document=0)
        assert plain(result) == plain(every) and len(result) > 3
    listed = searcher.search("-in:why-tides-lag", k=50)  # what passes, in no ranking
    assert most_of_a_document(listed) > 3
    (tide,) = {h.document for h in searcher.search("in:why-tides-lag", k=1)}
    assert most_of_a_document(searcher.similar(tide, 35.0, k=50)) == 3
    with pytest.raises(QueryError, match="at least 0"):
        searcher.search(TEA, per_document=-1)


def test_a_phrase_must_be_said(searcher: Searcher) -> None:
    loose = searcher.search("tea in a carried cup", k=20, per_document=0)
    strict = searcher.search('"tea in a carried cup" ocean', k=20)
    assert len(strict.hits) == 1 < len(loose.hits) == 20
    assert "tea in a carried cup" in said(strict)[0]
    assert {d.name for d in strict.documents} == {"why-tides-lag"}
    assert searcher.search('"cup carried a in tea"').hits == ()


def test_a_written_question_may_quote_what_nobody_says(searcher: Searcher) -> None:
    question = f'{TEA}, or is it "a saline beverage of great antiquity" as some people write'
    found = searcher.search(question)
    assert found.documents[0].document == searcher.search(TEA).documents[0].document
    assert "need not be said exactly" in found.notes[0]
    assert not searcher.search('"a saline beverage of great antiquity" tea').hits
    assert not searcher.search(TEA).notes


def test_a_phrase_may_begin_in_one_segment_and_end_in_the_next(searcher: Searcher) -> None:
    lexical = searcher.snapshot.lexical
    (document,) = [d for d in searcher.documents.values() if d.name == "why-tides-lag"]
    one, two = lexical.segments_of(document.id)[:2]
    phrase = f"{' '.join(one.text.split()[-3:])} {' '.join(two.text.split()[:3])}"
    (hit,) = searcher.search(f'"{phrase}"').hits[:1]
    assert {one.id, two.id} & set(hit.segments)


def test_what_is_excluded_is_not_found(searcher: Searcher) -> None:
    assert any("tea" in text.split() for text in said(searcher.search("ocean tea")))
    without = searcher.search("ocean -tea", k=100)
    assert not any(re.search(r"\btea\b", text) for text in said(without))


def test_a_beginning_finds_every_word_that_begins_so(searcher: Searcher) -> None:
    found = searcher.search("vaccin*", channel="lexical", k=20)
    assert any("vaccine" in text for text in said(found))


@pytest.mark.parametrize("slip", ["Harisson", "Harrisen", "Harryson"])
def test_a_name_is_found_however_it_is_spelt(searcher: Searcher, slip: str) -> None:
    assert slip.lower() not in " ".join(said(searcher.search("harrison", k=100)))
    result = searcher.search(slip, channel="lexical")
    assert result.hits[0].name == "harrison-and-the-longitude"
    assert result.hits[0].words == ("harrison",)


def test_filters_give_what_is_left_of_the_whole_ranking(searcher: Searcher) -> None:
    """The order of three documents does not depend on the others that are left out."""
    names = ("why-tides-lag", "how-a-violin-sings", "how-vaccines-teach")
    for channel in ("auto", *CHANNELS, "rrf"):
        whole = searcher.search(TEA, k=1000, channel=channel)
        part = searcher.search(TEA, k=1000, channel=channel, filters=Filters(documents=names))
        assert {hit.name for hit in part.hits} <= set(names)
        expected = [hit.segment for hit in whole.hits if hit.name in names]
        if channel != "rrf":
            assert [hit.segment for hit in part.hits] == expected
            left = [d.name for d in whole.documents if d.name in names]
            assert [d.name for d in part.documents] == left


def test_there_are_k_hits_where_k_exist_behind_a_filter(searcher: Searcher) -> None:
    only = Filters(documents=("how-a-violin-sings",))
    (document,) = [d for d in searcher.documents.values() if d.name == "how-a-violin-sings"]
    segments = searcher.snapshot.lexical.segments_of(document.id)
    found = searcher.search("tea", k=100, filters=only)
    assert {s for hit in found.hits for s in hit.segments} == {s.id for s in segments}


# --- words and a clip, whole documents, from Python -------------------------------------------


def test_words_and_a_clip_are_searched_for_together(searcher: Searcher, demo_folder: Path) -> None:
    clip = demo_folder / "clips" / "beetle-in-the-fog-excerpt.opus"
    both = searcher.search("string of a violin", clip=clip, k=10)
    alone = [searcher.search("string of a violin"), searcher.search(clip=clip)]
    assert both.heard == alone[1].heard
    first = {result.documents[0].name for result in alone}
    assert (
        {d.name for d in both.documents[:2]}
        == first
        == {
            "fog-on-the-namib",
            "how-a-violin-sings",
        }
    )


def test_a_document_is_compared_as_a_whole(searcher: Searcher) -> None:
    (document,) = [d for d in searcher.documents.values() if d.name == "why-tides-lag"]
    result = searcher.similar(document.id, k=100)
    assert document.id not in {hit.document for hit in result.hits}
    assert {d.document for d in result.documents} == set(searcher.documents) - {document.id}


def test_documents_come_with_their_best_moments(searcher: Searcher) -> None:
    result = searcher.search(TEA, k=6)
    best = result.documents[0]
    assert best.moments[0].segment == result.hits[0].segment
    for document in result.documents:
        assert 1 <= len(document.moments) <= 3
        assert {hit.document for hit in document.moments} == {document.document}
        assert sum(document.channels.values()) == pytest.approx(document.score, abs=1e-4)


# --- anything may be asked --------------------------------------------------------------------


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(), min_size=1, max_size=80).filter(str.strip))
@example("?!")
def test_any_typed_text_with_a_word_in_it_is_answered(searcher: Searcher, typed: str) -> None:
    assume(not typed.strip().startswith("-"))  # may exclude, and nothing else
    if not query_terms(typed):
        with pytest.raises(QueryError, match="no words in the query"):
            searcher.search(typed)
        return
    hits = searcher.search(typed).hits
    # What the text encoder cannot read, and nobody says, is not answered with anything.
    assert len(hits) == 10 or not re.search("[A-Za-z0-9]", typed)
    assert all(np.isfinite(hit.score) for hit in hits)


def test_typed_text_from_a_terminal_of_another_encoding_is_answered(searcher: Searcher) -> None:
    assert searcher.search("caf\udce9 tea").hits


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"text": "  "}, "the query is empty"),
        ({"text": "word " * 3000}, "longer than 10000 characters"),
        ({"text": "tea", "channel": "smell"}, "no channel 'smell'; use auto, rrf, lexical"),
        ({"text": "tea", "k": 0}, "-k must be at least 1"),
        ({"text": "-tea"}, "the query only excludes"),
        ({"text": "tea", "filters": Filters(labels=("sport",))}, "no label 'sport' in this"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    searcher: Searcher, arguments: dict[str, Any], reason: str
) -> None:
    with pytest.raises(QueryError, match=reason):
        searcher.search(**arguments)


def test_a_clip_that_cannot_be_used_says_why(
    searcher: Searcher, write_sound: WriteSound, silence: NDArray[np.float32], tmp_path: Path
) -> None:
    (tmp_path / "text.mp3").write_text("no sound")
    with pytest.raises(AudioError, match=r"text\.mp3: not a sound file"):
        searcher.search(clip=tmp_path / "text.mp3")
    with pytest.raises(AudioError, match=r"gone\.mp3: there is no such file"):
        searcher.search(clip=tmp_path / "gone.mp3")
    with pytest.raises(QueryError, match=r"silence\.wav is silent; there is nothing to search"):
        searcher.search(clip=write_sound(tmp_path / "silence.wav", silence))
    long = write_sound(tmp_path / "long.wav", np.zeros(8000 * 660, np.float32), 8000)
    with pytest.raises(QueryError, match=r"long\.wav is 11 minutes long; cut out the part"):
        searcher.search(clip=long)


def test_two_threads_get_the_answers_of_one(searcher: Searcher, demo_folder: Path) -> None:
    questions = [
        json.loads(line)["query"]
        for line in (demo_folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    alone = [plain(searcher.search(question)) for question in questions]
    with ThreadPoolExecutor(2) as threads:
        together = list(threads.map(lambda q: plain(searcher.search(q)), questions * 2))
    # A matrix product is split by how many cores are free: its last bit is no promise.
    for one, other in zip(together, alone * 2, strict=True):
        assert [segment for segment, _ in one] == [segment for segment, _ in other]
        assert [score for _, score in one] == pytest.approx([s for _, s in other], abs=2e-6)


def test_lexical_search_loads_no_model(small_library: LibraryStore) -> None:
    script = (
        "import sys\nfrom indexer.cli import run\n"
        "status = run(['search', 'ocean tea', '-l', sys.argv[1], '--channel', 'lexical'])\n"
        "heavy = {'torch', 'ctranslate2', 'sentence_transformers', 'faster_whisper', 'av'}\n"
        "print(status, sorted(heavy & set(sys.modules)))"
    )
    command = [sys.executable, "-c", script, str(small_library.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert "Why the tide keeps its own time" in done.stdout
    assert done.stdout.splitlines()[-1] == "0 []"


def test_a_not_is_said_to_exclude_nothing(searcher: Searcher) -> None:
    assert searcher.search("tide NOT moon").notes == (
        "NOT is looked for as any word is; -moon leaves out what says moon",
    )


def test_wide_letters_mean_what_others_do(searcher: Searcher) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isalpha() else c for c in "bees dance")
    plain = searcher.search("bees dance", k=3)
    assert [hit.start for hit in searcher.search(wide, k=3).hits] == [h.start for h in plain.hits]


@pytest.mark.parametrize("query", ["मुंबई", "ꦗꦮ ꦧꦱ", "鱵"])
def test_words_of_which_the_encoder_knows_none_have_no_meaning_to_compare(
    searcher: Searcher, query: str
) -> None:
    assert searcher.search(query).hits == ()
    with pytest.raises(QueryError, match="that its encoder knows"):
        searcher.search(query, channel="text")


@pytest.mark.parametrize("query", ["寿司", "маяк", "tide मुंबई"])
def test_words_that_the_encoder_knows_in_part_are_compared(searcher: Searcher, query: str) -> None:
    assert searcher.search(query, channel="text").hits
