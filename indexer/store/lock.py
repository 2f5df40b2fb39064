"""One writer at a time: an operating-system lock that a kill releases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.base.errors import LibraryError


@contextmanager
def writer_lock(folder: Path, doing: str = "writing to this library") -> Iterator[None]:
    """Hold the folder's writer lock; readers need none.

    Args:
        folder: Of a library, or of a model being trained.
        doing: What another holder is doing, for the message.

    Raises:
        LibraryError: Another process holds it.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / "writer.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise LibraryError(
            f"{folder}: another hilbert is {doing}; wait until it is done (searching works "
            "meanwhile)"
        ) from None
    try:
        yield
    finally:
        lock.release()
