"""Comparisons of typed words that need no vectors, made while the words are encoded.

On two cores both take about as long, and ONNX Runtime lets Python go on meanwhile.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from hilbert.forking import PerProcess


class Loadable(Protocol):
    """What computes itself where that is asked for, in any thread."""

    def load(self) -> None:
        """Compute it; whoever needs it meanwhile waits for that."""


class LookAhead:
    """What is compared ahead for the query that is encoded, or was encoded last."""

    def __init__(self) -> None:
        # A forked child has no thread that would finish what the parent began.
        self._of_process = PerProcess(_Ahead)

    def start(self, tasks: Mapping[Hashable, Loadable]) -> None:
        """Begin comparisons, in their order; those that were begun before are forgotten."""
        ahead = self._of_process.get()
        ahead.found = dict(tasks)
        for task in tasks.values():
            ahead.thread.submit(task.load)

    def get(self, key: Hashable) -> Any | None:
        """Return a comparison that was begun, finished or not; None for another."""
        return self._of_process.get().found.get(key)

    def close(self) -> None:
        """Wait for the comparison that goes on, and begin no other.

        Its files are closed next: SQLite crashes where a thread still reads them.
        """
        self._of_process.get().thread.shutdown(cancel_futures=True)


class _Ahead:
    """The thread of one process."""

    def __init__(self) -> None:
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="look ahead")
        self.found: dict[Hashable, Loadable] = {}
