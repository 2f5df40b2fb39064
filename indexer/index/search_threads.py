"""Threads in which a search compares a query with parts of the vectors, side by side."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from hilbert.forking import PerProcess


def search_threads(*, waiting: int = 0) -> PerProcess[ThreadPoolExecutor]:
    """Return a pool; what waits for tasks of its own needs another than these are in.

    Args:
        waiting: How many tasks there are that mostly wait for those of another pool, and may
            outnumber the cores; 0 for tasks that compute.
    """
    return PerProcess(
        lambda: ThreadPoolExecutor(
            waiting or min(4, os.cpu_count() or 1), initializer=_leave_one_to_faiss
        )
    )


def _leave_one_to_faiss() -> None:
    """Let FAISS compute in the thread that calls it, without a team of threads for each."""
    import faiss

    faiss.omp_set_num_threads(1)
