"""Evaluation of a library of a few words: ties, moments, and what people see of it."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from indexer.adapt.evaluate import EvalQuery, evaluate
from indexer.index.library_store import LibraryStore
from indexer.search.query import Query
from indexer.search.searcher import Searcher
from tests.in_process import call
from tests.query_files import write_lines
from tests.recorder import Recorder

METRICS = ("mrr@10", "recall@1", "recall@5", "recall@10", "ndcg@10")


def test_equal_scores_count_as_a_random_order(twins: LibraryStore) -> None:
    question = EvalQuery("two", 12.0, 15.0, text="how many ships did the lighthouse keeper count")
    quality = evaluate(Searcher(twins), [question])
    among_three = {
        "mrr@10": (1 + 1 / 2 + 1 / 3) / 3,
        "recall@1": 1 / 3,
        "recall@5": 1.0,
        "recall@10": 1.0,
        "ndcg@10": (1 + 1 / math.log2(3) + 1 / math.log2(4)) / 3,
    }
    levels = quality.same_level["best_segment"], quality.same_level["document_vector"]
    for table in (quality.document, quality.moment, *levels):
        for channel in ("lexical", "text", "joint"):
            if channel in table:
                told = {metric: table[channel][metric] for metric in METRICS}
                assert told == pytest.approx(among_three, abs=2e-6), channel
    silent = {metric: quality.document["audio"][metric] for metric in METRICS}
    assert silent == dict.fromkeys(METRICS, 0.0), "no document has a sound"


def test_a_moment_that_does_not_overlap_is_not_right(twins: LibraryStore) -> None:
    text = "how many ships did the lighthouse keeper count"
    for start, end, found in ((5.0, 10.0, 0), (20.0, 25.0, 0), (19.5, 25.0, 1)):
        quality = evaluate(Searcher(twins), [EvalQuery("two", start, end, text=text)])
        assert quality.moment["lexical"]["recall@10"] == found
        assert quality.document["lexical"]["recall@10"] == 1


def test_words_of_a_document_without_times_find_it_but_no_moment(twins: LibraryStore) -> None:
    quality = evaluate(Searcher(twins), [EvalQuery("short", 0.0, 9.0, text="nothing at all")])
    assert quality.document["lexical"]["mrr@10"] == 1
    assert quality.moment["lexical"]["mrr@10"] == 0


class CountingSearcher(Searcher):
    """Counts how often a query is embedded."""

    embedded = 0

    def embed(self, text: str | None = None, *, clip: Path | None = None) -> Query:
        self.embedded += 1
        return super().embed(text, clip=clip)


def test_a_question_is_embedded_once_for_all_channels(twins: LibraryStore) -> None:
    searcher, progress = CountingSearcher(twins), Recorder()
    questions = [EvalQuery("two", text="storm"), EvalQuery("one", text="ships")]
    evaluate(searcher, questions, progress)
    assert searcher.embedded == 2 and progress.stages == [("typed queries", 2, [1, 2])]


def test_people_get_tables_and_are_told_what_is_missing(
    twins: LibraryStore, tmp_path: Path
) -> None:
    lines = [
        {"query": "lighthouse keeper", "document": "two", "start": 12, "end": 15},
        {"query": "nothing at all", "document": "short"},
        {"query": "nothing at all", "document": "caf\udce9"},
        {"query": "word " * 3000, "document": "one", "start": None, "end": None},
    ]
    queries = write_lines(tmp_path / "queries.jsonl", lines)
    status, output, errors = call("evaluate", "-l", twins.folder, "--queries", queries)
    assert (status, errors) == (1, "")
    assert "4 typed queries, 1 with times, for 4 documents: the lines of " in output
    rows = [line.split() for line in output.splitlines()]
    (lexical, *_) = [row for row in rows if row[:1] == ["lexical"]]
    assert lexical[1] == "0.403" and lexical[3:6] == ["0.333", "0.500", "0.500"]
    assert len([row for row in rows if row[:1] == ["auto"]]) == 2, "documents and moments"
    assert len([row for row in rows if row[:1] == ["joint"]]) == 4, "and two at the same level"
    assert "Not in the library, and counted as not found: caf? (1)" in output
    assert "line 4: the query is longer than 10000 characters" in output
