"""Work that is asked for again and again until it is done: one at a time, results kept."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from indexer.base.errors import HilbertError

log = logging.getLogger(__name__)

Key = TypeVar("Key", bound=Hashable)
Result = TypeVar("Result")
_MOST_WAITING = 8


@dataclass(frozen=True)
class State(Generic[Result]):
    """How far a piece of work is.

    Attributes:
        result: None while it is not done, and where it failed.
        error: Why it failed; empty where it did not.
        seconds: Of the recording, that are done.
    """

    result: Result | None = None
    error: str = ""
    seconds: float = 0.0


class Worker(Generic[Key, Result]):
    """Makes one result after the other in a thread, the one asked for last first.

    Nobody waits in a thread of the server: whoever asks is told how far the work is, and asks
    again. What nobody asks for any more is passed over once others come.
    """

    def __init__(
        self,
        make: Callable[[Key, Callable[[float], None]], Result],
        size: Callable[[Result], int],
        most: int,
        discard: Callable[[Result], None],
    ) -> None:
        """Prepare to work.

        Args:
            make: Makes the result of a key, and calls its second argument with the seconds done.
            size: Of a result.
            most: Size of all results that are kept, about; the one made last always is.
            discard: Called with a result that is not kept any more.
        """
        self._make, self._size, self._most, self._discard = make, size, most, discard
        self._lock = threading.Lock()
        self._done: OrderedDict[Key, State[Result]] = OrderedDict()
        self._waiting: OrderedDict[Key, None] = OrderedDict()
        self._current: Key | None = None
        self._seconds = 0.0

    def ask(self, key: Key) -> State[Result]:
        """Return the result of a key, or how far it is; the work begins with the first time."""
        with self._lock:
            if key in self._done:
                self._done.move_to_end(key)
                return self._done[key]
            if key == self._current:
                return State(seconds=self._seconds)
            self._waiting[key] = None
            self._waiting.move_to_end(key)
            if len(self._waiting) > _MOST_WAITING:
                self._waiting.popitem(last=False)
            if self._current is None:
                self._current = self._waiting.popitem()[0]
                threading.Thread(target=self._work, name="Making media", daemon=True).start()
            return State()

    def _work(self) -> None:
        while (key := self._current) is not None:
            state: State[Result]
            try:
                state = State(self._make(key, self._progress))
            except (HilbertError, OSError) as error:
                log.debug("could not make %s", key, exc_info=True)
                state = State(error=getattr(error, "strerror", None) or str(error))
            except Exception as error:  # a bug: it is told, and the next is made all the same
                log.exception("could not make %s", key)
                state = State(error=f"{type(error).__name__}: {error}")
            with self._lock:
                self._done[key] = state
                dropped = self._over_the_most()
                self._seconds = 0.0
                self._current = self._waiting.popitem()[0] if self._waiting else None
            for result in dropped:
                self._discard(result)

    def _progress(self, seconds: float) -> None:
        self._seconds = seconds

    def _over_the_most(self) -> list[Result]:
        """Forget the results that were asked for longest ago."""
        dropped = []
        kept = sum(self._size_of(state) for state in self._done.values())
        while kept > self._most and len(self._done) > 1:
            state = self._done.popitem(last=False)[1]
            kept -= self._size_of(state)
            if state.result is not None:
                dropped.append(state.result)
        return dropped

    def _size_of(self, state: State[Result]) -> int:
        return 1 if state.result is None else self._size(state.result)
