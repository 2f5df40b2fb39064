"""The vector index is exact: its scores are the dot products."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.base.errors import LibraryError
from indexer.index.vector_indexes.flat import FlatIndex

IDS = [2**63 - 1, 5, 0, 77, 2**40]


def unit_rows(seed: int, n: int, d: int = 16) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).standard_normal((n, d)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(1, 9))
def test_search_gives_the_largest_dot_products_in_order(seed: int, n: int, k: int) -> None:
    vectors, query = unit_rows(seed, n), unit_rows(seed + 1, 1)[0]
    ids, scores = FlatIndex.build(IDS[:n], vectors).search(query, k)
    expected = np.sort(vectors @ query)[::-1][:k]
    np.testing.assert_allclose(scores, expected, atol=1e-6)
    by_id = dict(zip(IDS, vectors @ query, strict=False))
    np.testing.assert_allclose([by_id[int(id_)] for id_ in ids], scores, atol=1e-6)


def test_scores_and_vectors_are_those_of_the_ids_asked_for() -> None:
    vectors, query = unit_rows(3, 5), unit_rows(4, 1)[0]
    index = FlatIndex.build(IDS, vectors)
    scores = index.scores(query, [77, 999, 5])
    np.testing.assert_allclose(scores[[0, 2]], (vectors @ query)[[3, 1]], atol=1e-6)
    assert np.isnan(scores[1])
    np.testing.assert_array_equal(index.vectors([0, 5]), vectors[[2, 1]])
    assert 77 in index and 999 not in index
    assert index.ids.tolist() == IDS
    np.testing.assert_array_equal(index.matrix(), vectors)


def test_an_index_comes_back_from_disk(tmp_path: Path) -> None:
    made = FlatIndex.build(IDS, unit_rows(5, 5))
    made.write(tmp_path / "a.faiss")
    read = FlatIndex.read(tmp_path / "a.faiss")
    assert read.ids.tolist() == IDS and read.dimension == 16
    np.testing.assert_array_equal(read.matrix(), made.matrix())


def test_an_empty_index_answers_with_nothing(tmp_path: Path) -> None:
    FlatIndex.build([], np.zeros((0, 16), np.float32)).write(tmp_path / "a.faiss")
    index = FlatIndex.read(tmp_path / "a.faiss")
    ids, scores = index.search(unit_rows(0, 1)[0], 10)
    assert len(index) == len(ids) == len(scores) == 0
    assert index.matrix().shape == (0, 16)
    assert np.isnan(index.scores(unit_rows(0, 1)[0], [5])).all()


@given(seed=st.integers(0, 10_000), n=st.integers(0, 5), d=st.integers(1, 9))
def test_faiss_and_the_index_read_what_the_other_wrote(
    tmp_path_factory: pytest.TempPathFactory, seed: int, n: int, d: int
) -> None:
    folder, vectors = tmp_path_factory.mktemp("index"), unit_rows(seed, n, d)
    theirs = faiss.IndexIDMap2(faiss.IndexFlatIP(d))
    theirs.add_with_ids(vectors, np.array(IDS[:n], np.int64))
    faiss.write_index(theirs, str(folder / "theirs.faiss"))
    index = FlatIndex.read(folder / "theirs.faiss")
    assert index.ids.tolist() == IDS[:n] and index.dimension == d
    np.testing.assert_array_equal(index.matrix(), vectors)
    FlatIndex.build(IDS[:n], vectors).write(folder / "ours.faiss")
    assert (folder / "ours.faiss").read_bytes() == (folder / "theirs.faiss").read_bytes()


def test_an_index_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "segments.text.faiss"
    faiss.write_index(faiss.IndexFlatIP(16), str(path))
    with pytest.raises(LibraryError, match="missing or damaged"):
        FlatIndex.read(path)
    distances = faiss.IndexIDMap2(faiss.IndexFlatL2(16))
    distances.add_with_ids(unit_rows(5, 5), np.array(IDS, np.int64))
    faiss.write_index(distances, str(path))
    with pytest.raises(LibraryError, match="missing or damaged"):
        FlatIndex.read(path)


@pytest.mark.parametrize("keep", [0, 3, 60, -8])
def test_a_truncated_index_is_refused_with_the_command_that_mends_it(
    tmp_path: Path, keep: int
) -> None:
    path = tmp_path / "segments.text.faiss"
    FlatIndex.build(IDS, unit_rows(5, 5)).write(path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(LibraryError, match=r"segments\.text\.faiss .* run 'hilbert rebuild"):
        FlatIndex.read(path)


def test_a_missing_index_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="run 'hilbert rebuild"):
        FlatIndex.read(tmp_path / "segments.text.faiss")
