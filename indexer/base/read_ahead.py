"""Work done ahead in a thread of its own, so that the stages of a pipeline overlap."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from typing import TypeVar

T = TypeVar("T")

_POLL_SECONDS = 0.1


def read_ahead(items: Iterator[T], size: int, name: str) -> Generator[T, None, None]:
    """Run `items` in a thread and yield what it yields, in order.

    The thread has ended once the generator is closed, and so has `items`.

    Args:
        items: The iterator; what it raises is raised here.
        size: How many items may wait to be taken.
        name: Of the thread.
    """
    for group in read_ahead_groups(items, size, name):
        yield from group


def read_ahead_groups(items: Iterator[T], size: int, name: str) -> Generator[list[T], None, None]:
    """Run `items` in a thread and yield all that wait to be taken, at least one at a time.

    A slow consumer gets large groups, a fast one gets each item as soon as it is there.
    """
    ahead: queue.Queue[T | _End] = queue.Queue(size)
    stop = threading.Event()

    def put(entry: T | _End) -> bool:
        while not stop.is_set():
            try:
                ahead.put(entry, timeout=_POLL_SECONDS)
                return True
            except queue.Full:
                continue
        return False

    def work() -> None:
        try:
            for item in items:
                if not put(item):
                    break
            else:
                put(_End(None))
        except BaseException as error:  # handed to the reader, which raises it
            put(_End(error))
        finally:
            # In this thread, for a generator that runs cannot be closed from another.
            close = getattr(items, "close", None)
            if close:
                close()

    worker = threading.Thread(target=work, name=name, daemon=True)
    try:
        worker.start()  # an interrupt may come while it waits for the thread to begin
        while True:
            group, end = _waiting(ahead)
            if group:
                yield group
            if end:
                if end.error is not None:
                    raise end.error
                return
    finally:
        stop.set()
        if worker.is_alive():
            worker.join()


class _End:
    """The end of the items, and what was raised there."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def _waiting(ahead: queue.Queue[T | _End]) -> tuple[list[T], _End | None]:
    """Return all that waits, after waiting for the first, and the end where it was reached."""
    group: list[T] = []
    entry = ahead.get()
    while not isinstance(entry, _End):
        group.append(entry)
        if ahead.empty():  # this is its only reader
            return group, None
        entry = ahead.get()
    return group, entry
