"""The error of a transcript that cannot be read."""

from __future__ import annotations

from indexer.base.errors import HilbertError


class TranscriptError(HilbertError):
    """A transcript that cannot be read: one line, what is wrong (and where) and what to do."""
