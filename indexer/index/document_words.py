"""Scores of whole documents by words: how much more often than on average they hold them.

BM25 gives no weight to a word that half of the documents hold, and after a few occurrences more of
them count for nothing. Both suit passages. In a document of an hour nearly every word of a subject
occurs once, and how often it does is what tells documents apart. So a term counts here as a
language model with Dirichlet smoothing counts it (C. Zhai and J. Lafferty, A study of smoothing
methods for language models applied to information retrieval, TOIS 2004), the smoothing being one
average document: ln(1 + f / m), where f is how often the document holds the term, and m how often
the average document does. Of a term that n of N documents hold once each that is ln(1 + N / n),
its inverse document frequency. Nothing in it is fitted.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.index.postings import Postings

# FTS5's own: https://www.sqlite.org/fts5.html#the_bm25_function
_K1 = 1.2
BM25_MOST = _K1 + 1
"""What BM25 gives a word at most, times its inverse document frequency."""
LEAST_IDF = 1e-6

Scores = NDArray[np.float64]


def inverse_document_frequency(n_rows: int, count: int) -> float:
    """Return the inverse document frequency of a term as FTS5's bm25() computes it.

    Args:
        n_rows: Number of rows of the table.
        count: How many of them hold the term.
    """
    return max(LEAST_IDF, math.log((n_rows - count + 0.5) / (count + 0.5)))


def bm25(
    times: NDArray[np.integer[Any]] | NDArray[np.float64], norms: Scores, idf: float
) -> Scores:
    """Score rows for a term as FTS5's bm25() does, `[n]`.

    Args:
        times: `[n]`, how often each holds the term.
        norms: `[n]`, see `indexer.index.lexical_shard.length_norms`.
        idf: Inverse document frequency of the term.
    """
    scores: Scores = np.multiply(idf * BM25_MOST, times, dtype=np.float64)
    below = _K1 * norms
    below += times
    scores /= below
    return scores


def add_bm25(total: Scores, postings: Postings, norms: Scores, idf: float) -> None:
    """Add to rows what `bm25` gives them for a term.

    Args:
        total: `[n_rows]`.
        postings: The rows that hold the term, and how often.
        norms: `[n_rows]`, see `bm25`.
        idf: Inverse document frequency of the term.
    """
    rows = postings.rows.astype(np.intp)  # NumPy would convert them at every use
    np.add.at(total, rows, bm25(postings.times, norms.take(rows), idf))


def term_frequencies(scores: Scores, idf: float) -> Scores:
    """Recover how often rows hold a term from their BM25 for it, which FTS5 counts in C.

    Args:
        scores: `[n]`, BM25 for a query of one word or phrase.
        idf: Inverse document frequency of that.

    Returns:
        `[n]`, numbers of occurrences, each divided by what BM25 takes for the length of the row.
    """
    most = idf * BM25_MOST
    frequencies: Scores = _K1 * scores / (most - scores)
    return frequencies


def score_term(frequencies: Scores, n_rows: int) -> tuple[Scores, float]:
    """Score rows by how much more often than the average row they hold a term.

    Args:
        frequencies: `[n]`, how often each of those rows holds the term that hold it at all.
        n_rows: Number of all rows.

    Returns:
        `[n]`, scores above that of the row that holds it least often, and what a row gets that
        holds the term as often as the average of those that do, the weight of the term. A term
        that no row holds weighs as if one did.
    """
    count = len(frequencies)
    if not count:
        return frequencies, math.log1p(n_rows)
    scores = np.log1p(frequencies / (frequencies.sum() / n_rows))
    lowest = float(scores.min()) if count == n_rows else 0.0
    return scores - lowest, math.log1p(n_rows / count) - lowest
