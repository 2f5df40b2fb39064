"""A document is scored by its best segment and, where it is long, by its best few as well."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from indexer.search.document_scores import BEST_SHARE, score_documents
from indexer.search.scores import Scores

NAN = np.nan
SHORT = int(1 / BEST_SHARE)  # the longest document of which one segment is the best share
SCORES = arrays(
    np.float64, st.integers(1, 4 * SHORT), elements=st.floats(-1, 2, width=16) | st.just(NAN)
)


def scores_of(*documents: list[float] | Scores) -> list[float]:
    """The scores of documents, each given by the scores of its segments."""
    owners = np.repeat(np.arange(len(documents)), [len(d) for d in documents])
    return score_documents(np.concatenate(documents), owners, len(documents)).tolist()


def test_a_short_document_is_as_good_as_its_best_segment() -> None:
    assert scores_of([0.1, 0.7, NAN], [NAN], [-0.5, -0.2]) == [0.7, 0.0, -0.2]
    assert scores_of([0.9] + [0.0] * (SHORT - 1)) == [0.9]


def test_of_two_long_documents_the_one_that_returns_to_the_subject_is_better() -> None:
    once = [0.6] + [0.1] * 199
    often = [0.6] * 8 + [0.0] * 192
    high, higher = scores_of(once, often)
    assert higher == pytest.approx(0.6) and high == pytest.approx((0.6 + 0.9 / 4) / 2)


def test_one_right_moment_of_a_long_document_outdoes_many_vague_ones() -> None:
    right, vague = scores_of([0.9] + [0.0] * 199, [0.4] * 200)
    assert right > vague


def test_a_part_of_a_segment_counts_so_that_no_length_is_a_step() -> None:
    series = [scores_of([0.8, 0.4, 0.4, 0.4] + [0.0] * (n - 4))[0] for n in range(SHORT, 4 * SHORT)]
    assert series[0] == 0.8
    assert all(0 <= a - b < 0.02 for a, b in pairwise(series))


def test_segments_that_are_not_scored_do_not_count_into_the_length() -> None:
    scored = [0.9, 0.2] + [0.1] * 98
    assert scores_of(scored + [NAN] * 300) == pytest.approx(scores_of(scored))


@pytest.mark.slow
@given(st.lists(SCORES, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_the_score_is_a_sum_over_the_sorted_segments(documents: list[Scores], random) -> None:  # type: ignore[no-untyped-def]
    """Against the definition, document by document, with the segments in any order."""
    for document in documents:
        random.shuffle(document)
    for found, document in zip(scores_of(*documents), documents, strict=True):
        ranked = sorted(document[~np.isnan(document)], reverse=True)
        depth = max(1.0, BEST_SHARE * len(ranked))
        few = sum(max(0.0, min(1.0, depth - i)) * s for i, s in enumerate(ranked)) / depth
        assert found == pytest.approx((ranked[0] + few) / 2 if ranked else 0.0)
