"""Whole documents are scored by how often they hold words, their length taken into account."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.index.document_words import score_term, term_frequencies

# How often each of some documents holds a word, and how many other words it has.
DOCUMENTS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 9000)), min_size=1, max_size=12)


@given(DOCUMENTS, st.booleans())
def test_frequencies_are_recovered_from_bm25(
    documents: list[tuple[int, int]], as_phrase: bool
) -> None:
    word = "quiet word" if as_phrase else "word"
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE texts USING fts5 (text, content='')")
    texts = [f"{word} " * times + "other " * others for times, others in documents]
    db.executemany("INSERT INTO texts (rowid, text) VALUES (?, ?)", list(enumerate(texts)))
    rows = db.execute("SELECT rowid, -bm25(texts) FROM texts WHERE texts MATCH ?", [f'"{word}"'])
    lengths = [len(text.split()) for text in texts]
    mean = sum(lengths) / len(lengths)
    assert term_frequencies(dict(rows.fetchall()), len(texts)) == {
        row: pytest.approx(times / (0.25 + 0.75 * lengths[row] / mean), rel=1e-6)
        for row, (times, _) in enumerate(documents)
        if times
    }


def test_a_term_of_few_documents_counts_as_its_inverse_document_frequency() -> None:
    scores, weight = score_term({3: 1.0, 5: 1.0}, 100)
    assert scores == {3: pytest.approx(3.93, abs=0.01), 5: pytest.approx(3.93, abs=0.01)}
    assert weight == pytest.approx(scores[3])
    assert score_term({}, 100) == ({}, pytest.approx(4.62, abs=0.01))  # as if one held it


def test_what_all_documents_say_tells_them_apart_by_how_often_they_do() -> None:
    often = dict.fromkeys(range(9), 2.0) | {9: 40.0}
    scores, weight = score_term(often, 10)
    assert scores[9] > 1.5 and [scores[row] for row in range(9)] == [0.0] * 9
    evenly, weight_of_even = score_term(dict.fromkeys(range(10), 30.0), 10)
    assert set(evenly.values()) == {0.0} and weight_of_even == pytest.approx(0, abs=1e-12)
    assert weight > 0


@given(st.dictionaries(st.integers(0, 19), st.floats(0.1, 500), min_size=1), st.floats(0.1, 50))
def test_scores_do_not_depend_on_how_long_documents_are_in_all(
    times: dict[int, float], factor: float
) -> None:
    scores, weight = score_term(times, 20)
    longer, weight_of_longer = score_term({row: factor * n for row, n in times.items()}, 20)
    assert longer == pytest.approx(scores, abs=1e-9)
    assert weight_of_longer == pytest.approx(weight, abs=1e-9)
    in_order = [scores[row] for row in sorted(times, key=times.__getitem__)]
    assert in_order == sorted(in_order)
    assert min(scores.values()) >= 0 and weight > -1e-12
