"""What an engine is asked for words bounds the scores that are computed of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from indexer.index.fulltext_index import FulltextIndex
from indexer.index.library_store import LibraryStore
from indexer.maintenance.manage import remove

QUERIES = (
    ["water", "ocean", "tea"],
    ["the", "memory", "cell", "infection"],
    ["longitud", "clok"],
    ["mem*", "tid*"],
    ["vaccine", "vaccine", "xylophonist"],
)


@pytest.fixture(params=["whole", "one document removed"])
def fulltext(
    request: pytest.FixtureRequest, small_library: LibraryStore, library_copy: LibraryStore
) -> FulltextIndex:
    if request.param == "whole":
        return small_library.snapshot().lexical
    remove(library_copy, [library_copy.catalog.documents()[0].name])
    return library_copy.snapshot().lexical


@pytest.mark.parametrize("terms", QUERIES, ids=" ".join)
def test_scores_of_some_segments_are_those_of_all(
    fulltext: FulltextIndex, terms: Sequence[str]
) -> None:
    scores = fulltext.scores(terms)
    assert scores.max() > 0
    np.testing.assert_array_equal(fulltext.holding(terms), scores > 0)
    rows = np.random.default_rng(1).permutation(len(scores))[:40]
    np.testing.assert_array_equal(fulltext.scores(terms, rows=rows), scores[rows])
    assert len(fulltext.scores(terms, rows=rows[:0])) == 0


@pytest.mark.parametrize("terms", QUERIES, ids=" ".join)
def test_no_score_is_higher_than_what_an_engine_ranks_by(
    fulltext: FulltextIndex, terms: Sequence[str]
) -> None:
    asked = fulltext.word_query(terms)
    assert asked is not None
    sums = np.full(fulltext.n_segments, asked.rest)
    for stem, weight in asked.weights.items():
        assert stem in fulltext.stems()
        rows, weights = fulltext.term_weights(stem)
        sums[rows] += weight * weights
    scores = fulltext.scores(terms)
    assert (sums >= scores - 1e-12).all()
    several = any(len(fulltext.phrases(term)) > 1 for term in terms)
    if not several and all(map(fulltext.phrases, terms)) and asked.rest == 0:
        np.testing.assert_allclose(sums, scores)


@pytest.mark.parametrize("terms", [["state-of-the-art"], ["xylophonistics"], ["the"]], ids=" ".join)
def test_what_an_engine_cannot_rank_by_it_is_not_asked(
    fulltext: FulltextIndex, terms: Sequence[str]
) -> None:
    assert fulltext.word_query(terms, fuzzy=False) is None
