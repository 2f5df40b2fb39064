"""A search says when nothing in the library answers, and how sure it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import astuple, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cli import run
from indexer.encoders import Encoders
from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import scan
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.report import AddReport
from indexer.ingest.run import index
from indexer.maintenance.manage import remove
from indexer.search.cut_off import CALIBRATIONS, Evidence
from indexer.search.filters import Filters
from indexer.search.query import CLIP, TYPED
from indexer.search.results import MOST_NEAREST, NOTHING_ANSWERS, Hit, SearchResult
from indexer.search.searcher import Searcher
from tests.indexer.search.test_searcher import lines

NONSENSE = (
    "who founded the first department store in Osaka",
    "choosing a mortgage with a variable interest rate",
    "the penalty shoot-out in the final of 1994",
    "how do I reset the password of my router",
)
HIT = Hit("a" * 64, "talk", "Talk", "/talk.opus", 1.0, 2.0, "Tea.", 0.2, {"text": 0.2})


def result(confidence: float | None, hits: int) -> SearchResult:
    return SearchResult((HIT,) * hits, (), {}, confidence=confidence)


# --- without a library --------------------------------------------------------------------------


@given(st.sampled_from((TYPED, CLIP)), st.tuples(*[st.floats(0, 5)] * 5), st.floats(0.1, 1))
def test_more_agreement_is_never_less_confident(
    kind: str, seen: tuple[float, ...], more: float
) -> None:
    less = Evidence(*seen)
    for name in ("cosine", "words", "known")[: 3 if kind == TYPED else 2]:
        better = replace(less, **{name: getattr(less, name) + more})
        assert CALIBRATIONS[kind].log_odds(better) > CALIBRATIONS[kind].log_odds(less), name
    among_more = replace(less, segments=less.segments + more)
    assert CALIBRATIONS[kind].log_odds(among_more) <= CALIBRATIONS[kind].log_odds(less)


def test_a_result_that_does_not_answer_is_cut_to_the_nearest() -> None:
    cut = result(0.2, 10).cut()
    assert not cut.hits and not cut.documents and len(cut.nearest) == MOST_NEAREST
    assert not cut.answered and cut.to_dict()["answered"] is False
    assert len(cut.to_dict()["nearest"]) == MOST_NEAREST


@pytest.mark.parametrize("confidence", [None, 0.5, 0.99])
def test_a_result_that_answers_or_is_not_judged_stays_whole(confidence: float | None) -> None:
    whole = result(confidence, 10)
    assert whole.cut() == whole
    assert ("confidence" in whole.to_dict()) == (confidence is not None)


# --- in a library -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def names(searcher: Searcher) -> set[str]:
    return {document.name for document in searcher.documents.values()}


def test_questions_and_clips_that_are_answered_are_not_refused(
    searcher: Searcher, demo_folder: Path, names: set[str]
) -> None:
    for question in lines(demo_folder / "queries.jsonl", names):
        assert searcher.search(question["query"]).answered, question["query"]
    for question in lines(demo_folder / "clips.jsonl", names)[:2]:
        clip = demo_folder / question["clip"]
        assert searcher.search(clip=clip).answered, question["clip"]
    assert searcher.search("an ocean basin rocks like tea in a cup", clip=clip).answered


@pytest.mark.parametrize("question", NONSENSE)
def test_what_nobody_speaks_of_is_not_answered(searcher: Searcher, question: str) -> None:
    found = searcher.search(question)
    assert not found.answered and found.confidence is not None and found.confidence < 0.5
    assert found.hits  # ranked as ever, for who wants to see them


@pytest.mark.parametrize(
    "words", ["longitude", "Harrison", "longitud", '"longitude"', "vaccin*", "violin bridge"]
)
def test_words_that_are_said_are_an_answer(searcher: Searcher, words: str) -> None:
    assert searcher.search(words).answered


def test_a_title_is_an_answer(searcher: Searcher) -> None:
    for document in searcher.table.documents:
        assert searcher.search(document.title).answered, document.title


def test_a_phrase_that_nobody_says_has_no_answer(searcher: Searcher) -> None:
    found = searcher.search('"longitude of the violin"')
    assert not found.hits and found.confidence == 0.0 and not found.answered


def test_only_auto_with_words_is_judged(searcher: Searcher) -> None:
    question = NONSENSE[0]
    for channel in ("lexical", "text", "joint", "rrf"):
        assert searcher.search(question, channel=channel).confidence is None
    document = searcher.table.documents[0].id
    assert searcher.similar(document).confidence is None
    assert searcher.similar(document, 10.0).confidence is None
    assert searcher.search("since:2020").confidence is None


def test_what_a_filter_leaves_out_is_no_answer(searcher: Searcher) -> None:
    question = "how do memory cells make the second infection milder"
    assert searcher.search(question).answered
    elsewhere = Filters(documents=("how-a-violin-sings",))
    assert not searcher.search(question, filters=elsewhere).answered


def test_a_question_whose_document_is_removed_is_less_likely_answered(
    library_copy: LibraryStore, searcher: Searcher
) -> None:
    question = "how do memory cells make the second infection milder"
    before = searcher.search(question).confidence
    remove(library_copy, ["how-vaccines-teach"])
    after = Searcher(library_copy).search(question)
    assert before is not None and after.confidence is not None
    # Recognised words differ a little with the number of threads, and with them the confidence.
    assert before > 0.8 and not after.answered


def test_words_that_stand_only_in_what_is_left_out_do_not_count(
    empty_library: LibraryStore, tmp_path: Path, index_into: Callable[..., AddReport]
) -> None:
    texts = {
        "bees": "Varroa mites weaken the hive, and acid helps the hive in summer.",
        "jam": "Boil the oranges with sugar until a drop of it sets on a cold plate.",
        "kites": "A kite needs a tail as long as the wind is strong over the hill.",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.txt").write_text(text)
    index_into(empty_library, *(tmp_path / f"{name}.txt" for name in texts))
    searcher = Searcher(empty_library)
    everywhere = searcher.search("hive").confidence
    without = searcher.search("hive -varroa").confidence
    assert everywhere is not None and everywhere > 0.9
    assert without is not None and without < 0.5


def test_a_library_of_one_short_note_answers_what_it_says(
    empty_library: LibraryStore, tmp_path: Path, index_into: Callable[..., AddReport]
) -> None:
    note = tmp_path / "bees.txt"
    note.write_text("Varroa mites weaken the bees in late summer; treat the hive with acid.")
    index_into(empty_library, note)
    searcher = Searcher(empty_library)
    assert searcher.search("when do mites harm a hive").answered
    assert searcher.search("varroa").answered
    assert not searcher.search("exchange rate of the Norwegian krone in 1920").answered


GERMAN = "Die Varroamilbe schwächt die Bienen im Spätsommer; behandle den Stock mit Säure."


@pytest.mark.parametrize(("language", "judged"), [("de", False), ("en-GB", True)])
def test_only_what_the_text_encoder_understands_is_judged(
    empty_library: LibraryStore, tmp_path: Path, language: str, judged: bool
) -> None:
    (tmp_path / "bees.txt").write_text(GERMAN, encoding="utf-8")
    index(empty_library, scan([tmp_path / "bees.txt"]), ProcessSettings(language=language))
    found = Searcher(empty_library).search("Wechselkurs der norwegischen Krone im Jahr 1920")
    assert (found.confidence is not None) == judged and found.hits


def test_cosines_of_another_text_encoder_are_not_judged(library_copy: LibraryStore) -> None:
    searcher = Searcher(library_copy)
    query = searcher.embed(NONSENSE[0])
    assert not searcher.answer(query).answered
    settings = library_copy.encoders.settings
    library_copy.encoders = Encoders(replace(settings, text_fingerprint="another"))
    assert searcher.answer(query).confidence is None


# --- on the command line ------------------------------------------------------------------------


def search(library: LibraryStore, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    assert run(["search", "-l", str(library.folder), *more]) == 0
    return capsys.readouterr().out


def test_the_command_says_so_and_shows_the_rest_with_all(
    small_library: LibraryStore, capsys: pytest.CaptureFixture[str], models: None
) -> None:
    said = search(small_library, capsys, NONSENSE[0])
    assert NOTHING_ANSWERS in said and "--all" in said
    assert f"{MOST_NEAREST}. " in said and f"{MOST_NEAREST + 1}. " not in said
    everything = search(small_library, capsys, NONSENSE[0], "--all")
    assert NOTHING_ANSWERS in everything and f"{MOST_NEAREST + 1}. " in everything
    assert NOTHING_ANSWERS not in search(small_library, capsys, "longitude")


def test_json_has_the_confidence_and_hits_only_where_they_answer(
    small_library: LibraryStore, capsys: pytest.CaptureFixture[str], models: None
) -> None:
    cut = json.loads(search(small_library, capsys, NONSENSE[0], "--json"))
    assert cut["hits"] == cut["documents"] == [] and len(cut["nearest"]) == MOST_NEAREST
    assert cut["answered"] is False and 0 <= cut["confidence"] < 0.5
    everything = json.loads(search(small_library, capsys, NONSENSE[0], "--json", "--all"))
    assert len(everything["hits"]) > MOST_NEAREST and everything["answered"] is False
    answer = json.loads(search(small_library, capsys, "longitude", "--json"))
    assert answer["answered"] is True and answer["confidence"] >= 0.5 and answer["hits"]


def test_the_calibrations_have_a_weight_for_each_measure() -> None:
    for calibration in CALIBRATIONS.values():
        assert len(astuple(calibration)) == len(Evidence.__dataclass_fields__) + 1
