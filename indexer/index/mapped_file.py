"""Files mapped into memory, whose pages are given back when many have been read.

Pages of a mapped file count as memory of the process until it gives them back; the operating
system keeps them in its cache, so that reading them again costs little.
"""

from __future__ import annotations

import mmap
import threading
import weakref
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike, NDArray

# Bytes of mapped files that a process may hold, unless `limit_mapped` says so.
_MOST_MAPPED = 256 << 20
# What the system maps around one page that is read (`fault_around_bytes` of Linux).
_AROUND = 64 << 10


class MappedFile:
    """A file to be read only.

    Args:
        path: Of the file.

    Raises:
        OSError: It cannot be opened.
        ValueError: It is empty.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
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
