"""A parsed query: the terms, phrases and exclusions of a typed text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ParsedQuery:
    """A typed query in its parts.

    Attributes:
        text: The whole query for a text encoder, without quotes and exclusions.
        terms: Distinct words to look up, in order; a prefix ends in `*`.
        phrases: Words in a row that a moment must hold.
        excluded: Words in a row that it must not hold.
        sounds: Beginnings of words in the labels of sounds that must be noted in a moment.
        excluded_sounds: Likewise of sounds that must not be noted in it.
    """

    text: str
    terms: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[tuple[str, ...], ...] = ()
    sounds: tuple[str, ...] = ()
    excluded_sounds: tuple[str, ...] = ()
