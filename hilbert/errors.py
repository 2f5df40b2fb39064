"""The base of all errors whose message is written for the user: one line, and what to do."""

from __future__ import annotations


class HilbertError(Exception):
    """Shown to the user as it is, without a traceback."""
