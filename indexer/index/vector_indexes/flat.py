"""Exact nearest neighbours: vectors in a row, kept in a file of FAISS."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from hilbert.files import sync_file
from hilbert.system_faults import raise_system_fault
from indexer.index.vector_index import VECTOR_INDEXES, VectorIndex, damaged

# How `faiss/impl/index_write.cpp` writes an IndexIDMap2 of an IndexFlatIP. Both begin with four
# letters, the dimension, the number of vectors, two numbers without meaning, whether it is trained,
# and the metric.
_HEADER = struct.Struct("<4siqqq?i")
_SIZE = struct.Struct("<Q")
_OUTER, _INNER, _INNER_PRODUCT = b"IxM2", b"IxFI", 0


@VECTOR_INDEXES.register("flat", order=10)
class FlatIndex(VectorIndex):
    """All vectors in a row, each compared with every query."""

    extension = ".faiss"

    def __init__(
        self, ids: NDArray[np.int64], vectors: NDArray[np.float32], path: Path | None = None
    ) -> None:
        self.ids = ids
        self.path = path
        self._vectors = vectors

    @classmethod
    def build(cls, ids: Sequence[int], vectors: NDArray[np.float32]) -> FlatIndex:
        """Index `vectors [n, d]` under `ids`."""
        return cls(np.asarray(ids, np.int64), np.array(vectors, np.float32, order="C"))

    @classmethod
    def read(cls, path: Path) -> FlatIndex:
        """Load an index, without FAISS, whose import takes longer than a search.

        Raises:
            LibraryError: The file is missing or damaged.
        """
        try:
            with path.open("rb") as file:
                return cls(*_read(file, path.stat().st_size), path)
        except (OSError, ValueError, struct.error) as error:
            raise_system_fault(error)
            raise damaged(path) from error

    def write(self, path: Path) -> None:
        """Store the index; on return it is on disk."""
        import faiss

        index = faiss.IndexIDMap2(faiss.IndexFlatIP(self.dimension))
        if len(self):
            index.add_with_ids(self._vectors, self.ids)
        faiss.write_index(index, str(path))
        sync_file(path)

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return int(self._vectors.shape[1])

    def matrix(self) -> NDArray[np.float32]:
        """Return the vectors, `[n, d]`, without a copy."""
        return self._vectors


def _read(file: BinaryIO, size: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Read ids and vectors.

    Raises:
        ValueError: The file is cut off, or no such index.
        struct.error: See `ValueError`.
    """
    dimension, count = _read_header(file, _OUTER)
    if _read_header(file, _INNER) != (dimension, count):
        raise ValueError("the index in it is of another size")
    if size != 2 * _HEADER.size + 2 * _SIZE.size + count * (4 * dimension + 8):
        raise ValueError("it is cut off")
    _read_size(file, count * dimension)
    vectors = np.fromfile(file, "<f4", count * dimension).reshape(count, dimension)
    _read_size(file, count)
    return np.fromfile(file, "<i8", count), vectors


def _read_header(file: BinaryIO, kind: bytes) -> tuple[int, int]:
    """Return dimension and number of vectors."""
    name, dimension, count, _, _, _, metric = _HEADER.unpack(file.read(_HEADER.size))
    if (name, metric) != (kind, _INNER_PRODUCT) or dimension < 1 or count < 0:
        raise ValueError("it is no flat index")
    return dimension, count


def _read_size(file: BinaryIO, expected: int) -> None:
    if _SIZE.unpack(file.read(_SIZE.size)) != (expected,):
        raise ValueError("its parts are of another length")
