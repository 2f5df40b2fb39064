"""Models that go on in a forked child: threads of the parent do not exist there."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@functools.cache
def keep_usable_in_children() -> None:
    """Let torch and FAISS compute in one thread in every child that is forked from now on.

    Both share out work to a pool of OpenMP threads. libgomp does not make a new pool after a fork,
    so the first parallel region of a child would wait for threads that are not there.
    """
    if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
        os.register_at_fork(after_in_child=_use_one_thread)


def _use_one_thread() -> None:
    # Only what the parent had loaded has a pool.
    for name, limit in (("torch", "set_num_threads"), ("faiss", "omp_set_num_threads")):
        if module := sys.modules.get(name):
            getattr(module, limit)(1)


class PerProcess(Generic[T]):
    """Something that a forked child must make for itself, made when first asked for.

    What the parent made stays referenced, so that nothing is closed or joined in a child.
    """

    def __init__(self, make: Callable[[], T], first: T | None = None) -> None:
        self._make = make
        self._made: dict[int, Any] = {} if first is None else {os.getpid(): first}

    def get(self) -> T:
        """Return the one of this process."""
        pid = os.getpid()
        if pid not in self._made:
            self._made[pid] = self._make()
        made: T = self._made[pid]
        return made
