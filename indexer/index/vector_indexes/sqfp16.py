"""Exact nearest neighbours: vectors in half precision, read from a mapped file.

A file holds, in this order: a header, the ids, and a scalar quantizer as FAISS writes it, at whose
end the vectors stand in a row. Its beginning is padded so that they stand at a multiple of 64
bytes. FAISS reads the vectors where they are, without a copy.
"""

from __future__ import annotations

import os
import struct
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hilbert.files import sync_file
from hilbert.system_faults import raise_system_fault
from indexer.index import half_floats
from indexer.index.faiss_reader import read_faiss
from indexer.index.mapped_file import MappedFile
from indexer.index.search_threads import search_threads
from indexer.index.vector_index import VECTOR_INDEXES, VectorIndex, best_rows, damaged

_MAGIC = b"HILBfp16"
# Magic, dimension, number of vectors.
_HEADER = struct.Struct("<8sIQ")
# How `faiss/impl/index_write.cpp` writes an IndexScalarQuantizer: four letters, dimension, number
# of vectors, two numbers without meaning, whether it is trained, metric; type of the quantizer, two
# numbers that half precision has no use for, dimension, bytes of a vector, no trained numbers;
# bytes of all vectors.
_FAISS = struct.Struct("<4siqqq?iiifQQQQ")
_FAISS_NAME, _UNUSED, _INNER_PRODUCT, _QT_FP16 = b"IxSQ", 1 << 20, 0, 4
_ALIGNMENT = 64
# Fewer rows are compared without FAISS, whose import takes longer.
_LEAST_FOR_FAISS = 1 << 15
# Up to this share of allowed rows, these are gathered; FAISS goes through all.
_FEW_ALLOWED = 0.01
# A thread for each part of the rows; those of `merged_vectors` wait for them.
_THREADS = search_threads()


@VECTOR_INDEXES.register("sqfp16", order=20)
class HalfFloatIndex(VectorIndex):
    """All vectors in half precision, each compared with every query."""

    extension = ".fp16"
    # Whether vectors are read from the file, where they are few, and not from mapped memory.
    _reads_rows = False

    def __init__(
        self,
        ids: NDArray[np.int64],
        halves: NDArray[np.float16],
        file: MappedFile | None = None,
        path: Path | None = None,
    ) -> None:
        self.ids = ids
        self.path = path
        self._halves, self._file = halves, file
        self._lock = threading.Lock()
        self._quantizer: Any = None

    @classmethod
    def build(cls, ids: Sequence[int], vectors: NDArray[np.float32]) -> HalfFloatIndex:
        """Index `vectors [n, d]` under `ids`."""
        return cls(np.asarray(ids, np.int64), vectors.astype(np.float16))

    @classmethod
    def read(cls, path: Path) -> HalfFloatIndex:
        """Map an index into memory, without FAISS.

        Raises:
            LibraryError: The file is missing or damaged.
        """
        try:
            file = MappedFile(path, reads_rows=cls._reads_rows)
            magic, dimension, count = _HEADER.unpack(file.array("u1", _HEADER.size).tobytes())
            begin = _begin_of_vectors(count)
            faiss = file.array("u1", _FAISS.size, begin - _FAISS.size).tobytes()
            if magic != _MAGIC or faiss != _faiss_header(count, dimension):
                raise ValueError("it is no index of half-precision vectors")
            if len(file) != begin + 2 * count * dimension:
                raise ValueError("it is cut off")
            # Copied: they are looked through whenever the index is opened.
            ids = file.array("<i8", count, _HEADER.size).astype(np.int64)
            halves = file.array("<f2", count * dimension, begin).reshape(count, dimension)
            return cls(ids, halves, file, path)  # type: ignore[arg-type]
        except (OSError, ValueError, struct.error, OverflowError) as error:
            raise_system_fault(error)
            raise damaged(path) from error

    def write(self, path: Path) -> None:
        """Store the index; on return it is on disk."""
        count, dimension = self._halves.shape
        begin = _begin_of_vectors(count)
        with path.open("wb") as file:
            file.write(_HEADER.pack(_MAGIC, dimension, count))
            self.ids.astype("<i8").tofile(file)
            file.write(bytes(begin - _FAISS.size - file.tell()))
            file.write(_faiss_header(count, dimension))
            self._halves.astype("<f2", copy=False).tofile(file)
        sync_file(path)

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return int(self._halves.shape[1])

    @classmethod
    def rounded(cls, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return `vectors [n, d]` in half precision."""
        return half_floats.rounded(vectors)

    def matrix(self) -> NDArray[np.float32]:
        """Return a copy of all vectors, `[n, d]`, in single precision."""
        floats = half_floats.to_floats(self._halves)
        self._read(self._halves.nbytes)
        return floats

    def nearest(
        self, query: NDArray[np.float32], n: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return rows and cosines of the `n` nearest to `query [d]`; see `VectorIndex.nearest`."""
        count = len(self) if allowed is None else int(np.count_nonzero(allowed))
        few = count <= _FEW_ALLOWED * len(self)
        # FAISS keeps the best in a heap, which pays off while they are few.
        if few or len(self) < _LEAST_FOR_FAISS or self._file is None or not 0 < n < len(self) // 16:
            return super().nearest(query, n, allowed)
        self._faiss_index()
        share = -(-len(self) // (min(4, os.cpu_count() or 1)))
        ranges = [range(at, min(at + share, len(self))) for at in range(0, len(self), share)]
        found = _THREADS.get().map(partial(self._nearest_in, query, n, allowed), ranges)
        rows, cosines = map(np.concatenate, zip(*found, strict=True))
        self._read(self._halves.nbytes)
        return best_rows(rows, cosines, n)

    def _nearest_in(
        self, query: NDArray[np.float32], n: int, allowed: NDArray[np.bool_] | None, rows: range
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return rows and cosines of the nearest in a range of rows, in no order."""
        import faiss

        selector: Any = faiss.IDSelectorRange(rows.start, rows.stop)
        if allowed is not None:
            inside = np.zeros(len(self), bool)
            inside[rows.start : rows.stop] = allowed[rows.start : rows.stop]
            bits = np.packbits(inside, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(self), faiss.swig_ptr(bits))
        cosines, found = self._faiss_index().search(
            np.ascontiguousarray(query[None], np.float32),
            n,
            params=faiss.SearchParameters(sel=selector),  # type: ignore[call-arg]
        )
        there = found[0] >= 0
        return found[0][there], cosines[0][there]

    def _gathered(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        return half_floats.to_floats(self._halves_of(rows))

    def _few_products(
        self, queries: NDArray[np.float32], rows: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        return half_floats.products(self._halves_of(rows), queries)

    def _halves_of(self, rows: NDArray[np.int64]) -> NDArray[np.float16]:
        """Return some vectors in half precision, `[n, d]`."""
        halves = self._halves[rows]
        self._read(halves.nbytes, len(rows))
        return halves

    def _scanned(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        found = half_floats.products(self._halves, queries)
        self._read(self._halves.nbytes)
        return found

    def _read(self, size: int, places: int = 1) -> None:
        if self._file is not None:
            self._file.touch(size, places)

    def _faiss_index(self) -> Any:
        """Return the index of FAISS over the mapped vectors."""
        with self._lock:
            if self._quantizer is None:
                assert self._file is not None
                begin = _begin_of_vectors(len(self)) - _FAISS.size
                self._quantizer = read_faiss(self._file.array("u1", len(self._file) - begin, begin))
            return self._quantizer


def _begin_of_vectors(count: int) -> int:
    """Return where the vectors begin in the file of an index."""
    least = _HEADER.size + 8 * count + _FAISS.size
    return -(-least // _ALIGNMENT) * _ALIGNMENT


def _faiss_header(count: int, dimension: int) -> bytes:
    """Return what FAISS writes before the vectors."""
    size = 2 * dimension
    return _FAISS.pack(
        *(_FAISS_NAME, dimension, count, _UNUSED, _UNUSED, True, _INNER_PRODUCT),
        *(_QT_FP16, 0, 0.0, dimension, size, 0, size * count),
    )
