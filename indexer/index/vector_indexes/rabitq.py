"""Approximate nearest neighbours: one bit a dimension to find candidates, half precision to rank.

Codes are those of J. Gao and C. Long, RaBitQ, SIGMOD 2024, of randomly rotated vectors, in the
layout of FAISS that is scanned in registers. They take a tenth of the memory of the vectors, which
stay in a mapped file and are read for the candidates alone. How many candidates it takes is
measured on the vectors themselves, with queries of each modality (`tune`).

The codes take no selector, and FAISS leaves one out in silence: where few rows are allowed these
are compared one by one, else candidates are found among all rows and filtered.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hilbert.files import sync_file
from hilbert.system_faults import raise_system_fault
from indexer.index.faiss_reader import read_faiss
from indexer.index.mapped_file import MappedFile
from indexer.index.vector_index import VECTOR_INDEXES, best_rows, damaged, few_rows
from indexer.index.vector_indexes.sqfp16 import HalfFloatIndex

_MAGIC = b"HILBrbq1"
# Magic, and the length of the JSON that follows; behind it FAISS's own format.
_HEADER = struct.Struct("<8sI")
# Fewer vectors are compared one by one: that takes a millisecond.
_LEAST_FOR_CODES = 20_000
# Vectors that the codes are centred on.
_TRAINED_ON = 20_000
# Candidates for each row that is asked for. Of questions in words all vectors of sound are about as
# far away: those take the most.
_OVERSAMPLING = (2, 4, 8, 16, 32, 64, 128, 256)
# Whoever asks for fewer rows gets the candidates of so many.
_LEAST_ASKED = 32
# Of many rows that are asked for, fewer candidates each: the nearest of them are found as well.
_MANY, _OVERSAMPLING_OF_MANY = 4096, 4
# Of so many all of their candidates are compared.
_FEW_ASKED = 64
# So many are read at once: more would take fresh memory from the system for each reading, which
# took a third of the time of 60,000 rows.
_ROWS_AT_ONCE = 2048
# Recall is measured for so many, and is the lowest of these.
_MEASURED_AT = (10, 100)


@VECTOR_INDEXES.register("rabitq", order=30)
class RabitqIndex(HalfFloatIndex):
    """Vectors in half precision, of which a scan of 1-bit codes chooses whom to compare.

    Attributes:
        oversampling: Candidates for each row that is asked for.
    """

    extension = ".rabitq"
    _reads_rows = True
    oversampling = _OVERSAMPLING[2]
    _codes: Any = None
    _stored: tuple[MappedFile, int] | None = None

    @classmethod
    def build(cls, ids: Sequence[int], vectors: NDArray[np.float32]) -> RabitqIndex:
        """Index `vectors [n, d]` under `ids`."""
        index = cls(np.asarray(ids, np.int64), vectors.astype(np.float16))
        if len(vectors) >= _LEAST_FOR_CODES:
            index._codes = _codes_of(cls.rounded(vectors))
            index.is_exact = False
        return index

    @classmethod
    def read(cls, path: Path) -> RabitqIndex:
        """Map an index into memory, without FAISS.

        Raises:
            LibraryError: A file is missing or damaged.
        """
        index = super().read(_path_of_vectors(path))
        assert isinstance(index, cls)
        index.path = path
        try:
            file = MappedFile(path)
            magic, length = _HEADER.unpack(file.array("u1", _HEADER.size).tobytes())
            described = json.loads(file.array("u1", length, _HEADER.size).tobytes())
            begin = _HEADER.size + length
            if magic != _MAGIC or (begin < len(file)) != (len(index) >= _LEAST_FOR_CODES):
                raise ValueError("it holds no codes of these vectors")
            index.oversampling = int(described["oversampling"])
            index.recall = {str(k): float(v) for k, v in described["recall"].items()}
            if begin < len(file):
                index._stored = file, begin
                index.is_exact = False
            return index
        except (OSError, ValueError, struct.error, KeyError, TypeError, AttributeError) as error:
            raise_system_fault(error)
            raise damaged(path) from error

    def write(self, path: Path) -> None:
        """Store the index; on return it is on disk."""
        super().write(_path_of_vectors(path))
        described = {"oversampling": self.oversampling, "recall": dict(self.recall)}
        header = json.dumps(described).encode()
        with path.open("wb") as file:
            file.write(_HEADER.pack(_MAGIC, len(header)) + header)
            if not self.is_exact:
                import faiss

                faiss.serialize_index(self._faiss_codes()).tofile(file)
        sync_file(path)

    def tune(self, queries: Mapping[str, NDArray[np.float32]], target_recall: float) -> None:
        """Choose how many candidates it takes.

        Args:
            queries: Modality to vectors of it, `[k, d]`, as this index is asked for.
            target_recall: Share of the nearest to find, of queries of each modality.
        """
        if self.is_exact:
            return
        expected = {
            modality: np.stack([self._exact_nearest(row, max(_MEASURED_AT) + 1) for row in rows])
            for modality, rows in queries.items()
            if len(rows) and len(self) > 1
        }
        for self.oversampling in _OVERSAMPLING:
            self.recall = {
                modality: _share_found(self, queries[modality], rows)
                for modality, rows in expected.items()
            }
            if all(found >= target_recall for found in self.recall.values()):
                return

    def nearest(
        self, query: NDArray[np.float32], n: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return rows and cosines of the `n` nearest to `query [d]`; see `VectorIndex.nearest`.

        A few of them may be missed, and others stand in their place.
        """
        rows, cosines = self.compared(query, n, allowed)
        return rows[:n], cosines[:n]

    def compared(
        self, query: NDArray[np.float32], n: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return rows and cosines of all candidates; see `VectorIndex.compared`."""
        rows = few_rows(allowed)
        if rows is None:
            rows, _ = self.candidates(query, n, allowed)
        return best_rows(rows, self._products(query[None], rows)[:, 0], self.n_candidates(n))

    def n_candidates(self, n: int) -> int:
        """Return how many rows are compared to find the `n` nearest; see `VectorIndex`."""
        if self.is_exact:
            return n
        most = max(_MANY + _OVERSAMPLING_OF_MANY * n, _FEW_ASKED * self.oversampling)
        return min(max(n, _LEAST_ASKED) * self.oversampling, most)

    def candidates(
        self,
        query: NDArray[np.float32],
        n: int,
        allowed: NDArray[np.bool_] | None = None,
        wanted: int | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return rows among which the `n` nearest are, and estimates; see `VectorIndex`."""
        count = len(self) if allowed is None else int(np.count_nonzero(allowed))
        n = min(n, count)
        if self.is_exact or few_rows(allowed) is not None:
            return super().nearest(query, n, allowed)
        wanted = self.n_candidates(n) if wanted is None else wanted
        while True:
            # So many that about `wanted` of them are allowed.
            candidates = wanted * len(self) // count
            if candidates > len(self) // 4:
                return super().nearest(query, n, allowed)
            estimates, rows = self._faiss_codes().search(
                np.ascontiguousarray(query[None], np.float32), candidates
            )
            kept = rows[0] >= 0
            if allowed is not None:
                kept &= allowed[rows[0]]
            if 2 * int(kept.sum()) >= wanted:
                return rows[0][kept], estimates[0][kept]
            wanted *= 2  # what the filter leaves is far from the query

    def _few_products(
        self, queries: NDArray[np.float32], rows: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        if len(rows) <= _ROWS_AT_ONCE:
            return super()._few_products(queries, rows)
        out = np.empty((len(rows), len(queries)), np.float32)
        for begin in range(0, len(rows), _ROWS_AT_ONCE):
            block = slice(begin, begin + _ROWS_AT_ONCE)
            out[block] = super()._few_products(queries, rows[block])
        return out

    def _halves_of(self, rows: NDArray[np.int64]) -> NDArray[np.float16]:
        """Return some vectors in half precision, `[n, d]`, without mapping them into memory."""
        if self._file is None:
            return super()._halves_of(rows)
        width = 2 * self.dimension
        read = self._file.read_rows(len(self._file) - len(self) * width, width, rows)
        return read.view("<f2")

    def _exact_nearest(self, query: NDArray[np.float32], n: int) -> NDArray[np.int64]:
        return super().nearest(query, n)[0]

    def _faiss_codes(self) -> Any:
        """Return the codes, read when they are first needed."""
        with self._lock:
            if self._codes is None:
                assert self._stored is not None
                file, begin = self._stored
                codes = read_faiss(file.array("u1", len(file) - begin, begin))
                if codes is None or (codes.d, codes.ntotal) != (self.dimension, len(self)):
                    assert self.path is not None
                    raise damaged(self.path)
                file.give_back()
                self._codes = codes
            return self._codes


def _codes_of(vectors: NDArray[np.float32]) -> Any:
    """Return the codes of `vectors [n, d]`, rotated: without it half of the nearest are missed."""
    import faiss

    width = vectors.shape[1]
    codes = faiss.index_factory(width, f"RR{width},RaBitQfs", faiss.METRIC_INNER_PRODUCT)
    codes.train(vectors[:: max(1, len(vectors) // _TRAINED_ON)])
    codes.add(vectors)
    return codes


def _share_found(
    index: RabitqIndex, queries: NDArray[np.float32], expected: NDArray[np.int64]
) -> float:
    """Return the share of the nearest that are found.

    Args:
        index: Of the vectors.
        queries: `[k, d]`.
        expected: Rows of the nearest of each query, best first, `[k, n]`.
    """
    shares = []
    for n in _MEASURED_AT:
        # The best of all is left out: a query that is one of these vectors finds itself.
        found = [
            np.isin(rows[1 : n + 1], index.nearest(query, n + 1)[0]).mean()
            for query, rows in zip(queries, expected, strict=True)
        ]
        shares.append(float(np.mean(found)))
    return round(min(shares), 4)


def _path_of_vectors(path: Path) -> Path:
    return path.with_suffix(HalfFloatIndex.extension)
