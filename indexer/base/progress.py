"""Who is told how long work goes on: the terminal, the app, or nobody."""

from __future__ import annotations

from typing import Protocol


class Reporter(Protocol):
    """Who is told how an indexing goes on."""

    def begin(self, seconds: float, documents: int) -> None:
        """So much is to be done: seconds of recordings and number of documents."""

    def document(self, name: str) -> None:
        """A document is begun."""

    def heard(self, seconds: float) -> None:
        """So many seconds of the current recording are done."""

    def finished(self, seconds: float) -> None:
        """The current document, with so many announced seconds, is done or failed."""

    def building(self, done: int, total: int) -> None:
        """The new generation holds so many of its documents."""


class Quiet:
    """A reporter that says nothing."""

    def begin(self, seconds: float, documents: int) -> None:
        """Ignored."""

    def document(self, name: str) -> None:
        """Ignored."""

    def heard(self, seconds: float) -> None:
        """Ignored."""

    def finished(self, seconds: float) -> None:
        """Ignored."""

    def building(self, done: int, total: int) -> None:
        """Ignored."""
