"""Whole documents are scored by how often they hold words, their length taken into account."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.index.document_words import (
    add_bm25,
    bm25,
    inverse_document_frequency,
    score_term,
    term_frequencies,
)
from indexer.index.lexical_shard import length_norms
from indexer.index.postings import NO_POSTINGS, Postings

# How often each of some documents holds a word, and how many other words it has.
DOCUMENTS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 9000)), min_size=1, max_size=12)


@given(DOCUMENTS, st.booleans())
def test_bm25_is_that_of_sqlite_and_frequencies_are_recovered_from_it(
    documents: list[tuple[int, int]], as_phrase: bool
) -> None:
    word = "quiet word" if as_phrase else "word"
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE texts USING fts5 (text, content='')")
    texts = [f"{word} " * times + "other " * others for times, others in documents]
    db.executemany("INSERT INTO texts (rowid, text) VALUES (?, ?)", list(enumerate(texts)))
    rows = db.execute(
        "SELECT rowid, -bm25(texts) FROM texts WHERE texts MATCH ? ORDER BY rowid", [f'"{word}"']
    ).fetchall()
    lengths = np.array([len(text.split()) for text in texts], np.int32)
    norms = length_norms(lengths, lengths.mean() or 1.0)
    held = [row for row, (times, _) in enumerate(documents) if times]
    assert [row[0] for row in rows] == held
    times = np.array([documents[row][0] for row in held], np.int32)
    idf = inverse_document_frequency(len(texts), len(held))
    scores = np.array([row[1] for row in rows])
    assert bm25(times, norms[held], idf) == pytest.approx(scores, rel=1e-9)
    assert term_frequencies(scores, idf) * norms[held] == pytest.approx(times, rel=1e-6)


def frequencies(times: dict[int, float], n_rows: int) -> NDArray[np.float64]:
    return np.array([times.get(row, 0.0) for row in range(n_rows)])


def score_of_all(times: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    scores, (of_held, weight) = np.zeros(len(times)), score_term(times[times > 0], len(times))
    scores[times > 0] = of_held
    return scores, weight


def test_a_term_of_few_documents_counts_as_its_inverse_document_frequency() -> None:
    scores, weight = score_of_all(frequencies({3: 1.0, 5: 1.0}, 100))
    assert scores[[3, 5]] == pytest.approx(3.93, abs=0.01)
    assert np.flatnonzero(scores).tolist() == [3, 5]
    assert weight == pytest.approx(scores[3])
    scores, weight = score_of_all(np.zeros(100))
    assert not scores.any() and weight == pytest.approx(4.62, abs=0.01)  # as if one held it


def test_what_all_documents_say_tells_them_apart_by_how_often_they_do() -> None:
    often = frequencies(dict.fromkeys(range(9), 2.0) | {9: 40.0}, 10)
    scores, weight = score_of_all(often)
    assert scores[9] > 1.5 and scores[:9].tolist() == [0.0] * 9
    evenly, weight_of_even = score_of_all(np.full(10, 30.0))
    assert not evenly.any() and weight_of_even == pytest.approx(0, abs=1e-12)
    assert weight > 0


@given(st.dictionaries(st.integers(0, 19), st.floats(0.1, 500), min_size=1), st.floats(0.1, 50))
def test_scores_do_not_depend_on_how_long_documents_are_in_all(
    times: dict[int, float], factor: float
) -> None:
    scores, weight = score_of_all(frequencies(times, 20))
    longer, weight_of_longer = score_of_all(factor * frequencies(times, 20))
    assert longer == pytest.approx(scores, abs=1e-9)
    assert weight_of_longer == pytest.approx(weight, abs=1e-9)
    in_order = [scores[row] for row in sorted(times, key=times.__getitem__)]
    assert in_order == sorted(in_order)
    assert scores.min() >= 0 and weight > -1e-12


def test_several_words_add_up_to_what_each_scores() -> None:
    random = np.random.default_rng(3)
    norms = length_norms(random.integers(1, 90, 500).astype(np.int32), 40.0)
    terms = [NO_POSTINGS]
    for kind in (np.uint8, np.uint16, np.float64):
        rows = np.flatnonzero(random.random(500) < 0.4).astype(np.int32)
        terms.append(Postings(rows, random.integers(1, 200, len(rows)).astype(kind)))
    idfs = [9.0, 0.3, 2.5, 1e-6]
    expected = np.full(500, 0.25)
    for term, idf in zip(terms, idfs, strict=True):
        expected[term.rows] += bm25(term.times, norms[term.rows], idf)
    total = np.full(500, 0.25)
    for term, idf in zip(terms, idfs, strict=True):
        add_bm25(total, term, norms, idf)
    assert (total == expected).all()
