"""Half-precision numbers are converted and multiplied as NumPy does it one by one."""

from __future__ import annotations

import numpy as np

from indexer.index import half_floats


def test_every_finite_number_is_converted_exactly() -> None:
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    finite = every[np.isfinite(every)]
    np.testing.assert_array_equal(half_floats.to_floats(finite), finite.astype(np.float32))
    zeros = half_floats.to_floats(np.array([0.0, -0.0], np.float16))
    assert np.signbit(zeros).tolist() == [False, True]


def test_products_are_those_of_the_converted_vectors() -> None:
    rng = np.random.default_rng(0)
    halves = (rng.standard_normal((300, 24)) / 5).astype(np.float16)
    queries = rng.standard_normal((3, 24)).astype(np.float32) / 5
    expected = halves.astype(np.float64) @ queries.T.astype(np.float64)
    np.testing.assert_allclose(half_floats.products(halves, queries), expected, atol=1e-6)
    assert half_floats.products(halves[:0], queries).shape == (0, 3)


def test_rounding_twice_changes_nothing() -> None:
    vectors = np.random.default_rng(1).standard_normal((5, 7)).astype(np.float32)
    once = half_floats.rounded(vectors)
    assert once.dtype == np.float32
    np.testing.assert_allclose(once, vectors, rtol=2**-11)
    np.testing.assert_array_equal(half_floats.rounded(once), once)
