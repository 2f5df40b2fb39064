"""Progress reporting: one protocol for all long work, however it is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

# Stages of an indexing, which the app weighs against each other in one bar.
INDEXING = "indexing"
BUILDING = "building the index"


class Progress(Protocol):
    """Receiver of progress: a terminal, a page of the app, a log or a test.

    Work is a sequence of stages. A stage begins with `start`, which ends the one before, and
    then reports with `update`. Whatever a receiver raises ends the work, which is how a user
    stops it.
    """

    def start(self, stage: str, total: float, summary: str = "") -> None:
        """Begin a stage.

        Args:
            stage: what is done, a few words such as `building the index`.
            total: amount of work in any unit: seconds, documents, batches.
            summary: the work in a line, for logs that show no bar.
        """

    def update(self, done: float, detail: str = "") -> None:
        """Report progress within the stage.

        Args:
            done: amount done so far, in the unit of `total`; it never decreases.
            detail: what is worked on, such as a document's name; empty for what it was.
        """

    def note(self, text: str, seconds_left: float | None = None) -> None:
        """Report an event worth a line of its own, such as the scores of an epoch.

        Args:
            text: one line.
            seconds_left: estimate for the rest of the stage, where there is one.
        """


class SilentProgress:
    """Progress that is shown nowhere."""

    def start(self, stage: str, total: float, summary: str = "") -> None:
        """Do nothing."""

    def update(self, done: float, detail: str = "") -> None:
        """Do nothing."""

    def note(self, text: str, seconds_left: float | None = None) -> None:
        """Do nothing."""


def stage_callback(progress: Progress, stage: str) -> Callable[[int, int], None]:
    """Make a callback `(done, total)`, as code outside the indexer takes it, of one stage.

    Args:
        progress: receives the stage, which starts with the first call.
        stage: its name.
    """
    started = False

    def update(done: int, total: int) -> None:
        nonlocal started
        if not started:
            progress.start(stage, total)
            started = True
        progress.update(done)

    return update
