"""What is computed when it is first asked for, or before that by another thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Late(Generic[T]):
    """One result: whoever asks while another thread computes it waits for that.

    Args:
        compute: What it raises is raised to each who asks, who lets it try again.
    """

    def __init__(self, compute: Callable[[], T]) -> None:
        self._compute = compute
        self._found: list[T] = []
        self._lock = threading.Lock()

    def get(self) -> T:
        """Return the result."""
        self.load()
        return self._found[0]

    def load(self) -> None:
        """Compute it, unless that was done."""
        if self._found:
            return
        with self._lock:
            if not self._found:
                self._found.append(self._compute())
