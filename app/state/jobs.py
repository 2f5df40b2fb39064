"""Background jobs: threads that report progress, outlive a page and can be stopped."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from hilbert.errors import HilbertError

log = logging.getLogger(__name__)


class Stopped(BaseException):
    """The visitor wants the work to end; passes through whatever catches mere errors."""


@dataclass
class Job:
    """Work in a thread of its own.

    Attributes:
        title: what it does, for the page.
        text: what it is at.
        share: of the work that is done, 0 to 1.
        result: what came of it.
        error: why nothing came of it, in words.
        done: whether it has ended, in whichever way.
        seen: whether the page has shown that it ended.
    """

    title: str
    text: str = ""
    share: float = 0.0
    result: Any = None
    error: str = ""
    done: bool = False
    seen: bool = False
    started: float = field(default_factory=time.monotonic)
    _stop: threading.Event = field(default_factory=threading.Event)

    def tell(self, text: str, share: float) -> None:
        """Called by the work: where it is. Ends it where the visitor wants that."""
        if self._stop.is_set():
            raise Stopped
        self.text, self.share = text, min(1.0, max(0.0, share))

    def stop(self) -> None:
        """End it at the next step."""
        self._stop.set()
        self.text = "stopping …"

    @property
    def time_left(self) -> str:
        """How long it will take, by what has been done so far; empty where that tells nothing."""
        passed = time.monotonic() - self.started
        if self.share < 0.05 or passed < 5:  # models are still being loaded
            return ""
        left = passed / self.share * (1 - self.share)
        return f"{left / 60:.0f} min left" if left >= 90 else f"{max(1, round(left)):.0f} s left"

    def run(self, work: Callable[[Job], Any]) -> None:
        """Do the work; nothing that it raises gets out of its thread."""
        try:
            self.result = work(self)
        except Stopped:
            self.error = "Stopped. What is done is kept; the same again goes on from there."
        except HilbertError as error:
            log.info("%s failed", self.title, exc_info=True)
            self.error = str(error)
        except Exception as error:  # a defect: the log has the traceback, the page one line
            log.exception("%s failed", self.title)
            self.error = f"Something went wrong ({type(error).__name__}); see the terminal."
        finally:
            self.done = True


@st.cache_resource
def _jobs() -> dict[str, Job]:
    return {}


def start(key: str, title: str, work: Callable[[Job], Any]) -> None:
    """Begin work, unless some of this key is under way: see `busy`."""
    if busy(key):
        return
    job = Job(title)
    _jobs()[key] = job
    threading.Thread(target=job.run, args=(work,), name=title, daemon=True).start()


def busy(key: str) -> bool:
    """Whether work of this key is under way."""
    job = _jobs().get(key)
    return job is not None and not job.done


def find(key: str) -> Job | None:
    """The work of this key, under way or ended."""
    return _jobs().get(key)


def forget(key: str) -> None:
    """Show no more of work that has ended."""
    _jobs().pop(key, None)


def forget_others(prefix: str, key: str) -> None:
    """Keep of all ended work whose key begins so only that of one key."""
    for other in [k for k, job in _jobs().items() if k.startswith(prefix) and job.done]:
        if other != key:
            forget(other)
