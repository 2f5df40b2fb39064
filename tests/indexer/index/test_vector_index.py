"""Whatever its kind, an index finds the nearest and gives the cosines of its vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.index.merged_vectors import merged
from indexer.index.vector_index import VECTOR_INDEXES, VectorIndex, best_rows
from tests.stores import in_milvus

IDS = [2**63 - 1, 5, 0, 77, 2**40]
KINDS = sorted(VECTOR_INDEXES)
# What answers a search: also several indexes as one, and vectors in an engine.
READ = [*KINDS, "merged", pytest.param("milvus", marks=pytest.mark.extras)]


def unit_rows(seed: int, n: int, d: int = 16) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).standard_normal((n, d)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def sharded(seed: int, n: int) -> VectorIndex:
    """Return a flat and a half-precision index, a third of each removed, read as one."""
    rng = np.random.default_rng(seed)
    parts = [
        VECTOR_INDEXES[kind].build(np.arange(10, 10 + n) * 2 + odd, unit_rows(seed + odd, n))
        for odd, kind in enumerate(("flat", "sqfp16"))
    ]
    return merged(parts, [rng.random(n) > 0.3, None])


def made(kind: str, seed: int, n: int) -> VectorIndex:
    if kind == "merged":
        return sharded(seed, n)
    if kind == "milvus":
        return in_milvus(range(7, 7 + 3 * n, 3), unit_rows(seed, n))
    return VECTOR_INDEXES[kind].build(range(7, 7 + 3 * n, 3), unit_rows(seed, n))


@pytest.mark.parametrize("kind", [*KINDS, "merged"])
@given(seed=st.integers(0, 10_000), n=st.integers(0, 40), k=st.integers(0, 60))
def test_the_nearest_allowed_come_in_order(kind: str, seed: int, n: int, k: int) -> None:
    assert_nearest(made(kind, seed, n), seed, k)


@pytest.mark.extras
@pytest.mark.parametrize(("n", "k"), [(0, 3), (1, 0), (1, 1), (40, 7), (40, 60)])
def test_the_nearest_allowed_come_in_order_from_an_engine(n: int, k: int) -> None:
    assert_nearest(made("milvus", n, n), n, k)


def assert_nearest(index: VectorIndex, seed: int, k: int) -> None:
    query = unit_rows(seed + 9, 1)[0]
    allowed = np.random.default_rng(seed).random(len(index)) > 0.5
    for mask in (None, allowed):
        rows, cosines = index.nearest(query, k, mask)
        fitting = np.arange(len(index)) if mask is None else np.flatnonzero(mask)
        assert rows.dtype == np.int64 and cosines.dtype == np.float32
        assert len(set(rows.tolist())) == len(rows) == min(k, len(fitting))
        assert set(rows) <= set(fitting)
        expected = index.matrix()[fitting] @ query
        np.testing.assert_allclose(cosines, np.sort(expected)[::-1][:k], atol=1e-6)
        np.testing.assert_allclose(cosines, index.matrix()[rows] @ query, atol=1e-6)


@pytest.mark.extras
def test_an_engine_whose_vectors_do_not_all_fit_here_gives_them_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from indexer.published import engine_vectors

    monkeypatch.setattr(engine_vectors, "_HELD_BYTES", 7 * 4 * 16)
    monkeypatch.setattr(engine_vectors, "_MOST_FETCHED", 9)
    vectors, query = unit_rows(2, 60), unit_rows(9, 1)[0]
    index = in_milvus(range(60), vectors)
    rng = np.random.default_rng(1)
    for n in (1, 5, 8, 12, 60, 3, 30):
        rows = rng.permutation(60)[:n]
        np.testing.assert_array_equal(index.vectors_at(rows), vectors[rows])
        np.testing.assert_allclose(index.scores_at(query, rows), vectors[rows] @ query, atol=1e-6)


@pytest.mark.parametrize("kind", READ)
def test_few_rows_and_nearly_all_get_the_same_cosines(kind: str) -> None:
    index, queries = made(kind, 3, 60), unit_rows(4, 3)
    every = np.random.default_rng(0).permutation(np.arange(-1, len(index)))
    for rows in (every, every[:5], every[:0]):
        vectors = index.vectors_at(rows)
        np.testing.assert_array_equal(vectors[rows >= 0], index.matrix()[rows[rows >= 0]])
        assert not vectors[rows < 0].any()
        expected = vectors @ queries.T
        np.testing.assert_allclose(index.products(queries, rows), expected, atol=1e-6)
        scores = index.scores_at(queries[0], rows)
        np.testing.assert_allclose(scores[rows >= 0], expected[rows >= 0, 0], atol=1e-6)
        assert np.isnan(scores[rows < 0]).all()


@pytest.mark.parametrize("kind", READ)
def test_vectors_and_scores_are_those_of_the_ids(kind: str) -> None:
    index, query = made(kind, 5, 20), unit_rows(6, 1)[0]
    wanted = [int(index.ids[row]) for row in (4, 0, 4)]
    assert index.rows(wanted).tolist() == index.rows(np.array(wanted)).tolist() == [4, 0, 4]
    np.testing.assert_array_equal(index.vectors(wanted), index.matrix()[[4, 0, 4]])
    scores = index.scores(query, [wanted[0], 999_999])
    assert scores[0] == pytest.approx(float(index.matrix()[4] @ query), abs=1e-6)
    assert np.isnan(scores[1])
    assert wanted[0] in index and 999_999 not in index
    with pytest.raises(KeyError, match="999999"):
        index.vectors([wanted[0], 999_999])


@pytest.mark.parametrize("kind", KINDS)
def test_an_index_comes_back_from_disk(kind: str, tmp_path: Path) -> None:
    of_kind = VECTOR_INDEXES[kind]
    path = tmp_path / f"a{of_kind.extension}"
    built = of_kind.build(IDS, unit_rows(5, 5))
    built.write(path)
    read = of_kind.read(path)
    assert read.ids.tolist() == IDS and read.dimension == 16 and read.path == path
    np.testing.assert_array_equal(read.matrix(), built.matrix())


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_given_back_is_rounded_once(kind: str) -> None:
    of_kind, vectors = VECTOR_INDEXES[kind], unit_rows(8, 30)
    rounded = of_kind.rounded(vectors)
    np.testing.assert_allclose(rounded, vectors, atol=1e-3)
    first = of_kind.build(range(30), vectors).matrix()
    np.testing.assert_array_equal(first, rounded)
    np.testing.assert_array_equal(of_kind.build(range(30), first).matrix(), first)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_index_answers_with_nothing(kind: str, tmp_path: Path) -> None:
    of_kind = VECTOR_INDEXES[kind]
    of_kind.build([], np.zeros((0, 16), np.float32)).write(tmp_path / "a")
    index, query = of_kind.read(tmp_path / "a"), unit_rows(0, 1)[0]
    rows, cosines = index.nearest(query, 10)
    assert len(index) == len(rows) == len(cosines) == 0
    assert index.matrix().shape == (0, 16)
    assert np.isnan(index.scores(query, [5])).all()


def test_of_equal_cosines_the_lower_row_comes_first() -> None:
    cosines = np.array([0.5, 0.9, 0.5, 0.5, 0.1], np.float32)
    rows, found = best_rows(np.array([9, 4, 3, 7, 1]), cosines, 3)
    assert rows.tolist() == [4, 3, 7]
    assert found.tolist() == [np.float32(0.9), 0.5, 0.5]
