"""One writer at a time: an operating-system lock that a kill releases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.errors import LibraryError


@contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """Hold the library's writer lock; readers need none.

    Raises:
        LibraryError: another process is writing.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / "writer.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise LibraryError(
            f"{folder}: another hilbert is writing to this library; wait until it is done "
            "(searching works meanwhile)"
        ) from None
    try:
        yield
    finally:
        lock.release()
