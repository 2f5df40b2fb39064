"""Diagnostics on constructions whose values are known."""

import math

import numpy as np
import pytest

from hilbert.diagnostics import (
    alignment,
    centroid_gap,
    cosine_histograms,
    pca_map,
    relative_modality_gap,
    uniformity,
)


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
    result = cosine_histograms(a, -a, bins=40, pairs=1000)
    assert result.matched[0] == result.matched.sum() == 50  # all at -1
    assert result.random.sum() == result.audio.sum() == result.text.sum() == 1000
    np.testing.assert_array_equal(result.audio, result.text)
    assert result.audio[-1] == 0  # never a row with itself
    assert len(result.edges) == 41
    again = cosine_histograms(a, -a, bins=40, pairs=1000)
    np.testing.assert_array_equal(result.random, again.random)


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
