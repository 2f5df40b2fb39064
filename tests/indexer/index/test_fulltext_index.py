"""Full-text search takes whatever is typed as words, and finds them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.base.errors import LibraryError
from indexer.base.text_analysis import query_terms
from indexer.base.types import Cue, Segment, WordTime
from indexer.index.fulltext_index import FUZZY_SHARE, FulltextIndex
from indexer.index.fulltext_tables import DOCUMENT_FTS, STEM_FTS
from indexer.index.fulltext_writer import write_fulltext_index
from indexer.index.lexical_shard import _KnownStems
from indexer.store.catalog import Catalog, Document, segment_id
from indexer.store.supplements import DESCRIPTION, Supplement
from indexer.store.word_times import pack_word_times

TEXTS = {
    "a" * 64: [
        "Each ocean basin rocks, like tea in a carried cup.",
        "The tides of the Bay of Fundy. Don't stand there!",
        "C'est l'été à Saint-Malo: the tide, the tide, the tide.",
    ],
    "b" * 64: ["A stick of celery is a broken bone.", "snake_case and 50% of C++ code", ""],
}
HOSTILE = [
    '"',
    "'",
    "*",
    "(",
    "NEAR(a b)",
    "text: x",
    "a AND",
    "NOT",
    "-",
    "^x",
    "{",
    "\\",
    "%",
    ";",
]


@pytest.fixture(scope="module")
def lexical(tmp_path_factory: pytest.TempPathFactory) -> FulltextIndex:
    folder = tmp_path_factory.mktemp("lexical")
    catalog = Catalog(folder / "catalog.sqlite", create=True)
    document = Document(
        *("", "talk", "On tides", None, "Ann", "science", "en", 60.0, "/talk.opus", None, None),
        *("asr", "x.safetensors", ()),
    )
    with catalog.transaction():
        for id_, texts in TEXTS.items():
            segments = [
                Segment(20.0 * i, 20.0 * i + 20, text, i, i + 1, timed=id_[0] == "a")
                for i, text in enumerate(texts)
            ]
            about = Supplement(
                facts={DESCRIPTION: "Our sponsor sells kayaks."} if id_[0] == "b" else {}
            )
            catalog.put_document(replace(document, id=id_), [], segments, about)
    write_fulltext_index(folder / "lexical.sqlite", catalog, catalog.documents())
    catalog.close()
    return FulltextIndex(folder / "lexical.sqlite")


def scores(lexical: FulltextIndex, terms: Sequence[str], fuzzy: bool = True) -> dict[int, float]:
    """The ids of the segments that hold a term, with their scores."""
    ids = [segment.id for segment in lexical.segments()]
    found = lexical.scores(terms, fuzzy)
    return {id_: score for id_, score in zip(ids, found.tolist(), strict=True) if score}


def found(lexical: FulltextIndex, query: str) -> list[int]:
    """The places of the hits in their document; those of the second document plus 10."""
    place = {segment_id(d, i): i + 10 * (d[0] == "b") for d in TEXTS for i in range(3)}
    of = scores(lexical, query_terms(query), fuzzy=False)
    return [place[id_] for id_ in sorted(of, key=lambda id_: (-of[id_], id_))]


def document_scores(
    lexical: FulltextIndex, terms: Sequence[str], **asked: bool
) -> dict[str, float]:
    """Document id to its score."""
    scores = lexical.document_scores(terms, **asked).tolist()
    return dict(zip(lexical.document_ids, scores, strict=True))


def test_a_document_is_found_by_its_description_and_no_segment_is(lexical: FulltextIndex) -> None:
    scores = document_scores(lexical, query_terms("kayak"))
    assert [id_ for id_, score in scores.items() if score] == ["b" * 64]
    assert found(lexical, "kayaks") == []


def test_a_doubtful_word_counts_half_and_is_found(tmp_path: Path) -> None:
    said = ["a heron's nest at the harbour", "no birds at all", "the tide is late"]
    catalog = Catalog(tmp_path / "catalog.sqlite", create=True)
    with catalog.transaction():
        for id_, sure in (("a" * 64, 0.1), ("b" * 64, 0.9)):
            document = Document(
                *(id_, "talk", "On birds", None, None, None, "en", 60.0, "/talk.opus", None, None),
                *("asr", "x.safetensors", ()),
            )
            cues = [Cue(text, 20.0 * i, 20.0 * i + 20) for i, text in enumerate(said)]
            segments = [Segment(20.0 * i, 20.0 * i + 20, t, i, i + 1) for i, t in enumerate(said)]
            words = [word for text in said[:1] for word in text.split()]
            doubted = [sure if word == "heron's" else 0.9 for word in words] + [0.9] * 8
            times = pack_word_times([WordTime(float(i), i + 0.5, p) for i, p in enumerate(doubted)])
            catalog.put_document(document, cues, segments, Supplement(word_times=times))
    write_fulltext_index(tmp_path / "lexical.sqlite", catalog, catalog.documents())
    catalog.close()
    index = FulltextIndex(tmp_path / "lexical.sqlite")
    heron = scores(index, query_terms("heron"))
    doubtful, sure = heron[segment_id("a" * 64, 0)], heron[segment_id("b" * 64, 0)]
    assert 0.3 * sure < doubtful < 0.8 * sure
    nest = scores(index, query_terms("nest"))
    assert nest[segment_id("a" * 64, 0)] == nest[segment_id("b" * 64, 0)]
    assert segment_id("a" * 64, 0) in index.segments_with_phrase("heron's nest")


@given(st.text(max_size=60) | st.text(st.sampled_from("\"'*()^:-{}\\;%,. \x00abN"), max_size=30))
@example("'; DROP TABLE segments; --")
@example('"tea" OR NOT NEAR(a, b)')
@example("\ud800 tea")
@example("___ _ ’ '")
def test_whatever_is_typed_is_searched_for_and_breaks_nothing(
    lexical: FulltextIndex, typed: str
) -> None:
    assert all(score >= 0 for score in lexical.scores(query_terms(typed)))
    assert lexical.weight(typed) >= 0
    assert len(lexical.segments()) == 6


@pytest.mark.parametrize("mark", HOSTILE)
def test_search_syntax_around_a_word_means_nothing(lexical: FulltextIndex, mark: str) -> None:
    assert 0 in found(lexical, f"{mark} tea {mark}")


def test_words_are_found_in_any_form(lexical: FulltextIndex) -> None:
    assert found(lexical, "TIDE") == found(lexical, "tides") == [2, 1]
    assert found(lexical, "ete") == found(lexical, "été") == [2]
    assert found(lexical, "don't") == found(lexical, "don’t") == [1]
    assert found(lexical, "rocking") == [0]


def test_any_word_of_the_query_is_enough_and_more_are_better(lexical: FulltextIndex) -> None:
    assert found(lexical, "tea or celery, bone") == [10, 0]


def test_nothing_is_found_for_words_that_nobody_said(lexical: FulltextIndex) -> None:
    assert (
        found(lexical, "zymurgy") == [] and found(lexical, "") == [] and found(lexical, "?!") == []
    )


def test_the_weight_of_a_query_grows_with_every_rare_word(lexical: FulltextIndex) -> None:
    def idf(n: int) -> float:
        return math.log((6 - n + 0.5) / (n + 0.5))

    assert lexical.weight("celery") == pytest.approx(idf(1))
    assert lexical.weight("celery zymurgy") == pytest.approx(idf(1) + idf(0))
    assert lexical.weight("celery CELERY") == lexical.weight("celery")
    assert lexical.weight("of a the celery") < lexical.weight("tea fundy stick celery")
    assert lexical.weight("") == 0


def test_a_segment_that_holds_every_word_scores_about_the_weight(lexical: FulltextIndex) -> None:
    query = "a stick of celery is a broken bone"
    assert 0.7 < max(lexical.scores(query_terms(query))) < 2.2


def test_documents_and_segments_come_back(lexical: FulltextIndex) -> None:
    assert [d.id for d in lexical.documents()] == sorted(TEXTS)
    assert lexical.documents()[0].path == "/talk.opus"
    assert [s.text for s in lexical.segments_of("a" * 64)] == TEXTS["a" * 64]
    wanted = [segment_id("b" * 64, 1), segment_id("a" * 64, 0)]
    assert {s.id for s in lexical.segments(wanted)} == set(wanted)
    assert lexical.segments([]) == []


def test_times_that_were_only_estimated_are_not_told(lexical: FulltextIndex) -> None:
    assert lexical.segments_of("a" * 64)[1].start == 20.0
    assert {s.start for s in lexical.segments_of("b" * 64)} == {None}


def test_a_missing_or_broken_file_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    path = tmp_path / "lexical.sqlite"
    with pytest.raises(LibraryError, match=r"missing or damaged .* run 'hilbert rebuild"):
        FulltextIndex(path)
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(LibraryError, match=r"missing or damaged .* run 'hilbert rebuild"):
        FulltextIndex(path)


def row_of(index: FulltextIndex, segment: int) -> int:
    return int(np.flatnonzero(index.segment_ids == segment)[0])


def test_what_only_resembles_a_word_is_told_where_it_was_looked_for(lexical: FulltextIndex) -> None:
    rows = range(lexical.n_segments)
    celery = row_of(lexical, segment_id("b" * 64, 0))
    assert lexical.matched_terms(["cellery", "bone"], rows) == {"bone": {celery}}
    assert lexical.matched_terms(["cellery", "bone"], rows, {"cellery"}) == {
        "celery": {celery},
        "bone": {celery},
    }


def test_whole_documents_are_found_by_words_said_far_apart(lexical: FulltextIndex) -> None:
    first, second = sorted(TEXTS)
    apart = document_scores(lexical, ["tea", "fundy"])
    assert apart[second] == 0
    assert apart[first] > document_scores(lexical, ["tea", "zymurgy"])[first] > 0
    assert document_scores(lexical, ["celerry"])[second] > 0  # by its fuzzy match
    assert not any(document_scores(lexical, ["celerry"], fuzzy=False).values())
    both = document_scores(lexical, ["a"])  # said in each of them, in one a little more often
    assert min(both.values()) == 0 < max(both.values())
    assert max(both.values()) < document_scores(lexical, ["tea"])[first] / 4


def test_a_phrase_with_a_possessive_is_found_as_it_is_said(lexical: FulltextIndex) -> None:
    assert lexical.segments_with_phrase("C’est l’été") == {segment_id("a" * 64, 2)}
    assert lexical.segments_with_phrase("don't stand") == {segment_id("a" * 64, 1)}


def test_a_beginning_finds_words_whose_stem_is_shorter(lexical: FulltextIndex) -> None:
    carried = segment_id("a" * 64, 0)  # its stem is carri
    assert carried in scores(lexical, ["carried*"]) and carried in scores(lexical, ["carr*"])
    assert lexical.segments_with_phrase("carrie*") == {carried}
    row = row_of(lexical, carried)
    assert lexical.matched_terms(["carrie*"], [row]) == {"carrie*": {row}}
    assert scores(lexical, ["carriers*"]) == {}


def test_a_phrase_is_found_wherever_the_segment_ends_in_it(
    tmp_path: Path, lexical: FulltextIndex
) -> None:
    words = [f"word{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(60)]
    catalog = Catalog(tmp_path / "catalog.sqlite", create=True)
    document = Document(
        *("c" * 64, "talk", "On words", None, None, None, "en", 60.0, "/talk.opus", None, None),
        *("asr", "x.safetensors", ()),
    )
    with catalog.transaction():
        segments = [
            Segment(30.0 * i, 30.0 * i + 30, " ".join(words[30 * i : 30 * i + 30]), i, i + 1)
            for i in range(2)
        ]
        catalog.put_document(document, [], segments)
    write_fulltext_index(tmp_path / "lexical.sqlite", catalog, catalog.documents())
    catalog.close()
    long = FulltextIndex(tmp_path / "lexical.sqlite")
    both = {segment_id("c" * 64, 0), segment_id("c" * 64, 1)}
    for first in range(0, 28):
        held = long.segments_with_phrase(" ".join(words[first : first + 32]))
        assert held == both, first


def test_words_in_a_row_are_looked_for_where_all_of_them_are(
    lexical: FulltextIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shard,) = lexical.shards
    statements: list[str] = []
    read = shard.read
    monkeypatch.setattr(shard, "read", lambda s, *given: statements.append(s) or read(s, *given))
    held = {p: shard.all_postings(STEM_FTS, p) for p in ("the tide", "broken bone", "bone broken")}
    assert {p: each.times.tolist() for p, each in held.items()} == {
        "the tide": [1, 3],  # once "the tides"
        "broken bone": [1],
        "bone broken": [],
    }
    assert sum("MATCH" in each for each in statements) == 3
    for apart in ("tide celeri", "ocean zebra", "cup tea bone"):
        assert not len(shard.all_postings(STEM_FTS, apart).rows)
    assert sum("MATCH" in each for each in statements) == 3


def test_the_postings_of_a_question_are_read_at_once_and_common_words_stay(
    lexical: FulltextIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shard,) = lexical.shards
    lexical.document_scores(["tide", "ocean", "celery"])  # what they stand for is known now
    monkeypatch.setattr(shard, "_stems", _KnownStems(40))  # some three of them
    statements: list[str] = []
    read = shard.read
    monkeypatch.setattr(shard, "read", lambda s, *given: statements.append(s) or read(s, *given))
    for stem in ("tide", "ocean", "tide", "broken", "tide", "bone", "basin", "tide", "cup"):
        shard.all_postings(STEM_FTS, stem)
    assert sum("postings" in each for each in statements) == 6  # the tide once
    monkeypatch.setattr(shard, "_stems", _KnownStems(10_000))
    statements.clear()
    lexical.scores(["tide", "ocean", "celery"])
    assert sum("postings" in each for each in statements) == 1


def test_of_common_words_is_kept_who_holds_them_and_not_their_postings(
    lexical: FulltextIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shard,) = lexical.shards
    monkeypatch.setattr(shard, "_stems", _KnownStems(10_000))
    monkeypatch.setattr(shard, "_held", {})
    in_documents = shard.all_postings(DOCUMENT_FTS, "of")
    lexical.scores(["of", "tide"])
    assert shard._stems.get("of") is None and shard._stems.get("tide") is not None
    statements: list[str] = []
    read = shard.read
    monkeypatch.setattr(shard, "read", lambda s, *given: statements.append(s) or read(s, *given))
    again = shard.all_postings(DOCUMENT_FTS, "of")
    assert again.rows.tolist() == in_documents.rows.tolist() == [0, 1]
    assert again.times.tolist() == in_documents.times.tolist()
    lexical.scores(["of", "tide"])
    assert not any("postings" in each for each in statements)


def test_words_that_others_resemble_add_up(lexical: FulltextIndex) -> None:
    (held,) = scores(lexical, ["celery"])

    def bm25(word: str) -> float:
        return scores(lexical, [word], fuzzy=False)[held] * lexical.weight([word])

    asked = ["celerry", "brokken", "tide"]
    expected = FUZZY_SHARE * (bm25("celery") + bm25("broken")) / lexical.weight(asked)
    assert scores(lexical, asked)[held] == pytest.approx(expected)


def test_words_come_in_the_order_of_the_query(lexical: FulltextIndex) -> None:
    rows = [row_of(lexical, segment_id(id_ * 64, 0)) for id_ in "ba"]
    for asked in (["tea", "celery", "bone"], ["bone", "celery", "tea"]):
        assert list(lexical.matched_terms(asked, rows)) == asked


# What somebody says or writes, what somebody else quotes to find it, and what it is not.
OTHERWISE = [
    ("en", "We called nine one one and waited.", '"called 911"', "called 912"),
    ("en", "He flew the 747 home.", '"the seven forty seven"', "the seven fourteen"),
    ("en", "Then Henry the Eighth married.", '"Henry VIII married"', "Henry VII"),
    ("en", "It was on the fourth of July.", '"on July 4th"', "July 5th"),
    ("en", "Look at example dot com for more.", '"at example.com"', "example.org"),
    ("en", "They paid $3.5 million.", '"three point five million dollars"', "3.5 million euros"),
    ("en", "Call getUserName with it.", '"get user name"', "get name"),
    ("en", "We ate at Wendy's again.", '"at Wendys"', "Wendies"),
    ("en", "We ate at Wendys again.", '"at Wendy’s"', "Wend"),
    ("en", "A wolf's howl, no more.", '"wolfs howl"', "wolves"),
    ("en", "Rock 'n' roll all night.", '"rock and roll"', "rock roll"),
    ("en", "Rock & roll all night.", "\"rock 'n' roll\"", "rock roll"),
    ("en", "The firefighter came.", '"fire fighter came"', "fire fight"),
    ("en", "The database fell.", '"data base fell"', "data bases"),
    ("en", "You do not need it.", '"don\'t need"', "does not need"),
    ("en", "We cannot swim here.", '"can\'t swim"', "could not swim"),
    ("en", "I'll be there for you.", '"I will be there"', "he will"),
    ("en", "I will be there for you.", '"I\'ll be"', "I'd be"),
    ("en", "It's what it is.", '"it is what it is"', "it was"),
    ("en", "Fashion of the seventies.", '"the 1970s"', "1980s"),
    ("en", "From 1990s radio.", '"nineties radio"', "eighties radio"),
    ("en", "It rose 5-10% then.", '"five to ten percent"', "four to ten"),
    ("en", "A 3×3 cube.", '"three by three"', "three by four"),
    ("en", "Take the four oh five north.", '"the 405"', "the 406"),
    ("en", "Sixty thousand people came.", '"60k people"', "61k people"),
    ("ja", "すしを食べました", '"すし"', "うし"),
    ("de", "Frau Müller wohnt in Köln.", '"Frau Mueller"', "Maeller"),
    ("de", "Herr Schroeder ist da.", '"Herr Schröder"', "Schräder"),
    ("zh", "台灣的夜市", '"台湾的"', "台北"),
]


def test_a_phrase_is_no_other_word_for_want_of_an_apostrophe(tmp_path: Path) -> None:
    said = ["We were ill. A cat sat. It may be so.", "the cats of the newspaper, maybe"]
    catalog = Catalog(tmp_path / "catalog.sqlite", create=True)
    document = Document(
        *("c" * 64, "talk", "On words", None, None, None, "en", 60.0, "/talk.opus", None),
        *(None, "asr", "x.safetensors", ()),
    )
    with catalog.transaction():
        cues = [Segment(30.0 * i, 30.0 * i + 30, text, i, i + 1) for i, text in enumerate(said)]
        catalog.put_document(document, [], cues)
    write_fulltext_index(tmp_path / "lexical.sqlite", catalog, catalog.documents())
    catalog.close()
    index = FulltextIndex(tmp_path / "lexical.sqlite")
    both = [segment_id("c" * 64, i) for i in range(2)]
    for phrase in ("I will", "we are", "sats", "papers", "news paper cat"):
        assert index.segments_with_phrase(phrase) == set(), phrase
    assert index.segments_with_phrase("may be so") == {both[0]}
    assert index.segments_with_phrase("cats") == {both[1]}


@pytest.mark.parametrize(("language", "said", "quoted", "other"), OTHERWISE)
def test_a_phrase_is_found_however_it_is_written(
    tmp_path: Path, language: str, said: str, quoted: str, other: str
) -> None:
    catalog = Catalog(tmp_path / "catalog.sqlite", create=True)
    document = Document(
        *("c" * 64, "talk", "On words", None, None, None, language, 60.0, "/talk.opus", None),
        *(None, "asr", "x.safetensors", ()),
    )
    with catalog.transaction():
        catalog.put_document(document, [], [Segment(0.0, 30.0, said, 0, 1)])
    write_fulltext_index(tmp_path / "lexical.sqlite", catalog, catalog.documents())
    catalog.close()
    index = FulltextIndex(tmp_path / "lexical.sqlite")
    (segment,) = {segment_id("c" * 64, 0)}
    phrase = quoted.strip('"')
    assert index.segments_with_phrase(phrase) == {segment}
    assert all(index.matched_terms([term], [0]) for term in query_terms(phrase)[-1:])
    assert index.segments_with_phrase(other) == set()
