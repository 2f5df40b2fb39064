"""A flat index is kept in a file of FAISS, read without it."""

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


def test_an_index_comes_back_from_disk(tmp_path: Path) -> None:
    made = FlatIndex.build(IDS, unit_rows(5, 5))
    made.write(tmp_path / "a.faiss")
    read = FlatIndex.read(tmp_path / "a.faiss")
    assert read.ids.tolist() == IDS and read.dimension == 16
    np.testing.assert_array_equal(read.matrix(), made.matrix())


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
