"""A parsed query: the terms, phrases and exclusions of a typed text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ParsedQuery:
    """A typed query in its parts.

    Attributes:
        text: The whole query for a text encoder, without quotes and exclusions.
        terms: Distinct terms to look up, in order (`indexer.base.text_analysis.query_terms`); a
            prefix ends in `*`.
        phrases: As they were typed; a moment must hold the exact words of each in a row.
        excluded: As they were typed; a moment must not hold their exact words in a row.
        sounds: Beginnings of words in the labels of sounds that must be noted in a moment.
        excluded_sounds: Likewise of sounds that must not be noted in it.
        negated: Words that a NOT stands before, which excludes nothing.
        quoted: Phrases in quotation marks within prose, whose words need not stand in a row.
        any_of: Phrases that OR stands between: a moment must hold one of each of these.
    """

    text: str
    terms: tuple[str, ...]
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()
    excluded_sounds: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()
    negated: tuple[str, ...] = ()
    any_of: tuple[tuple[str, ...], ...] = ()
