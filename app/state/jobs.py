"""Background jobs: threads that report progress, outlast a page and can be stopped."""

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
    """The visitor's request to stop; a BaseException, so that no `except Exception` holds it."""


@dataclass
class Job:
    """Work in a thread of its own, and its progress.

    Attributes:
        title: What it does, for the page.
        text: Current step.
        share: Share of the work that is done, 0 to 1.
        so_far: What the work has done until now, where it keeps account of that.
        result: What the work returned.
        error: One line that says why it failed; empty otherwise.
        stopped: Whether it ended because the visitor stopped it.
        done: Whether it has ended: with a result, with an error, or stopped.
        work: What it does, to do the same again.
        started: Seconds of the monotonic clock.
    """

    title: str
    text: str = ""
    share: float = 0.0
    so_far: Any = None
    result: Any = None
    error: str = ""
    stopped: bool = False
    done: bool = False
    work: Callable[[Job], Any] | None = None
    started: float = field(default_factory=time.monotonic)
    _stop: threading.Event = field(default_factory=threading.Event)

    def report(self, text: str, share: float) -> None:
        """Record the progress of the work, which calls this at each step.

        Raises:
            Stopped: The visitor stopped the job.
        """
        if self._stop.is_set():
            raise Stopped
        self.text, self.share = text, min(1.0, max(0.0, share))

    def stop(self) -> None:
        """End the work at its next step."""
        self._stop.set()
        self.text = "stopping …"

    @property
    def seconds(self) -> float:
        """How long ago it was started."""
        return time.monotonic() - self.started

    @property
    def time_left(self) -> str:
        """Estimate of the time left; empty while there is too little to go by."""
        passed = self.seconds
        if self.share < 0.05 or passed < 5:  # models are still being loaded
            return ""
        left = passed / self.share * (1 - self.share)
        return f"{left / 60:.0f} min left" if left >= 90 else f"{max(1, round(left)):.0f} s left"

    def run(self, work: Callable[[Job], Any]) -> None:
        """Do the work, and keep its result or its error."""
        try:
            self.work = work
            self.result = work(self)
        except Stopped:
            self.stopped = True
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
    """Start work in a thread, unless a job of this key is running."""
    if busy(key):
        return
    job = Job(title)
    _jobs()[key] = job
    threading.Thread(target=job.run, args=(work,), name=title, daemon=True).start()


def go_on(key: str) -> None:
    """Start the work of a job that has ended once more."""
    job = find(key)
    if job and job.done and job.work:
        start(key, job.title, job.work)


def busy(key: str) -> bool:
    """Return whether a job of this key is running."""
    job = _jobs().get(key)
    return job is not None and not job.done


def find(key: str) -> Job | None:
    """Return the job of this key, running or ended."""
    return _jobs().get(key)


def forget(key: str) -> None:
    """Drop a job, so that no page shows it."""
    _jobs().pop(key, None)
