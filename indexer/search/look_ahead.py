"""Comparisons of typed words that need no vectors, made while the words are encoded.

On two cores both take about as long, and ONNX Runtime lets Python go on meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from hilbert.forking import PerProcess


class LookAhead:
    """What is compared ahead for the query that is encoded, or was encoded last."""

    def __init__(self) -> None:
        # A forked child has no thread that would finish what the parent began.
        self._of_process = PerProcess(_Ahead)

    def start(self, tasks: Mapping[Hashable, Callable[[], Any]]) -> None:
        """Begin comparisons, in their order; those that were begun before are forgotten."""
        ahead = self._of_process.get()
        ahead.found = {key: ahead.thread.submit(task) for key, task in tasks.items()}

    def get(self, key: Hashable, task: Callable[[], Any]) -> Any:
        """Return what a comparison found that was begun; otherwise make it now."""
        found = self._of_process.get().found.get(key)
        return task() if found is None else found.result()


class _Ahead:
    """The thread of one process."""

    def __init__(self) -> None:
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="look ahead")
        self.found: dict[Hashable, Future[Any]] = {}
