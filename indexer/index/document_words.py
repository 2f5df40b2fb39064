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
from collections.abc import Mapping

# FTS5's own: https://www.sqlite.org/fts5.html#the_bm25_function
_K1 = 1.2
_LEAST_IDF = 1e-6


def inverse_document_frequency(n_rows: int, count: int) -> float:
    """Return the inverse document frequency of a term as FTS5's bm25() computes it.

    Args:
        n_rows: Number of rows of the table.
        count: How many of them hold the term.
    """
    return max(_LEAST_IDF, math.log((n_rows - count + 0.5) / (count + 0.5)))


def term_frequencies(bm25: Mapping[int, float], n_rows: int) -> dict[int, float]:
    """Recover how often rows hold a term from their BM25 for it, which FTS5 counts in C.

    Args:
        bm25: Row to its BM25, above 0, for a query of one word or phrase; all rows that hold it.
        n_rows: Number of rows of the table.

    Returns:
        Row to the number of occurrences, divided by 0.25 + 0.75 l / mean l, where l is the number
        of words of the row: by FTS5's length normalisation, b = 0.75.
    """
    most = inverse_document_frequency(n_rows, len(bm25)) * (_K1 + 1)
    return {row: _K1 * score / (most - score) for row, score in bm25.items()}


def score_term(frequencies: Mapping[int, float], n_rows: int) -> tuple[dict[int, float], float]:
    """Score rows by how much more often than the average row they hold a term.

    Args:
        frequencies: Row to how often it holds the term, for those that do; empty for none.
        n_rows: Number of rows.

    Returns:
        Row to its score above that of the row that holds it least often, 0 for rows that are not
        there; and what a row gets that holds the term as often as the average of those that do,
        the weight of the term. A term that no row holds weighs as if one did.
    """
    if not frequencies:
        return {}, math.log1p(n_rows)
    mean = sum(frequencies.values()) / n_rows
    scores = {row: math.log1p(times / mean) for row, times in frequencies.items()}
    lowest = min(scores.values()) if len(scores) == n_rows else 0.0
    weight = math.log1p(n_rows / len(scores)) - lowest
    return {row: score - lowest for row, score in scores.items()}, weight
