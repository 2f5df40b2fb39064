"""The cut-off: how confident a search is that something in the library answers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.base.languages import language_code
from indexer.base.text_analysis import exact_words
from indexer.index.background import Background
from indexer.search.fusion import bonus_channels
from indexer.search.index_view import IndexView
from indexer.search.query import CLIP, TYPED, Query, QueryPart
from indexer.search.scores import PartScores
from indexer.search.scoring import ComparedPart

# Cosines of random pairs of texts of the text encoder that ships; they weigh as much as so many
# pairs of the library, which matters where it has next to no pairs of its own.
_USUAL_BACKGROUND = Background(0.08, 0.1)
_PRIOR_PAIRS = 30.0
# The text encoder whose cosines the calibrations were fitted on, and the language that it knows: of
# another encoder, or in another language, a low cosine says nothing.
_TEXT_ENCODER = "e2e258950c53b2637b90d5b6323641da7d5a6d100f8957b8527ce96a24e2c923"
_LANGUAGE = "en"
# Where fewer of the searched segments have words, the answer may be among the others.
_LEAST_WITH_WORDS = 0.5
# Log odds of a query all of whose words, or whose phrases, are said in one moment, and of one that
# names what is written about a document: a title, or a speaker by one name that nobody says, which
# scores 0.49.
_SAID = 2.0
_NAMED = 0.48
# Of longer queries the whole is never said, and looking up every word takes time.
_MOST_SAID_TERMS = 8


@dataclass(frozen=True)
class Evidence:
    """What speaks for an answer to one part of a query, and what it is held against.

    Attributes:
        cosine: The best cosine of texts, in standard deviations above random pairs of segments of
            this library.
        words: The share of the weight of the words that the best segment holds, at most 1.
        known: The share of their weight that occurs anywhere in what is searched.
        segments: Logarithm of the number of segments: the best of many is high by chance.
        terms: Logarithm of the number of words.
    """

    cosine: float
    words: float
    known: float
    segments: float
    terms: float


@dataclass(frozen=True)
class Calibration:
    """Weights of a logistic regression on `Evidence`."""

    cosine: float
    words: float
    known: float
    segments: float
    terms: float
    intercept: float

    def log_odds(self, evidence: Evidence) -> float:
        """Return the log odds that the library answers."""
        weights = astuple(self)
        seen = (*astuple(evidence), 1.0)
        return float(sum(w * e for w, e in zip(weights, seen, strict=True)))


# Fitted by `benchmarks/cut_off.py` on the questions of `known_items.jsonl`, asked of libraries that
# hold their document and of such that do not, on questions about nothing in them, and on clips made
# of both. The intercepts are set so that 3 of 100 that have an answer fall below one half.
CALIBRATIONS: Mapping[str, Calibration] = {
    TYPED: Calibration(1.76, 3.42, 2.07, -0.63, -0.88, -0.51),
    CLIP: Calibration(0.34, 19.74, 0.0, 0.0, 0.0, -7.72),
}


def confidence(
    query: Query,
    parts: Sequence[tuple[ComparedPart, PartScores]],
    rows: NDArray[np.int64],
    searched: NDArray[np.bool_],
    text_encoder: str,
) -> float | None:
    """Return how likely it is that something that is searched answers a query.

    Args:
        query: Typed words, a clip, or both, each of which counts as much.
        parts: What its parts were compared with, and their scores of the best segments.
        rows: `[m]`, the segments that are scored.
        searched: `[n_segments]`, which may be found.
        text_encoder: Fingerprint of the text encoder of the library.

    Returns:
        0 to 1; None where that is not judged: a stored moment, a query without words, where most
        of what is searched has none or is in another language than English, and where the text
        encoder is another than the one that ships.
    """
    if not searched.any():
        return 0.0
    if len(parts) < len(query.parts):  # a clip without sound or words, beside words
        return None
    if text_encoder != _TEXT_ENCODER or not _is_in_language(searched, parts[0][0].index):
        return None
    found = []
    for part, (compared, scores) in zip(query.parts, parts, strict=True):
        seen = evidence(part, compared, scores, rows, searched)
        if seen is None or part.kind not in CALIBRATIONS:
            return None
        odds = CALIBRATIONS[part.kind].log_odds(seen)
        said = (
            query.phrases
            or query.any_of
            or _is_named(scores)
            or _is_noted(part, searched, compared.index)
            or _all_said(part, scores, rows, compared.index)
        )
        if part.kind == TYPED and said:
            odds = max(odds, _SAID)
        found.append(odds)
    odds = sum(found) / len(found)
    return round(1.0 / (1.0 + math.exp(-odds)), 4)


def _is_in_language(searched: NDArray[np.bool_], index: IndexView) -> bool:
    """Return whether most of what is searched is in the language that was calibrated for."""
    known = index.document_languages.where(lambda name: language_code(name) in (None, _LANGUAGE))
    if known.all():
        return True
    counts = index.count_by_document(searched)
    return bool(counts[known].sum() >= 0.5 * counts.sum())


def evidence(
    part: QueryPart,
    compared: ComparedPart,
    scores: PartScores,
    rows: NDArray[np.int64],
    searched: NDArray[np.bool_],
) -> Evidence | None:
    """Measure what speaks for an answer to a part of a query; None without words to compare.

    Args:
        part: Of the query.
        compared: What it was compared with.
        scores: Of the best segments for it.
        rows: See `confidence`.
        searched: See `confidence`.
    """
    texts = scores.segments.get("text")
    terms = list(dict.fromkeys(term for vector in part.vectors for term in vector.terms))
    if texts is None or not terms:
        return None
    with_words = compared.count("text", searched)
    least = max(1.0, _LEAST_WITH_WORDS * compared.count_any(searched))
    if with_words < least or np.isnan(texts).all():
        return None
    index = compared.index
    fulltext = index.snapshot.lexical
    background = _background(index, with_words)
    cosine = _best_cosine(part, int(rows[np.nanargmax(texts)]), index)
    words = np.nan_to_num(scores.segments.get("lexical", np.zeros(1)), nan=0.0)
    return Evidence(
        (cosine - background.mean) / background.std,
        min(1.0, float(words.max())),
        fulltext.known_share(terms, searched),
        math.log(with_words),
        math.log(len(terms)),
    )


def _best_cosine(part: QueryPart, row: int, index: IndexView) -> float:
    """Return the cosine of the text that scores best, before it was standardised."""
    stored = index.vector("text", row)
    assert stored is not None  # it has a score
    vectors = [v.encoded["text"][0] for v in part.vectors if "text" in v.encoded]
    return max(float(vector @ stored) for vector in vectors)


def _background(index: IndexView, n_segments: int) -> Background:
    """Return cosines of random pairs of texts, steadied where the library has few pairs."""
    own = index.snapshot.background["text", "text"]
    # A library of one document has no pairs of different ones: its background is (0, 1) then.
    pairs = 0.0 if (own.mean, own.std) == (0.0, 1.0) else n_segments * (n_segments - 1) / 2
    total, usual = pairs + _PRIOR_PAIRS, _USUAL_BACKGROUND
    mean = (pairs * own.mean + _PRIOR_PAIRS * usual.mean) / total
    variance = (
        pairs * (own.std**2 + (own.mean - mean) ** 2)
        + _PRIOR_PAIRS * (usual.std**2 + (usual.mean - mean) ** 2)
    ) / total
    return Background(mean, variance**0.5)


def _is_named(scores: PartScores) -> bool:
    """Return whether what is written about a document matches the query well."""
    matches = (scores.segments[name] for name in bonus_channels() if name in scores.segments)
    return any(bool((each >= _NAMED).any()) for each in matches)


def _is_noted(part: QueryPart, searched: NDArray[np.bool_], index: IndexView) -> bool:
    """Return whether the words are the label of a sound that a transcript notes: laughter."""
    wanted = exact_words(part.words)

    def notes(labels: str) -> bool:
        return any(exact_words(label) == wanted for label in labels.split("\n"))

    return bool(wanted) and bool((index.table.sounds.where(notes) & searched).any())


def _all_said(
    part: QueryPart, scores: PartScores, rows: NDArray[np.int64], index: IndexView
) -> bool:
    """Return whether the segment that holds most of the words holds all of them."""
    (vector, *others), words = part.vectors, scores.segments.get("lexical")
    if others or words is None or np.isnan(words).all() or len(vector.terms) > _MOST_SAID_TERMS:
        return False
    best = [int(rows[np.nanargmax(words)])]
    fulltext = index.snapshot.lexical
    return all(fulltext.matched_terms([t], best, vector.terms) for t in vector.terms)
