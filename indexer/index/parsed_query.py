"""A parsed query: what a typed text asks for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ParsedQuery:
    """Typed words, understood.

    Attributes:
        text: what is meant as a whole, for a text encoder: without quotes and what is excluded.
        terms: distinct words to look up, in order; a beginning of words ends in `*`.
        phrases: runs of words that must be said.
        excluded: runs of words that must not be said.
    """

    text: str
    terms: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[tuple[str, ...], ...] = ()
