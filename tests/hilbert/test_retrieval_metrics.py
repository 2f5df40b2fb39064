"""Metrics by hand on small cases; ties count as a random order, so a constant reads as chance."""

import itertools
import math

import numpy as np
import pytest

from hilbert.retrieval_metrics import (
    KNOWN_ITEM_METRICS,
    known_item_metrics,
    matched_ranks,
    mrr_at_k,
)
from hilbert.stats import bootstrap_interval
from tests.matrix_metrics import expected_rank, ndcg_at_k, recall_at_k


def test_distinct_scores_give_the_usual_values() -> None:
    scores = [[0.9, 0.1, 0.5], [0.2, 0.3, 0.1]]
    right = [0, 2]
    assert expected_rank(scores, right).tolist() == [1, 3]
    assert recall_at_k(scores, right, 1).tolist() == [1, 0]
    assert mrr_at_k(scores, right, 10).tolist() == pytest.approx([1, 1 / 3])
    assert mrr_at_k(scores, right, 2).tolist() == [1, 0]
    assert ndcg_at_k(scores, right, 10).tolist() == pytest.approx([1, 1 / math.log2(4)])


@pytest.mark.parametrize("constant", [0.0, -np.inf])
def test_a_constant_score_reads_as_chance(constant: float) -> None:
    scores = np.full((5, 100), constant)
    right = np.arange(5)
    assert expected_rank(scores, right) == pytest.approx(50.5)
    assert recall_at_k(scores, right, 1) == pytest.approx(0.01)
    assert recall_at_k(scores, right, 10) == pytest.approx(0.1)
    assert mrr_at_k(scores, right, 10) == pytest.approx(sum(1 / r for r in range(1, 11)) / 100)


def test_ties_are_the_mean_over_all_orders_also_with_several_relevant() -> None:
    scores = np.array([3.0, 2.0, 2.0, 2.0, 1.0])
    gains = np.array([0.0, 3.0, 0.0, 1.0, 2.0])
    orders = [(0, *middle, 4) for middle in itertools.permutations([1, 2, 3])]
    for k in (1, 2, 3, 5):
        recalls, reciprocals, ndcgs, firsts = [], [], [], []
        for order in orders:
            ranked = gains[list(order)]
            first = int(np.flatnonzero(ranked)[0]) + 1
            discount = 1 / np.log2(np.arange(2, k + 2))
            recalls.append((ranked[:k] > 0).sum() / 3)
            reciprocals.append(1 / first if first <= k else 0)
            ndcgs.append(ranked[:k] @ discount / (np.sort(gains)[::-1][:k] @ discount))
            firsts.append(first)
        row = (scores[None], gains[None])
        assert recall_at_k(*row, k)[0] == pytest.approx(np.mean(recalls))
        assert mrr_at_k(*row, k)[0] == pytest.approx(np.mean(reciprocals))
        assert ndcg_at_k(*row, k)[0] == pytest.approx(np.mean(ndcgs))
        assert expected_rank(*row)[0] == pytest.approx(np.mean(firsts))


def test_the_order_of_the_candidates_does_not_matter() -> None:
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 4, size=(20, 15)).astype(float)
    gains = (rng.random((20, 15)) < 0.2).astype(float)
    gains[:, 0] = 1
    shuffle = rng.permutation(15)
    for metric in (recall_at_k, mrr_at_k, ndcg_at_k):
        np.testing.assert_allclose(
            metric(scores, gains, 4), metric(scores[:, shuffle], gains[:, shuffle], 4)
        )


@pytest.mark.parametrize(
    ("scores", "relevance", "says"),
    [
        ([[np.nan, 1.0]], [0], "NaN"),
        ([[0.0, 1.0]], [2], "index the 2 candidates"),
        ([[0.0, 1.0]], [[0, 0]], "query 0 has no relevant"),
        ([[0.0, 1.0]], [0.5], "relevance must be"),
        ([[0.0, 1.0]], [[-1, 1]], "not negative"),
        ([0.0, 1.0], [0], r"\[n_queries, n_candidates\]"),
    ],
)
def test_what_cannot_be_scored_is_refused(scores, relevance, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        mrr_at_k(scores, relevance, 1)


def of_first_right_rank(rank: int) -> dict[str, float]:
    return {
        "mrr@10": 1 / rank if rank <= 10 else 0,
        **{f"recall@{k}": float(rank <= k) for k in (1, 5, 10)},
        "ndcg@10": 1 / math.log2(1 + rank) if rank <= 10 else 0,
    }


@pytest.mark.parametrize(
    ("scores", "right"),
    [
        ([3, 2, 1], [0, 1, 0]),
        ([1, 3, 2], [1, 0, 0]),
        ([2, 2, 2, 2, 2, 2], [0, 1, 0, 0, 1, 0]),
        ([5, 4, 4, 4, 4, 4, 4], [0, 0, 0, 1, 1, 1, 0]),
        ([5, 4, 4, 4, 1, 1], [0, 0, 0, 0, 1, 0]),
        ([1, 1], [1, 1]),
    ],
)
@pytest.mark.parametrize("ahead", [0, 3, 4, 7, 9, 10])
def test_a_known_item_counts_by_its_first_right_result_in_the_mean_over_all_orders(
    scores: list[int], right: list[int], ahead: int
) -> None:
    """`ahead` wrong results with higher scores put the ties on each metric's cut."""
    scores, right = [9] * ahead + scores, [0] * ahead + right
    tied = [place for place in range(len(scores)) if scores[place] == best_right(scores, right)]
    above = sum(score > best_right(scores, right) for score in scores)
    expected = dict.fromkeys(KNOWN_ITEM_METRICS, 0.0)
    orders = list(itertools.permutations(tied))
    for order in orders:
        first = next(rank for rank, place in enumerate(order, above + 1) if right[place])
        for name, value in of_first_right_rank(first).items():
            expected[name] += value / len(orders)
    assert known_item_metrics(scores, right) == pytest.approx(expected)


def best_right(scores: list[int], right: list[int]) -> int:
    return max(score for score, is_right in zip(scores, right, strict=True) if is_right)


def test_with_one_right_result_known_item_metrics_are_those_of_the_matrix() -> None:
    rng = np.random.default_rng(0)
    for size in (1, 2, 11, 30):
        scores = rng.integers(0, max(2, size // 3), size).astype(float)
        target = int(rng.integers(size))
        row = ([scores], [target])
        assert known_item_metrics(scores, np.arange(size) == target) == pytest.approx(
            {
                "mrr@10": mrr_at_k(*row, 10)[0],
                **{f"recall@{k}": recall_at_k(*row, k)[0] for k in (1, 5, 10)},
                "ndcg@10": ndcg_at_k(*row, 10)[0],
            }
        )


def test_a_known_item_that_is_not_among_the_results_is_not_found() -> None:
    nothing = dict.fromkeys(KNOWN_ITEM_METRICS, 0.0)
    assert known_item_metrics([], []) == nothing
    assert known_item_metrics([1.0, 1.0], [False, False]) == nothing


@pytest.mark.parametrize(
    ("scores", "right", "says"),
    [([1.0], [True, False], "scores"), ([np.nan], [True], "NaN"), ([[1.0]], [[True]], "scores")],
)
def test_results_that_are_no_list_are_refused(scores, right, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        known_item_metrics(scores, right)


def test_the_bootstrap_covers_the_mean_and_repeats() -> None:
    values = np.random.default_rng(0).random(200)
    low, high = bootstrap_interval(values)
    assert low < values.mean() < high
    # 1.96 standard errors either side.
    assert high - low == pytest.approx(2 * 1.96 * values.std() / math.sqrt(200), rel=0.15)
    assert bootstrap_interval(values) == (low, high)


def test_drawing_whole_documents_widens_the_interval() -> None:
    per_document = np.random.default_rng(1).random(20)
    values, groups = np.repeat(per_document, 10), np.repeat(np.arange(20), 10)
    single, grouped = bootstrap_interval(values), bootstrap_interval(values, groups)
    assert grouped[1] - grouped[0] > 2 * (single[1] - single[0])


def test_the_bootstrap_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="from 1 up"):
        bootstrap_interval([])


@pytest.mark.parametrize("block", [1, 7, 512])
def test_matched_ranks_are_those_of_the_whole_matrix_also_with_ties(block: int) -> None:
    rng = np.random.default_rng(0)
    queries, candidates = rng.integers(-1, 2, size=(2, 40, 3)).astype(np.float32)
    ranks, scores = matched_ranks(queries, candidates, block), queries @ candidates.T
    own = np.arange(40)
    for k in (1, 5, 10):
        np.testing.assert_allclose(ranks.recall_at_k(k), recall_at_k(scores, own, k))
        np.testing.assert_allclose(ranks.mrr_at_k(k), mrr_at_k(scores, own, k))


def test_matched_ranks_refuse_what_they_cannot_rank() -> None:
    with pytest.raises(ValueError, match=r"\[2, 3\] queries, \[3, 3\] candidates"):
        matched_ranks(np.zeros((2, 3)), np.zeros((3, 3)))
    with pytest.raises(ValueError, match="NaN"):
        matched_ranks(np.full((2, 3), np.nan), np.zeros((2, 3)))
    assert len(matched_ranks(np.zeros((0, 3)), np.zeros((0, 3))).above) == 0
