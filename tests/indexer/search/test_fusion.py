"""Weighted sums and reciprocal ranks of several channels."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.base.errors import QueryError
from indexer.search.channels import CHANNELS
from indexer.search.fusion import bonus_channels, default_weights, fuse, part_weights
from indexer.search.query import QueryPart, QueryVector
from indexer.search.scores import PartScores
from indexer.search.scoring import whole_documents

NAN = np.nan
DOCUMENT, DOCUMENT_WORDS = "document", "document words"
OWNERS = np.array([0, 0, 1])
VECTOR = (np.ones(2, np.float32), ("text", "text"))
SCORES = PartScores(
    {"lexical": np.array([NAN, 0.5, NAN]), "text": np.array([0.2, 0.4, 0.8])},
    {
        "lexical": np.array([0.5, 0.0]),
        "text": np.array([0.4, 0.8]),
        DOCUMENT: np.array([0.1, 0.3]),
        DOCUMENT_WORDS: np.array([1.0, 0.0]),
    },
)


def test_shares_add_up_to_the_weighted_sum() -> None:
    weights = {"lexical": 0.5, "text": 0.4, DOCUMENT: 0.1}
    fused = fuse([(SCORES, weights)], OWNERS)
    assert fused.segments["lexical"] == pytest.approx([0, 0.25, 0])
    assert fused.segments["joint"] == pytest.approx([0.01, 0.01, 0.03])  # that of its document
    assert fused.segment_scores == pytest.approx([0.09, 0.42, 0.35])
    assert fused.document_scores == pytest.approx([0.25 + 0.16 + 0.01, 0.32 + 0.03])
    assert fused.found.all()


def test_words_of_the_whole_document_are_a_share_of_the_words() -> None:
    fused = fuse([(SCORES, {"lexical": 0.8, DOCUMENT_WORDS: 0.2})], OWNERS)
    assert fused.segments["lexical"] == pytest.approx([0.2, 0.6, 0])
    assert fused.documents["lexical"] == pytest.approx([0.6, 0])
    assert fused.found.tolist() == [False, True, False]  # by what a moment itself says


def test_what_no_channel_knows_is_not_found() -> None:
    assert fuse([(SCORES, {"lexical": 1.0})], OWNERS).found.tolist() == [False, True, False]


def test_two_parts_count_alike() -> None:
    fused = fuse([(SCORES, {"text": 1.0}), (SCORES, {"lexical": 1.0})], OWNERS)
    assert fused.segment_scores == pytest.approx([0.1, 0.45, 0.4])


def test_reciprocal_ranks_need_no_scale() -> None:
    weights = {"lexical": 0.5, "text": 0.5}
    fused = fuse([(SCORES, weights)], OWNERS, ranks=True)
    assert fused.segments["text"] == pytest.approx([0.5 * 61 / 63, 0.5 * 61 / 62, 0.5])
    assert fused.segments["lexical"] == pytest.approx([0, 0.5, 0])
    squeezed = PartScores(
        {**SCORES.segments, "text": SCORES.segments["text"] ** 3}, SCORES.documents
    )
    again = fuse([(squeezed, weights)], OWNERS, ranks=True)
    assert again.segment_scores == pytest.approx(fused.segment_scores)


def test_equal_scores_share_a_rank() -> None:
    level = PartScores({"text": np.array([0.3, 0.3, 0.1])}, {"text": np.zeros(2)})
    fused = fuse([(level, {"text": 1.0})], OWNERS, ranks=True)
    assert fused.segment_scores == pytest.approx([1, 1, 61 / 63])


def test_weights_are_those_of_the_channels_that_can_answer() -> None:
    words = QueryPart("typed", (QueryVector(("tea",), {}),), "tea")
    of_words = part_weights(words, "auto", default_weights())
    assert set(of_words) == {"lexical", DOCUMENT_WORDS} and sum(of_words.values()) == 1
    assert part_weights(words, "text", default_weights()) == {}
    both = QueryPart("clip", (QueryVector(("tea",), {"text": VECTOR}),), "tea")
    weights = part_weights(both, "auto", default_weights())
    assert set(weights) == {"lexical", "text"} and sum(weights.values()) == pytest.approx(1)
    assert part_weights(both, "rrf", default_weights()) == {"lexical": 0.5, "text": 0.5}
    with pytest.raises(QueryError, match="no channel 'smell'; use auto, rrf, lexical"):
        part_weights(both, "smell", default_weights())


def test_the_default_weights_of_each_kind_of_query_sum_to_one_without_bonuses() -> None:
    assert set(default_weights()) == {"typed", "clip", "moment"}
    sharing = set(CHANNELS) - bonus_channels()
    for weights in default_weights().values():
        assert {*sharing, DOCUMENT} <= set(weights) <= {*CHANNELS, *whole_documents()}
        shared = [weight for name, weight in weights.items() if name not in bonus_channels()]
        assert sum(shared) == pytest.approx(1) and min(weights.values()) >= 0


def test_a_bonus_takes_nothing_from_the_others() -> None:
    encoded = {"metadata": "tea", "text": VECTOR}
    words = QueryPart("typed", (QueryVector(("tea",), encoded),), "tea")
    without = QueryPart("typed", (QueryVector(("tea",), {"text": VECTOR}),), "tea")
    for method in ("auto", "rrf"):
        weights = part_weights(words, method, default_weights())
        assert weights.pop("metadata") >= 1
        assert weights == part_weights(without, method, default_weights())
    assert part_weights(words, "metadata", default_weights()) == {"metadata": 1.0}


@pytest.mark.parametrize("ranks", [False, True])
def test_only_what_has_a_bonus_scores_otherwise(ranks: bool) -> None:
    weights = {"lexical": 0.5, "text": 0.5}
    before = fuse([(SCORES, weights)], OWNERS, ranks=ranks)
    of_one = PartScores(
        {**SCORES.segments, "metadata": np.array([NAN, NAN, 0.4])},
        {**SCORES.documents, "metadata": np.array([0, 0.4])},
    )
    after = fuse([(of_one, {**weights, "metadata": 1.5})], OWNERS, ranks=ranks)
    assert after.segment_scores - before.segment_scores == pytest.approx([0, 0, 0.6])
    assert after.document_scores - before.document_scores == pytest.approx([0, 0.6])
    of_none = PartScores(
        {**SCORES.segments, "metadata": np.full(3, NAN)},
        {**SCORES.documents, "metadata": np.zeros(2)},
    )
    without = fuse([(of_none, {**weights, "metadata": 1.5})], OWNERS, ranks=ranks)
    assert set(without.segments) == set(before.segments)
    assert without.segment_scores.tolist() == before.segment_scores.tolist()
