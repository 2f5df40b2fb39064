"""Plain BM25, which searches of long documents are measured against."""

from __future__ import annotations

import pytest

from benchmarks.common.bm25 import Bm25
from benchmarks.long_documents import rank
from indexer.adapt.eval_queries import EvalQuery


def test_a_document_counts_by_its_best_passage() -> None:
    index = Bm25()
    for document, text in (
        ("both", "the tides lag behind the moon"),
        ("both", "nothing of that kind"),
        ("one", "a tide"),
        ("none", "an empty passage"),
    ):
        index.add(document, text)
    scores = index.scores('Why do "tides" lag?')
    assert set(scores) == {"both", "one"}  # by stems; no syntax of FTS5
    assert scores["both"] > scores["one"] > 0


def test_a_question_that_finds_nothing_counts_as_0() -> None:
    index = Bm25()
    index.add("talk", "the moon")
    asked = [
        EvalQuery("talk", text="moon"),
        EvalQuery("talk", text="sun"),
        EvalQuery("x", text="?"),
    ]
    assert [found["mrr@10"] for found in rank(index, asked)] == pytest.approx([1, 0, 0])
