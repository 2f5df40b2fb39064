"""Diagnostics on constructions whose values are known."""

import math

import numpy as np
import pytest
import torch

from hilbert.diagnostics import (
    Hubness,
    alignment,
    centred,
    centroid_gap,
    cross_uniformity,
    effective_rank,
    hubness,
    information,
    own_modality_share,
    pca_map,
    relative_modality_gap,
    sample_cosines,
    separability,
    singular_values,
    tsne_map,
    unbiased_cka,
    uniformity,
)
from hilbert.objectives.cka import cka
from tests.neighbours import mutual_knn, neighbour_precision


def _rows(n: int, d: int, seed: int) -> np.ndarray:
    x = np.random.default_rng(seed).standard_normal((n, d))
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def test_the_centroid_gap_is_the_distance_of_the_means() -> None:
    a, t = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[-1.0, 0.0], [0.0, -1.0]])
    assert centroid_gap(a, t) == pytest.approx(math.sqrt(2))
    assert centroid_gap(a, a) == 0


def test_the_relative_gap_is_zero_for_coinciding_pairs_and_by_hand_otherwise() -> None:
    a = np.eye(3)
    assert relative_modality_gap(a, a) == pytest.approx(0)
    # Pairs opposed: d_pair = 1; within either modality cosines are 0, so d = 1/2.
    assert relative_modality_gap(a, -a) == pytest.approx(1 / (0.5 + 1))
    # A pair no closer than strangers of one modality: one half.
    strangers = relative_modality_gap(_rows(2000, 8, 1), _rows(2000, 8, 2))
    assert strangers == pytest.approx(0.5, abs=0.01)


def test_alignment_is_the_mean_squared_distance_of_pairs() -> None:
    a = np.eye(4)
    assert alignment(a, a) == 0
    assert alignment(a, a[::-1]) == pytest.approx(2)
    assert alignment(a, -a) == pytest.approx(4)


def test_uniformity_by_hand_and_across_its_chunks() -> None:
    assert uniformity(np.ones((5, 1))) == pytest.approx(0)
    assert uniformity(np.array([[1.0, 0], [-1.0, 0]])) == pytest.approx(-8)
    x = _rows(1500, 6, 1)
    squared = ((x[:, None] - x) ** 2).sum(-1)
    off = ~np.eye(1500, dtype=bool)
    assert uniformity(x) == pytest.approx(np.log(np.exp(-2 * squared[off]).mean()))


def test_histograms_count_every_pair_in_the_right_place() -> None:
    a = _rows(50, 16, 1)
    result = sample_cosines(a, -a, pairs=1000).histograms(bins=40)
    assert result.matched[0] == result.matched.sum() == 50  # all at -1
    assert result.random.sum() == result.audio.sum() == result.text.sum() == 1000
    np.testing.assert_array_equal(result.audio, result.text)
    assert result.audio[-1] == 0  # never a row with itself
    assert len(result.edges) == 41
    again = sample_cosines(a, -a, pairs=1000).histograms(bins=40)
    np.testing.assert_array_equal(result.random, again.random)


def test_matched_pairs_are_told_from_random_ones_or_not() -> None:
    a = np.eye(6)
    assert sample_cosines(a, a).auroc() == 1
    assert sample_cosines(a, -a).auroc() == 0
    assert sample_cosines(np.ones((6, 1)), np.ones((6, 1))).auroc() == 0.5
    summary = sample_cosines(a, a).summary()
    assert summary["matched"] == {"mean": 1, "std": 0, "p5": 1, "p50": 1, "p95": 1}
    assert summary["random"]["mean"] == summary["text"]["p95"] == 0


@pytest.mark.slow
def test_a_probe_tells_what_lies_apart_and_guesses_what_is_mixed() -> None:
    x, y = _rows(200, 8, 1), _rows(200, 8, 2)
    assert separability(x, y) < 0.6
    gap = np.eye(8)[0]
    assert separability(x + gap, y - gap) > 0.9
    # A probe that learns by heart must not be asked about what it learned: pairs in one group.
    assert separability(x, x, groups=np.repeat(np.arange(50), 4).tolist()) == 0.5


def test_centring_takes_a_constant_gap_away() -> None:
    x = _rows(500, 8, 1)
    apart = [x + 2 * np.eye(8)[0], x - 2 * np.eye(8)[0]]
    assert centroid_gap(*(v / np.linalg.norm(v, axis=1, keepdims=True) for v in apart)) > 1
    assert centroid_gap(*map(centred, apart)) < 1e-9


def test_effective_rank_counts_directions_in_use() -> None:
    assert effective_rank(np.eye(7)) == pytest.approx(7)
    assert effective_rank(np.ones((20, 5))) == pytest.approx(1, abs=1e-6)
    half = np.concatenate([np.eye(8)[:3]] * 4)
    assert effective_rank(half) == pytest.approx(3)
    assert singular_values(np.diag([3.0, 1.0])) == pytest.approx([0.75, 0.25])
    wide, tall = np.diag([3.0, 1.0]) @ np.eye(2, 9), np.eye(9, 2) @ np.diag([3.0, 1.0])
    assert effective_rank(wide) == pytest.approx(effective_rank(tall))


def test_uniformity_across_leaves_matched_pairs_out() -> None:
    x = np.array([[1.0, 0], [-1.0, 0]])
    assert cross_uniformity(x, x) == pytest.approx(-8)
    assert cross_uniformity(x, -x) == pytest.approx(0)


def test_hubness_of_one_hub_in_closed_form() -> None:
    m = 17
    candidates = np.eye(m)
    everybody_asks_for_the_first = np.tile(candidates[0], (30, 1))
    found = hubness(everybody_asks_for_the_first, candidates, k=1)
    assert found.anti_hubs == pytest.approx((m - 1) / m)
    assert found.skew == pytest.approx((m - 2) / math.sqrt(m - 1))
    assert hubness(candidates, np.eye(m), k=1) == Hubness(0.0, 0.0)


def test_mutual_neighbours_by_hand_and_by_chance() -> None:
    pairs = np.array([[1.0, 0.1], [1.0, 0.11], [0.1, 1.0], [0.11, 1.0]])
    other = pairs[[0, 2, 1, 3]]  # 0 beside 2, 1 beside 3
    assert mutual_knn(pairs, pairs, k=1) == 1
    assert mutual_knn(pairs, other, k=1) == 0
    assert mutual_knn(pairs, other, k=3) == 1
    assert mutual_knn(_rows(500, 16, 1), _rows(500, 4, 2)) == pytest.approx(10 / 499, abs=0.01)


def test_neighbours_of_the_same_group() -> None:
    x = np.repeat(np.eye(4), 3, axis=0) + 0.01 * _rows(12, 4, 1)
    of = np.repeat(np.arange(4), 3).tolist()
    assert neighbour_precision(x, of, k=2) == 1
    assert neighbour_precision(x, of, k=10) == 1  # both others are among the ten
    assert neighbour_precision(x, list(range(12))) == 0  # nobody has another
    assert neighbour_precision(_rows(300, 8, 3), [i % 3 for i in range(300)]) == pytest.approx(
        99 / 299, abs=0.03
    )


def test_a_mixed_list_shows_its_own_modality_where_there_is_a_gap() -> None:
    x, far = _rows(40, 8, 1), 5 * np.eye(8)[0]
    assert own_modality_share(x + far, x - far) == (1, 1)
    assert own_modality_share(x, x, k=1) == (0, 0)  # the nearest other one is the match
    mixed = own_modality_share(_rows(400, 8, 1), _rows(400, 8, 2))
    assert mixed == pytest.approx((0.5, 0.5), abs=0.05)


def test_cka_is_that_of_the_objective_and_knows_its_ends() -> None:
    x, y = _rows(60, 9, 1), _rows(60, 5, 2)
    expected = float(cka(torch.from_numpy(x), torch.from_numpy(y)))
    assert unbiased_cka(x, y) == pytest.approx(expected, abs=1e-9)
    assert unbiased_cka(x, 3 * x) == pytest.approx(1)
    turned = x @ np.linalg.qr(np.random.default_rng(0).standard_normal((9, 9)))[0]
    assert unbiased_cka(x, turned) == pytest.approx(1)
    many = [unbiased_cka(_rows(40, 20, s), _rows(40, 20, 99 + s)) for s in range(40)]
    assert np.mean(many) == pytest.approx(0, abs=0.02)
    assert unbiased_cka(x[:3], y[:3]) == 0 and unbiased_cka(np.ones((9, 2)), x[:9]) == 0


def test_information_is_all_or_nothing_at_its_ends() -> None:
    x = np.eye(64)
    told = information(x, x, x)
    assert told.most == pytest.approx(math.log(64))
    assert told.audio_text == pytest.approx(told.most, abs=1e-6) and told.balance == 0
    nothing = information(x, np.ones((64, 64)) / 8, x)
    assert nothing.audio_text == pytest.approx(0) and nothing.text_joint == pytest.approx(0)
    assert nothing.audio_joint == pytest.approx(math.log(64), abs=1e-6)
    assert nothing.balance == pytest.approx(-math.log(64), abs=1e-6)


@pytest.mark.slow
def test_the_map_of_neighbourhoods_keeps_clusters_together() -> None:
    x = np.repeat(np.eye(3), 20, axis=0) + 0.05 * _rows(60, 3, 1)
    placed = tsne_map({"audio": x[:30], "text": x[30:]})
    both = np.concatenate([placed["audio"], placed["text"]])
    assert neighbour_precision(both - both.mean(0), np.repeat(np.arange(3), 20).tolist(), 5) > 0.9
    with pytest.raises(ValueError, match="at least four"):
        tsne_map({"audio": x[:3]})


def test_the_map_finds_the_plane_repeats_and_does_not_flip() -> None:
    rng = np.random.default_rng(0)
    plane = np.linalg.qr(rng.standard_normal((10, 2)))[0]
    flat = rng.standard_normal((60, 2)) * [3.0, 1.0]
    vectors = flat @ plane.T + 5.0
    maps = pca_map({"audio": vectors[:20], "text": vectors[20:]})
    both = np.concatenate([maps["audio"], maps["text"]])
    distances = np.linalg.norm(both[:, None] - both, axis=-1)
    np.testing.assert_allclose(distances, np.linalg.norm(flat[:, None] - flat, axis=-1), atol=1e-6)
    reordered = pca_map({"text": vectors[20:][::-1], "audio": vectors[:20]})
    np.testing.assert_allclose(reordered["audio"], maps["audio"], atol=1e-6)


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="matched rows"):
        alignment(np.eye(3), np.eye(4))
    with pytest.raises(ValueError, match="at least 2"):
        relative_modality_gap(np.eye(3)[:1], np.eye(3)[:1])
    with pytest.raises(ValueError, match=r"\[n, d\]"):
        centroid_gap(np.ones(3), np.eye(3))


def test_equal_vectors_are_neighbours_by_chance_only() -> None:
    same = np.tile(np.eye(4)[0], (60, 1))
    assert mutual_knn(same, same) == pytest.approx(10 / 59, abs=0.05)
    assert own_modality_share(same, same) == pytest.approx((0.5, 0.5), abs=0.05)
    assert hubness(same, same).anti_hubs == 0
