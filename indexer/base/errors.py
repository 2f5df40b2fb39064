"""The errors that a user sees: one line that says what is wrong and what to do."""

from __future__ import annotations

from hilbert.errors import HilbertError

__all__ = [
    "AudioError",
    "HilbertError",
    "LibraryError",
    "QueryError",
    "QueryFileError",
    "UnfinishedLibraryError",
]


class AudioError(HilbertError):
    """A recording that cannot be opened or decoded."""


class LibraryError(HilbertError):
    """A library that is missing, damaged, of another model, or in use by another writer."""


class UnfinishedLibraryError(LibraryError):
    """A library whose making was interrupted: nothing is in it, the same command goes on."""


class QueryError(HilbertError):
    """A query that cannot be answered as it was asked."""


class QueryFileError(QueryError):
    """A file of queries that cannot be read: which line, and what it needs."""
