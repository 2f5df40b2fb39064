"""Files mapped into memory, whose pages are given back when many have been read.

Pages of a mapped file count as memory of the process until it gives them back; the operating
system keeps them in its cache, so that reading them again costs little.
"""

from __future__ import annotations

import errno
import mmap
import os
import threading
import weakref
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike, NDArray

# Bytes of mapped files that a process may hold, unless `limit_mapped` says so. The three vectors of
# 200,000 moments, all of which each query compares, are 461 MB: held by half, they are mapped anew
# by each query, which takes longer than to compare them.
_MOST_MAPPED = 512 << 20
# What the system maps around one page that is read (`fault_around_bytes` of Linux).
_AROUND = 64 << 10
# Rows between two that are asked for that are read with them: another call takes longer.
_MOST_SKIPPED = 4


class MappedFile:
    """A file to be read only.

    Args:
        path: Of the file.
        reads_rows: Whether `read_rows` is called; it stays open then.

    Raises:
        OSError: It cannot be opened.
        ValueError: It is empty.
    """

    def __init__(self, path: Path, *, reads_rows: bool = False) -> None:
        file = path.open("rb")
        try:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except BaseException:
            file.close()
            raise
        # Opened now: when rows are read the file may be deleted.
        self._file = file if reads_rows else None
        if not reads_rows:
            file.close()
        self._touched = 0
        _BUDGET.add(self)

    def __len__(self) -> int:
        return len(self._map)

    def array(self, dtype: DTypeLike, count: int, offset: int = 0) -> NDArray[np.generic]:
        """Return numbers of the file without a copy.

        Raises:
            ValueError: It is shorter.
        """
        return np.frombuffer(self._map, dtype, count, offset)

    def read_rows(self, offset: int, width: int, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Read some rows of a table in the file, one after the other, `[len(rows), width]`.

        Where they are few and far apart this is quicker than the mapped pages, of which the system
        maps many around each row that is read: 1.6 ms against 4 to 7 for 1,024 rows of 768 bytes,
        and they do not count as memory of the process.

        Args:
            offset: Where the table begins.
            width: Bytes of a row.
            rows: Numbers of rows, in any order; what stands in a row, or nearly, is read at once.

        Raises:
            OSError: It cannot be read, or is shorter now.
        """
        if not len(rows):
            return np.zeros((0, width), np.uint8)
        # `np.diff` takes longer than the reading of a few rows.
        steps = rows[1:] - rows[:-1]
        ends = np.append(np.flatnonzero((steps < 1) | (steps > _MOST_SKIPPED + 1)), len(rows) - 1)
        begins = np.append(0, ends[:-1] + 1)
        counts = rows[ends] - rows[begins] + 1
        read = np.empty((int(counts.sum()), width), np.uint8)
        self._read_into(read.data.cast("B"), offset + rows[begins] * width, counts * width)
        if len(read) == len(rows):
            return read
        firsts = np.cumsum(counts) - counts
        found: NDArray[np.uint8] = read[rows + np.repeat(firsts - rows[begins], ends - begins + 1)]
        return found

    def _read_into(
        self, out: memoryview, places: NDArray[np.int64], sizes: NDArray[np.int64]
    ) -> None:
        """Read stretches of the file, one after the other, into memory that they fill."""
        # Joined parts of some megabytes would take fresh memory, which costs more than the reading.
        begin = 0
        file = self._file.fileno() if self._file is not None and hasattr(os, "pread") else None
        for place, size in zip(places.tolist(), sizes.tolist(), strict=True):
            end = begin + size
            # Files are mapped on Windows.
            part = self._map[place : place + size] if file is None else os.pread(file, size, place)
            if len(part) != size:
                name = self._file.name if self._file is not None else None
                raise OSError(errno.EIO, os.strerror(errno.EIO), name)
            out[begin:end] = part
            begin = end

    def touch(self, size: int, places: int = 1) -> None:
        """Count pages that were read; gives those of all files back when there are too many.

        Args:
            size: Bytes read.
            places: How many stretches of the file they stand in.
        """
        touched = min(self._touched + size + places * _AROUND, len(self._map))
        more, self._touched = touched - self._touched, touched
        _BUDGET.count(more)

    @property
    def touched(self) -> int:
        """Bytes that may be in the memory of the process."""
        return self._touched

    def give_back(self) -> None:
        """Give the pages back to the system; they are read again when they are needed."""
        if hasattr(self._map, "madvise"):  # not on Windows
            self._map.madvise(mmap.MADV_DONTNEED)
        self._touched = 0


class _Budget:
    """What all mapped files of a process hold together.

    Attributes:
        limit: Bytes; None for the usual.
    """

    def __init__(self) -> None:
        self.limit: int | None = None
        self._held = 0
        self._files: weakref.WeakSet[MappedFile] = weakref.WeakSet()
        self._lock = threading.Lock()

    def add(self, file: MappedFile) -> None:
        with self._lock:
            self._files.add(file)

    def count(self, size: int) -> None:
        """Add bytes that were read; those of files that were closed since count until the next
        time that all are given back."""
        with self._lock:
            self._held += size
            if self._held > (self.limit or _MOST_MAPPED):
                for file in self._files:
                    file.give_back()
                self._held = 0


_BUDGET = _Budget()


def limit_mapped(size: int | None) -> None:
    """Set how many bytes of mapped files this process may hold; None for the usual."""
    _BUDGET.limit = size
